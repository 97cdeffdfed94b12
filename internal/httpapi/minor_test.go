package httpapi_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/identity"
	"yimi/internal/request"
	"yimi/internal/store"
)

// guards makes somebody the guardian of a child by the own account.
func guards(t *testing.T, l *apptest.Loop, guardian, child auth.Actor) {
	t.Helper()
	one := int64(1)
	apptest.Must(t, l.Tx(func(tx *store.Tx) error {
		return tx.Create(&identity.Guardianship{GuardianID: guardian.PersonID, ChildID: child.PersonID, Relation: "parent", Live: &one, AgreedAt: tx.Now}).Error
	}))
}

// A minor's own account never gives a guardian's consent: not in a request, not for somebody it asks for, not about
// health, whatever was written before; a guardian's own account does (个人信息保护法 Art 31).
func TestAMinorsOwnAccountGivesNoGuardiansConsent(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		s := apptest.NewSite(t, l.World)
		for age, born := range map[int]string{12: "2014-01-05", 17: "2009-01-05"} {
			child, guardian := l.Volunteer("马小宝"), l.Volunteer("马建国")
			l.Exec("UPDATE people SET birth_date = ? WHERE id = ?", born, child.PersonID)
			post := func(path string, body any) apptest.Answer { return s.Call(t, child, "POST", path, body) }
			refused := func(what string, a apptest.Answer) {
				t.Helper()
				if a.Status != 422 || a.Problem.Code != "not_an_adult" {
					t.Errorf("%d years, %s: %d %s", age, what, a.Status, a.Body)
				}
			}
			// Somebody the child asks for.
			refused("for a brother", post("/me/beneficiaries", map[string]any{"name": "马小弟", "relation": "sibling", "birth_date": "2018-05-01", "guardian": true}))
			b, err := l.Requests.KeepBeneficiary(apptest.As(child), &request.Beneficiary{Name: "马小弟", Relation: "sibling", Sex: "male", BirthDate: ptr("2018-05-01")}, nil)
			apptest.Must(t, err)
			refused("for a brother, later", s.Call(t, child, "PATCH", fmt.Sprintf("/me/beneficiaries/%d", b.ID), map[string]any{"name": "马小弟", "relation": "sibling", "guardian": true}))
			sensitive := l.Asking(l.Talk)
			sensitive.BeneficiaryID, sensitive.Health = b.ID, request.Health{By: "guardian", Way: "phone"}
			_, err = l.Requests.Create(apptest.As(child), sensitive)
			apptest.WantCode(t, err, "not_an_adult")
			// What was said before it was known, in rows of old: it counts for nothing.
			l.Exec("UPDATE beneficiaries SET guardian = 1 WHERE id = ?", b.ID)
			other := l.Asking(l.Care)
			other.BeneficiaryID = b.ID
			d := l.Ask(child, other)
			_, err = l.Requests.Approve(apptest.As(l.Staff), d.ID, 0)
			apptest.WantCode(t, err, "guardian_consent_missing")
			// For oneself: neither a tick nor a typed day of birth.
			draft := l.Asking(l.Care)
			draft.Draft = true
			d = l.Ask(child, draft)
			refused("for oneself", s.Call(t, child, "PATCH", fmt.Sprintf("/requests/%d", d.ID), map[string]any{"guardian": true}))
			refused("about health", s.Call(t, child, "PATCH", fmt.Sprintf("/requests/%d", d.ID), map[string]any{"health_consent": map[string]any{"by": "guardian", "way": "phone"}}))
			l.Exec("UPDATE requests SET guardian = 1, birth_date = '1980-01-01' WHERE id = ?", d.ID)
			_, err = l.Requests.Submit(apptest.As(child), d.ID)
			apptest.Must(t, err)
			_, err = l.Requests.Approve(apptest.As(l.Staff), d.ID, 0)
			apptest.WantCode(t, err, "guardian_consent_missing")
			instant := l.Ask(child, l.Asking(l.Class))
			if instant.State != request.Submitted {
				t.Errorf("booked at once without a guardian: %s", instant.State)
			}
			// The guardian's own account counts, and for as long as it is so.
			guards(t, l, guardian, child)
			_, err = l.Requests.Approve(apptest.As(l.Staff), d.ID, 0)
			apptest.Must(t, err)
			l.Exec("UPDATE guardianships SET live = NULL, ended_at = 1 WHERE child_id = ?", child.PersonID)
			_, err = l.Requests.Approve(apptest.As(l.Staff), instant.ID, 0)
			apptest.WantCode(t, err, "guardian_consent_missing")
		}
		// An adult says so for a child as before, and staff for who calls.
		b, err := l.Requests.KeepBeneficiary(apptest.As(l.Resident), &request.Beneficiary{Name: "林小桃", Relation: "grandchild", Sex: "female", BirthDate: ptr("2018-05-01"), Guardian: true}, nil)
		apptest.Must(t, err)
		ask := l.Asking(l.Care)
		ask.BeneficiaryID = b.ID
		_, err = l.Requests.Approve(apptest.As(l.Staff), l.Ask(l.Resident, ask).ID, 0)
		apptest.Must(t, err)
	})
}

// The guardian sees what a minor has asked for and may cancel it; nobody else, and not for an adult.
func TestAGuardianSeesAndCancelsWhatAChildAsks(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		s := apptest.NewSite(t, l.World)
		child, guardian := l.Volunteer("马小宝"), l.Volunteer("马建国")
		l.Exec("UPDATE people SET birth_date = '2012-01-05' WHERE id = ?", child.PersonID)
		guards(t, l, guardian, child)
		d := l.Ask(child, l.Asking(l.Class))
		path := fmt.Sprintf("/me/wards/%d/requests", child.PersonID)
		var list struct {
			Items []struct {
				ID        int64
				MayCancel bool   `json:"may_cancel"`
				StartsAt  string `json:"starts_at"`
			}
		}
		a := s.Call(t, guardian, "GET", path, nil)
		a.Into(t, &list)
		if len(list.Items) != 1 || list.Items[0].ID != d.ID || !list.Items[0].MayCancel || list.Items[0].StartsAt == "" || strings.Contains(string(a.Body), apptest.Words) {
			t.Errorf("%s", a.Body)
		}
		cancel := fmt.Sprintf("%s/%d/cancel", path, d.ID)
		for _, who := range []auth.Actor{l.Neighbour, child, l.Staff} {
			want(t, s.Call(t, who, "GET", path, nil), 404, "not_found")
			want(t, s.Call(t, who, "POST", cancel, nil), 404, "not_found")
		}
		mine := l.Ask(guardian, l.Asking(l.Care))
		want(t, s.Call(t, guardian, "POST", fmt.Sprintf("%s/%d/cancel", path, mine.ID), nil), 404, "not_found")
		want(t, s.Call(t, guardian, "POST", cancel, map[string]any{"reason": "那天要上学"}), 204, "")
		if r := l.Request(d.ID); r.State != request.Cancelled || l.BookingOf(d.ID).Live != nil {
			t.Errorf("%+v", r)
		}
		for _, who := range []auth.Actor{child, l.Worker} {
			if n := l.Count("notices", "person_id = ? AND subject_id = ? AND body LIKE '%那天要上学%'", who.PersonID, d.ID); n != 1 {
				t.Errorf("%d notices", n)
			}
		}
		l.Exec("UPDATE people SET birth_date = '2000-01-05' WHERE id = ?", child.PersonID)
		want(t, s.Call(t, guardian, "GET", path, nil), 404, "not_found")
	})
}

// Who turns out to be under 14 had agreed to nothing alone: the guardian decides.
func TestConsentsOfAChildEndWithItsDayOfBirth(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		child, p := stranger(s, "马小宝"), readPrivacy(t, s)
		s.Exec("UPDATE people SET volunteer_since = NULL WHERE id = ?", child.PersonID) // a volunteer's birth date asks for the guardian first
		for _, kind := range []string{"privacy", "sensitive", "location"} {
			want(t, setConsent(t, s, child, kind, p.of(kind), true), 200, "")
		}
		want(t, s.Call(t, child, "PATCH", "/me", map[string]any{"birth_date": "2015-06-01"}), 200, "")
		want(t, s.Call(t, child, "GET", "/me/hours", nil), 403, "privacy_consent_needed")
		if n := s.Count("consents", "person_id = ? AND given = 0 AND kind IN ('privacy', 'sensitive', 'location')", child.PersonID); n != 3 {
			t.Errorf("%d withdrawn", n)
		}
	})
}

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

// Two accounts that are one human's by their own word are not each other's guardian, until an admin finds that they are two.
func TestNobodyIsTheirOwnGuardian(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		s := apptest.NewSite(t, l.World)
		for _, first := range []bool{true, false} {
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
			_, err := l.Requests.Approve(apptest.As(l.Staff), d.ID, 0)
			apptest.WantCode(t, err, "guardian_consent_missing")
			of := fmt.Sprintf("/me/wards/%d/requests", child.PersonID)
			want(t, s.Call(t, second, "GET", of, nil), 404, "not_found")
			l.Clock.Advance(time.Minute)
			if first {
				want(t, a, 422, "own_code")
				continue
			}
			l.Exec("UPDATE person_duplicates SET apart = 1, state = 'different', settled_by = ?, settled_at = 1 WHERE low_id = ?", l.Admin.PersonID, child.PersonID)
			want(t, s.Call(t, second, "GET", of, nil), 200, "")
			_, err = l.Requests.Approve(apptest.As(l.Staff), d.ID, 0)
			apptest.Must(t, err)
		}
	})
}

// A guardian whose own account, or another one of theirs, says by now that its owner is a minor gives no guardian's consent.
func TestAMinorIsNoGuardian(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		s := apptest.NewSite(t, l.World)
		child, friend := l.Volunteer("马小宝"), l.Volunteer("马小强")
		l.Exec("UPDATE people SET birth_date = '2011-01-05' WHERE id = ?", child.PersonID)
		want(t, asksGuardian(t, s, child, friend), 201, "")
		want(t, s.Call(t, friend, "PATCH", "/me", map[string]any{"birth_date": "2010-03-01"}), 200, "")
		d := l.Ask(child, l.Asking(l.Care))
		_, err := l.Requests.Approve(apptest.As(l.Staff), d.ID, 0)
		apptest.WantCode(t, err, "guardian_consent_missing")
		of := fmt.Sprintf("/me/wards/%d/requests", child.PersonID)
		want(t, s.Call(t, friend, "GET", of, nil), 404, "not_found")
		want(t, s.Call(t, friend, "POST", fmt.Sprintf("%s/%d/cancel", of, d.ID), nil), 404, "not_found")
		l.SignUp(child, l.Shift(3).ID)
		var wards struct {
			Items []struct {
				Name string
				Next []any
			}
		}
		s.Call(t, friend, "GET", "/me/wards", nil).Into(t, &wards)
		if len(wards.Items) != 1 || wards.Items[0].Name != "马小宝" || len(wards.Items[0].Next) != 0 {
			t.Errorf("who is no guardian sees %+v", wards)
		}
		other := l.Volunteer("马小强（平板）") // says to be grown up
		linked(t, s, friend, other)
		l.Clock.Advance(time.Minute)
		want(t, asksGuardian(t, s, child, other), 422, "not_an_adult")
		want(t, s.Call(t, friend, "DELETE", fmt.Sprintf("/me/wards/%d", child.PersonID), nil), 204, "") // whoever it is may take it back
	})
}

// Nor after the two accounts were merged: nobody is the guardian of themselves.
func TestAGuardianshipBetweenTwoAccountsEndsWithTheirMerge(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		s := apptest.NewSite(t, l.World)
		child, second := l.Volunteer("马小宝"), l.Volunteer("马小宝（平板）")
		l.Exec("UPDATE people SET birth_date = '2011-01-05' WHERE id = ?", child.PersonID)
		want(t, asksGuardian(t, s, child, second), 201, "")
		want(t, merge(t, s, l.Staff, twice(t, s, child, second), child.PersonID, "own-guardian"), 204, "")
		d := l.Ask(child, l.Asking(l.Care))
		_, err := l.Requests.Approve(apptest.As(l.Staff), d.ID, 0)
		apptest.WantCode(t, err, "guardian_consent_missing")
		if n := l.Count("guardianships", "child_id = ? AND ended_at IS NULL", child.PersonID); n != 0 {
			t.Errorf("%d guardianships go on", n)
		}
	})
}

// Who agreed for a child by two accounts takes it back once they are one.
func TestAGuardianOfTwoAccountsTakesItBackOnce(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		s := apptest.NewSite(t, l.World)
		child, kept, gone := l.Volunteer("马小宝"), l.Volunteer("马建国"), l.Volunteer("马建国（旧）")
		l.Exec("UPDATE people SET birth_date = '2011-01-05' WHERE id = ?", child.PersonID)
		guards(t, l, kept, child)
		guards(t, l, gone, child)
		want(t, merge(t, s, l.Staff, twice(t, s, kept, gone), kept.PersonID, "two-guardians"), 204, "")
		want(t, s.Call(t, kept, "DELETE", fmt.Sprintf("/me/wards/%d", child.PersonID), nil), 204, "")
		d := l.Ask(child, l.Asking(l.Care))
		_, err := l.Requests.Approve(apptest.As(l.Staff), d.ID, 0)
		apptest.WantCode(t, err, "guardian_consent_missing")
	})
}

// What somebody agreed to for a child under 14 who turns out to be the child itself, or a minor, is withdrawn with it,
// and the child signs up for nothing.
func TestWhatNoGuardianAgreedToIsWithdrawn(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		s := apptest.NewSite(t, l.World)
		for name, shows := range map[string]func(child, guardian auth.Actor){
			"one human": func(child, guardian auth.Actor) { linked(t, s, child, guardian) },
			"merged": func(child, guardian auth.Actor) {
				want(t, merge(t, s, l.Staff, twice(t, s, child, guardian), child.PersonID, "own-guardian"), 204, "")
			},
			"a minor": func(_, guardian auth.Actor) {
				want(t, s.Call(t, guardian, "PATCH", "/me", map[string]any{"birth_date": "2010-03-01"}), 200, "")
			},
		} {
			child, guardian := l.Volunteer("马小宝"), l.Volunteer("马建国")
			l.Exec("UPDATE people SET birth_date = '2016-01-05' WHERE id = ?", child.PersonID)
			l.Exec("DELETE FROM consents WHERE person_id = ?", child.PersonID)
			want(t, asksGuardian(t, s, child, guardian), 201, "")
			l.Clock.Advance(time.Minute)
			_, err := l.Activities.SignUp(apptest.As(child), l.Shift(3).ID, false)
			apptest.Must(t, err)
			shows(child, guardian)
			if a := s.Call(t, child, "GET", "/me/hours", nil); a.Problem.Code != "privacy_consent_needed" {
				t.Errorf("%s: %d %s", name, a.Status, a.Body)
			}
			_, err = l.Activities.SignUp(apptest.As(child), l.Shift(3).ID, false)
			apptest.WantCode(t, err, "guardian_required")
			l.Clock.Advance(time.Minute)
		}
	})
}

// An account that a merge shows to be of somebody under 14 has agreed to nothing alone, as with the day of birth
// typed by hand: the guardian decides.
func TestAMergeThatShowsAChildWaitsForTheGuardian(t *testing.T) {
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

// Who has withdrawn the notice can still cancel what was booked for the child, and take back what was agreed to for
// it, without agreeing to anything first; agreeing to more asks for the notice.
func TestAGuardianWhoWithdrewTheNoticeCanStillCancelAndTakeBack(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		s := apptest.NewSite(t, l.World)
		child, guardian := l.Volunteer("马小宝"), l.Volunteer("马建国")
		l.Exec("UPDATE people SET birth_date = '2014-01-05' WHERE id = ?", child.PersonID) // twelve
		guards(t, l, guardian, child)
		d := l.Ask(child, l.Asking(l.Class))
		want(t, setConsent(t, s, guardian, "privacy", "any", false), 200, "")
		want(t, s.Call(t, guardian, "POST", fmt.Sprintf("/me/wards/%d/requests/%d/cancel", child.PersonID, d.ID), nil), 204, "")
		if l.Request(d.ID).State != request.Cancelled {
			t.Error("still booked")
		}
		for _, path := range []string{"", fmt.Sprintf("/%d/requests", child.PersonID), fmt.Sprintf("/%d/consents", child.PersonID)} {
			want(t, s.Call(t, guardian, "GET", "/me/wards"+path, nil), 200, "")
		}
		p := readPrivacy(t, s)
		decide := func(given bool) apptest.Answer {
			return s.Call(t, guardian, "POST", fmt.Sprintf("/me/wards/%d/consents", child.PersonID), map[string]any{"kind": "location", "version": p.of("location"), "given": given})
		}
		want(t, decide(true), 403, "privacy_consent_needed")
		want(t, decide(false), 200, "")
		want(t, s.Call(t, guardian, "DELETE", fmt.Sprintf("/me/wards/%d", child.PersonID), nil), 204, "")
	})
}

func ptr[T any](v T) *T { return &v }
