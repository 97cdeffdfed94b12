package httpapi_test

import (
	"fmt"
	"testing"
	"time"

	"yimi/internal/apptest"
	"yimi/internal/hours"
	"yimi/internal/store"
)

// A new time that clashes is refused, and with ask_again taken; the
// volunteer's sign-up says that it is asked again.
func TestAskAgain(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		p := s.Volunteer("林晓雯")
		a, b := s.Shift(3), s.Publish(s.Draft(), apptest.At(48*time.Hour, 3))[0].Shift
		g := s.SignUp(p, a.ID)
		s.SignUp(p, b.ID)
		body := map[string]any{"starts_at": b.StartsAt.Time, "ends_at": b.EndsAt.Time}
		path := fmt.Sprintf("/shifts/%d", a.ID)
		if got := s.Call(t, s.Staff, "PATCH", path, body); got.Status != 409 || got.Problem.Code != "move_overlaps" {
			t.Fatalf("%d %s", got.Status, got.Problem.Code)
		}
		body["ask_again"] = true
		if got := s.Call(t, s.Staff, "PATCH", path, body); got.Status != 200 {
			t.Fatalf("%d %s", got.Status, got.Problem.Code)
		}
		var mine struct {
			State      string
			AskedAgain bool `json:"asked_again"`
		}
		s.Call(t, p, "GET", fmt.Sprintf("/signups/%d", g.ID), nil).Into(t, &mine)
		if mine.State != "offered" || !mine.AskedAgain {
			t.Errorf("%+v", mine)
		}
	})
}

// The workbench counts the entries that need a look together with the check-ins.
func TestWorkbenchCountsEntriesToLookAt(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		apptest.Must(t, s.Tx(func(tx *store.Tx) error {
			return tx.Create(&hours.Attention{EntryID: 1, UnitID: s.Station.ID, Reason: hours.GrantedByProposer, NeedsLook: true, CreatedAt: tx.Now}).Error
		}))
		var work struct{ Attention int }
		s.Call(t, s.Staff, "GET", "/workbench", nil).Into(t, &work)
		if work.Attention != 1 {
			t.Errorf("%d to look at", work.Attention)
		}
	})
}
