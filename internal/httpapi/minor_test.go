package httpapi_test

import (
	"fmt"
	"strings"
	"testing"

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
			if n := l.Count("notices", "person_id = ? AND request_id = ? AND body LIKE '%那天要上学%'", who.PersonID, d.ID); n != 1 {
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

func ptr[T any](v T) *T { return &v }
