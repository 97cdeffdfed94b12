package httpapi_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"yimi/internal/apptest"
	"yimi/internal/auth"
)

// born gives the actor a birth date, and takes the volunteer off.
func born(s *apptest.Site, a auth.Actor, date string, volunteer bool) {
	if volunteer {
		s.Exec("UPDATE people SET birth_date = ? WHERE id = ?", date, a.PersonID)
		return
	}
	s.Exec("UPDATE people SET birth_date = ?, volunteer_since = NULL WHERE id = ?", date, a.PersonID)
}

func TestAChildActsWithItsGuardiansConsent(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		people := s.People("赵小宝", "赵建国", "王明月")
		child, father, other := people[0], people[1], people[2]
		born(s, child, "2015-06-01", false) // ten
		n := 0
		post := func(who auth.Actor, path string, body any) apptest.Answer {
			n++
			return s.Call(t, who, "POST", path, body, "Idempotency-Key", fmt.Sprintf("guardian-%06d", n))
		}
		registration := map[string]any{"name": "赵小宝", "birth_date": "2015-06-01", "unit_id": s.Station.ID, "agree": true}
		ward := func(code string) map[string]any {
			return map[string]any{"code": code, "relation": "parent", "agree": true}
		}
		want := func(a apptest.Answer, status int, code string) {
			t.Helper()
			if a.Status != status || a.Problem.Code != code {
				t.Errorf("%d %s, not %d %s", a.Status, a.Problem.Code, status, code)
			}
		}
		var shown struct{ Code string }
		fresh := func() string {
			t.Helper()
			post(child, "/me/guardian-code", nil).Into(t, &shown)
			return shown.Code
		}
		want(post(child, "/volunteers", registration), 422, "guardian_required")
		want(post(father, "/me/guardian-code", nil), 422, "not_a_minor")
		want(post(child, "/me/wards", ward("12345678")), 422, "not_an_adult")
		old := fresh()
		code := fresh()
		want(post(father, "/me/wards", ward(old)), 422, "guardian_code_wrong") // a new one ended it
		want(post(father, "/me/wards", map[string]any{"code": code, "relation": "parent", "agree": false}), 422, "agreement_required")
		s.Clock.Advance(11 * time.Minute)
		want(post(father, "/me/wards", ward(code)), 422, "guardian_code_wrong")
		code = fresh()
		both := apptest.All([]auth.Actor{father, other}, func(i int, p auth.Actor) apptest.Answer {
			return s.Call(t, p, "POST", "/me/wards", ward(code), "Idempotency-Key", fmt.Sprintf("race-%08d", i))
		})
		if tally := apptest.Tally(both); tally["201 "] != 1 || tally["422 guardian_code_wrong"] != 1 {
			t.Error(tally)
		}
		guardian, stranger := father, other
		if both[1].Status == http.StatusCreated {
			guardian, stranger = other, father
		}
		var wards struct {
			Items []struct {
				PersonID int64 `json:"person_id"`
				Name     string
				Next     []struct {
					Title    string
					StartsAt time.Time `json:"starts_at"`
				}
			}
		}
		s.Call(t, guardian, "GET", "/me/wards", nil).Into(t, &wards)
		if len(wards.Items) != 1 || wards.Items[0].Name != "赵小宝" {
			t.Error(wards)
		}
		want(post(child, "/volunteers", registration), 201, "")
		shift := s.Shift(5)
		want(post(child, fmt.Sprintf("/shifts/%d/signups", shift.ID), map[string]any{}), 201, "")
		s.Call(t, guardian, "GET", "/me/wards", nil).Into(t, &wards) // what the child signed up for, as the consent says
		if next := wards.Items[0].Next; len(next) != 1 || next[0].Title != s.Draft().Title || !next[0].StartsAt.Equal(shift.StartsAt.Time) {
			t.Errorf("the guardian sees %+v", next)
		}
		taken := fmt.Sprintf("/me/wards/%d", child.PersonID)
		want(s.Call(t, stranger, "DELETE", taken, nil), 404, "not_found")
		want(s.Call(t, guardian, "DELETE", taken, nil), 204, "")
		want(s.Call(t, guardian, "DELETE", taken, nil), 404, "not_found")
		want(post(child, fmt.Sprintf("/shifts/%d/signups", s.Shift(5).ID), map[string]any{}), 403, "privacy_consent_needed")
		if n := s.Count("audit_entries", "entity = 'guardian' AND minor = 1 AND operation IN ('addWard', 'removeWard')"); n != 2 {
			t.Errorf("%d lines in the audit log", n)
		}
		if s.Count("guardianships", "ended_at IS NOT NULL") != 1 {
			t.Error("the consent that was taken back is not on record")
		}
	})
}

// Under 14 each consent is the guardian's to give and to withdraw, from the guardian's own account and for as long
// as it is the guardian; the child itself gives none.
func TestAGuardianDecidesOnTheConsentsOfAChild(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		child, guardian, other, p := stranger(s, "赵小宝"), s.Volunteer("赵建国"), s.Volunteer("王明月"), readPrivacy(t, s)
		s.Exec("UPDATE people SET birth_date = '2015-06-01', unit_id = ?, show_on_leaderboard = 0 WHERE id = ?", s.Station.ID, child.PersonID)
		code := func() (out struct{ Code string }) {
			s.Call(t, child, "POST", "/me/guardian-code", nil).Into(t, &out)
			return out
		}
		path := fmt.Sprintf("/me/wards/%d/consents", child.PersonID)
		decide := func(who auth.Actor, kind string, given bool, want string) {
			t.Helper()
			s.Clock.Advance(time.Second)
			a := s.Call(t, who, "POST", path, map[string]any{"kind": kind, "version": p.of(kind), "given": given})
			if a.Problem.Code != want || want == "" && a.Status != 200 {
				t.Errorf("%s %v: %d %s, not %q", kind, given, a.Status, a.Problem.Code, want)
			}
		}
		itself := func(kind string, given bool, want string) {
			t.Helper()
			if a := setConsent(t, s, child, kind, p.of(kind), given); a.Problem.Code != want {
				t.Errorf("the child, %s %v: %d %s, not %q", kind, given, a.Status, a.Problem.Code, want)
			}
		}
		decide(guardian, "privacy", true, "not_found") // not yet the guardian
		itself("privacy", true, "guardian_required")
		s.Call(t, guardian, "POST", "/me/wards", map[string]any{"code": code().Code, "relation": "parent", "agree": true}).Into(t, &struct{}{})
		if a := s.Call(t, child, "GET", "/me/hours", nil); a.Status != 200 {
			t.Errorf("the guardian's agreement is the child's to the notice: %d %s", a.Status, a.Problem.Code)
		}
		for _, kind := range []string{"sensitive", "location", "identity_number", "leaderboard", "share"} {
			itself(kind, true, "guardian_required")
			decide(other, kind, true, "not_found")
			decide(guardian, kind, true, "")
			decide(guardian, kind, true, "") // adds no line
		}
		if a := s.Call(t, child, "PATCH", "/me", map[string]any{"show_on_leaderboard": true, "identity_type": "passport", "identity_number": "E51907190"}); a.Status != 200 {
			t.Errorf("with the guardian's consents: %d %s", a.Status, a.Problem.Code)
		}
		itself("location", false, "")                                                                         // taking back is anybody's right
		s.Exec("UPDATE consents SET by_role = 'self' WHERE person_id = ? AND kind = 'share'", child.PersonID) // given before it was known to be a child
		decide(guardian, "share", true, "")
		decide(guardian, "leaderboard", false, "")
		if a := s.Call(t, child, "PATCH", "/me", map[string]any{"show_on_leaderboard": true}); a.Problem.Code != "guardian_required" {
			t.Errorf("shown by itself: %d %s", a.Status, a.Problem.Code)
		}
		var seen struct {
			Items []struct {
				Kind  string
				Holds bool
			}
			Log []struct{ Kind, By string }
		}
		s.Call(t, guardian, "GET", path, nil).Into(t, &seen)
		if len(seen.Items) != 6 || len(seen.Log) != 9 || seen.Log[0].By != "guardian" || seen.Log[2].By != "self" {
			t.Errorf("%+v", seen)
		}
		if n := s.Count("audit_entries", "entity = 'consent' AND actor_id = ? AND unit_id = ? AND minor = 1", guardian.PersonID, s.Station.ID); n != 8 {
			t.Errorf("%d lines in the audit log", n)
		}
		s.Call(t, guardian, "DELETE", fmt.Sprintf("/me/wards/%d", child.PersonID), nil)
		decide(guardian, "sensitive", true, "not_found")
		if n := s.Count("people", "id = ? AND (privacy_version <> '' OR identity_sealed IS NOT NULL)", child.PersonID); n != 0 {
			t.Error("without a guardian what was agreed to still holds")
		}
		s.Exec("UPDATE people SET birth_date = '2012-01-01' WHERE id = ?", child.PersonID) // fourteen
		s.Call(t, guardian, "POST", "/me/wards", map[string]any{"code": code().Code, "relation": "parent", "agree": true}).Into(t, &struct{}{})
		decide(guardian, "sensitive", true, "ward_decides")
		itself("sensitive", true, "")
	})
}

// Under 14 is by the calendar of Asia/Shanghai: on the birthday itself no guardian is needed any more.
func TestTheFourteenthBirthday(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		for i, c := range []struct {
			at   string
			want int
		}{{"2026-06-09 23:59", 422}, {"2026-06-10 00:00", 201}} {
			s.Clock.Set(apptest.Clocked(c.at))
			child := s.Volunteer("赵小宝")
			born(s, child, "2012-06-10", false)
			a := s.Call(t, child, "POST", "/volunteers", map[string]any{"name": "赵小宝", "birth_date": "2012-06-10", "unit_id": s.Station.ID, "agree": true},
				"Idempotency-Key", fmt.Sprintf("birthday-%06d", i))
			if a.Status != c.want {
				t.Errorf("at %s: %d %s", c.at, a.Status, a.Problem.Code)
			}
		}
	})
}

func TestGuessesOfGuardianCodesAreCounted(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		guesser := s.Volunteer("王明月")
		for i := range 7 {
			a := s.Call(t, guesser, "POST", "/me/wards", map[string]any{"code": fmt.Sprintf("%08d", i), "relation": "other", "agree": true},
				"Idempotency-Key", fmt.Sprintf("guess-%08d", i))
			if want := []int{422, 429}[i/5]; a.Status != want {
				t.Errorf("guess %d: %d, not %d", i+1, a.Status, want)
			}
		}
	})
}
