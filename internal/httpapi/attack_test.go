package httpapi_test

import (
	"fmt"
	"testing"
	"time"

	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/request"
)

// Attacks that succeeded once; the line above each test says what the right answer is.

// asksGuardian has somebody show a code to a guardian, who types it.
func asksGuardian(t *testing.T, s *apptest.Site, child, guardian auth.Actor) apptest.Answer {
	t.Helper()
	var shown struct{ Code string }
	s.Call(t, child, "POST", "/me/guardian-code", nil, "Idempotency-Key", fmt.Sprintf("guardian-code-%d-%d", child.PersonID, s.Clock.Now().UnixMilli())).Into(t, &shown)
	return s.Call(t, guardian, "POST", "/me/wards", map[string]any{"code": shown.Code, "relation": "parent", "agree": true}, "Idempotency-Key", fmt.Sprintf("guardian-add-%d-%d", child.PersonID, s.Clock.Now().UnixMilli()))
}

// linked says of two accounts that they are one human's.
func linked(t *testing.T, s *apptest.Site, a, b auth.Actor) {
	t.Helper()
	var shown struct{ Code string }
	s.Call(t, a, "POST", "/me/link-code", nil, "Idempotency-Key", fmt.Sprintf("link-code-%d", a.PersonID)).Into(t, &shown)
	want(t, s.Call(t, b, "POST", "/me/links", map[string]any{"code": shown.Code}, "Idempotency-Key", fmt.Sprintf("link-add-%d", a.PersonID)), 201, "")
}

// Right: a guardian whose own account says by now that its owner is a minor gives no guardian's consent.
func TestAttackAGuardianWhoIsAMinor(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		s := apptest.NewSite(t, l.World)
		child, friend := l.Volunteer("马小宝"), l.Volunteer("马小强")
		l.Exec("UPDATE people SET birth_date = '2011-01-05' WHERE id = ?", child.PersonID)
		want(t, asksGuardian(t, s, child, friend), 201, "")
		want(t, s.Call(t, friend, "PATCH", "/me", map[string]any{"birth_date": "2010-03-01"}), 200, "")
		d := l.Ask(child, l.Asking(l.Care))
		_, err := l.Requests.Approve(apptest.As(l.Staff), d.ID, 0)
		apptest.WantCode(t, err, "guardian_consent_missing")
	})
}

// Right: two accounts that are one human's by their own word are not each other's guardian.
func TestAttackAMinorsSecondAccountIsNoGuardian(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		s := apptest.NewSite(t, l.World)
		for n, first := range []bool{true, false} {
			child, second := l.Volunteer("马小宝"), l.Volunteer("马小宝（平板）")
			l.Exec("UPDATE people SET birth_date = '2011-01-05' WHERE id = ?", child.PersonID)
			if first {
				linked(t, s, child, second)
			}
			a := asksGuardian(t, s, child, second)
			if !first {
				linked(t, s, child, second)
			}
			d := l.Ask(child, l.Asking(l.Care))
			if _, err := l.Requests.Approve(apptest.As(l.Staff), d.ID, 0); err == nil {
				t.Errorf("%d: the own second account (answered %d) gave the guardian's consent", n, a.Status)
			}
			l.Clock.Advance(time.Minute)
		}
	})
}

// Right: nor after the two accounts were merged: nobody is the guardian of themselves.
func TestAttackAMinorsMergedAccountIsNoGuardian(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		s := apptest.NewSite(t, l.World)
		child, second := l.Volunteer("马小宝"), l.Volunteer("马小宝（平板）")
		l.Exec("UPDATE people SET birth_date = '2011-01-05' WHERE id = ?", child.PersonID)
		want(t, asksGuardian(t, s, child, second), 201, "")
		want(t, merge(t, s, l.Staff, twice(t, s, child, second), child.PersonID, "own-guardian"), 204, "")
		d := l.Ask(child, l.Asking(l.Care))
		_, err := l.Requests.Approve(apptest.As(l.Staff), d.ID, 0)
		apptest.WantCode(t, err, "guardian_consent_missing")
	})
}

// Right: an account that a merge shows to be of somebody under 14 has agreed to nothing alone, as with the day of birth
// typed by hand: the guardian decides.
func TestAttackAMergeShowsAChild(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		kept, gone := s.Volunteer("马小宝"), s.Volunteer("马小宝（旧）")
		s.Exec("UPDATE people SET birth_date = NULL, volunteer_since = NULL WHERE id = ?", kept.PersonID)
		s.Exec("UPDATE people SET birth_date = '2015-06-01', volunteer_since = NULL WHERE id = ?", gone.PersonID)
		want(t, merge(t, s, s.Staff, twice(t, s, kept, gone), kept.PersonID, "shows-a-child"), 204, "")
		if n := s.Count("people", "id = ? AND birth_date = '2015-06-01'", kept.PersonID); n != 1 {
			t.Fatal("the day of birth did not come along")
		}
		want(t, s.Call(t, kept, "GET", "/me/hours", nil), 403, "privacy_consent_needed")
	})
}

// Right: who has withdrawn the notice can still cancel what was booked for the child, and take back the consent for it,
// without agreeing to anything first.
func TestAttackAGuardianWhoWithdrew(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		s := apptest.NewSite(t, l.World)
		child, guardian := l.Volunteer("马小宝"), l.Volunteer("马建国")
		l.Exec("UPDATE people SET birth_date = '2012-01-05' WHERE id = ?", child.PersonID)
		guards(t, l, guardian, child)
		d := l.Ask(child, l.Asking(l.Class))
		want(t, setConsent(t, s, guardian, "privacy", "any", false), 200, "")
		want(t, s.Call(t, guardian, "POST", fmt.Sprintf("/me/wards/%d/requests/%d/cancel", child.PersonID, d.ID), nil), 204, "")
		if l.Request(d.ID).State != request.Cancelled {
			t.Error("still booked")
		}
		want(t, s.Call(t, guardian, "DELETE", fmt.Sprintf("/me/wards/%d", child.PersonID), nil), 204, "")
	})
}

// Right: who agreed that an outside organisation is told can withdraw it after two accounts became one: the station
// hears that the organisation has to stop.
func TestAttackShareWithdrawnAfterAMerge(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		s := apptest.NewSite(t, l.World)
		kept, gone := l.Volunteer("林玉芳（微信）"), l.Volunteer("林玉芳（旧）")
		l.Exec("DELETE FROM consents WHERE kind = 'share' AND person_id IN (?, ?)", kept.PersonID, gone.PersonID)
		d := l.Ask(gone, l.Asking(l.Care))
		_, err := l.Requests.Refer(apptest.As(l.Staff), d.ID, request.ReferTo{Organisation: "阳光心理服务中心", Reason: "那边更合适", Consent: "电话里同意"})
		apptest.Must(t, err)
		want(t, merge(t, s, l.Staff, twice(t, s, kept, gone), kept.PersonID, "share-merged"), 204, "")
		p := readPrivacy(t, s)
		want(t, setConsent(t, s, kept, "share", p.of("share"), false), 200, "")
		if n := l.Count("notices", "person_id = ? AND request_id = ? AND kind = 'consent_withdrawn'", l.Staff.PersonID, d.ID); n != 1 {
			t.Errorf("%d notices to who passed it on", n)
		}
	})
}
