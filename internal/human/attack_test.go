package human_test

import (
	"testing"
	"time"

	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/hours"
	"yimi/internal/identity"
)

// Attacks that succeeded once; the line above each test says what the right answer is.

// puppet is a desk account of a role that the admin made, with a password changed by its own session.
func (s *stage) puppet(by auth.Actor, unitID int64, login string, role auth.Role) auth.Actor {
	s.t.Helper()
	_, err := s.Identity.CreateStaff(apptest.As(by), unitID, identity.Staff{Name: "贺兰", Login: login, Password: "long words are best", Role: role})
	apptest.Must(s.t, err)
	in, err := s.Identity.LoginPassword(s.t.Context(), login, "long words are best", "")
	apptest.Must(s.t, err)
	a := s.again(auth.Actor{PersonID: in.PersonID, SessionID: in.SessionID})
	apptest.Must(s.t, s.Identity.ChangePassword(apptest.As(a), "long words are best", "other words are as good"))
	return a
}

func (s *stage) shown(id int64) bool {
	return s.Count("hour_proposals", "id = ? AND granted_by_proposer = 1", id) == 1 || s.Count("hour_attention", "needs_look = ?", true) > 0
}

// Right: refused, or shown like granted_by_proposer: both hands are the making of one human, without a phone or a document of their own.
func TestAttackTwoPuppetsOfOneAdmin(t *testing.T) {
	each(t, func(s *stage) {
		signups := s.helpers(1)
		y, z := s.puppet(s.Admin, s.Station.ID, "he.lan", auth.StationStaff), s.puppet(s.Admin, s.Station.ID, "ma.lan", auth.StationStaff)
		s.Clock.Advance(72 * time.Hour)
		id := s.propose(y, signups[0])
		out, err := s.Activities.DecideProposals(apptest.As(z), []int64{id}, true, "")
		apptest.Must(t, err)
		if out[0].Err == nil && !s.shown(id) {
			t.Error("one admin with two desk accounts and no other phone made 60 minutes, and nothing shows it")
		}
	})
}

// Right: shown as granted_by_proposer: a grant by a puppet of the proposer's is the proposer's.
func TestAttackTheFlagLaunderedByAnAdminBetween(t *testing.T) {
	each(t, func(s *stage) {
		signups := s.helpers(1)
		y := s.puppet(s.Admin, s.District.ID, "he.lan", auth.DistrictAdmin)
		s.Clock.Advance(72 * time.Hour)
		z := s.puppet(y, s.Station.ID, "ma.lan", auth.StationStaff)
		var g identity.RoleGrant
		apptest.Must(t, s.Store.Read(t.Context()).Where("person_id = ?", z.PersonID).Take(&g).Error)
		_, confirmed := s.Identity.ConfirmGrant(apptest.As(s.Admin), g.ID) // at once, for the third
		id := s.propose(s.Admin, signups[0])
		out, err := s.Activities.DecideProposals(apptest.As(z), []int64{id}, true, "")
		apptest.Must(t, err)
		if out[0].Err == nil && !s.shown(id) {
			t.Errorf("an admin approved their own proposal by the puppet of a puppet, at once (%v), and nothing shows it", confirmed)
		}
	})
}

// Right: 403 password_not_own or grant_fresh: who clears what is doubted is a second hand beside both.
func TestAttackAFreshPuppetClearsTheAttentionList(t *testing.T) {
	each(t, func(s *stage) {
		signups := s.helpers(1)
		y := s.puppet(s.Admin, s.Station.ID, "he.lan", auth.StationStaff)
		s.Clock.Advance(72 * time.Hour)
		id := s.propose(s.Admin, signups[0])
		s.decides(y, id, "granted")
		list, err := s.Hours.Attention(apptest.As(s.Admin), 0, 9)
		if apptest.Must(t, err); len(list) != 1 {
			t.Fatal(list)
		}
		z := s.desk(s.Admin, "ma.lan") // made just now, with the password that the admin set
		if err := s.Hours.Look(apptest.As(z), list[0].ID, "核对过了"); err == nil {
			t.Error("the list was cleared by an account that the proposer made this minute")
		}
	})
}

// Right: 403: an admin whose role one of the two gave has a part in it; or it is put on a list.
func TestAttackARipePuppetPartsAnAdminsAccounts(t *testing.T) {
	each(t, func(s *stage) {
		signups, second := s.helpers(1), s.Volunteer("马主任（微信）")
		_, hand := s.grant(s.Admin, second) // before anything says that it is their own
		s.number(s.Admin, "E51907190")
		s.number(second, "E51907190")
		s.link(s.Admin, second)
		puppet := s.puppet(s.Admin, s.District.ID, "he.lan", auth.DistrictAdmin)
		s.Clock.Advance(72 * time.Hour)
		id := s.propose(s.Admin, signups[0])
		s.decides(hand, id, "second_person_needed")
		if err := s.apart(puppet, s.Admin, second); err != nil {
			return
		}
		out, err := s.Activities.DecideProposals(apptest.As(hand), []int64{id}, true, "")
		apptest.Must(t, err)
		t.Errorf("one document and a link of their own, undone by a puppet; then the own second account approved: %v", out[0].Err)
	})
}

// Right: a number that somebody typed makes nobody one human with two of staff; or only whoever typed it last.
func TestAttackATypedNumberStopsAStation(t *testing.T) {
	each(t, func(s *stage) {
		signups := s.helpers(2)
		s.number(s.Staff, "E51907190")
		s.number(s.Second, "E51907191")
		stranger := s.Volunteer("王五") // who saw two documents
		s.number(stranger, "E51907190")
		s.number(stranger, "E51907191")
		out, err := s.Activities.DecideProposals(apptest.As(s.Second), []int64{s.propose(s.Staff, signups[0])}, true, "")
		apptest.Must(t, err)
		if out[0].Err != nil {
			t.Errorf("a volunteer made one human of two of staff by typing: %v", out[0].Err)
		}
	})
}

// Right: whom it waits for are those who can: not who cannot approve it for 72 hours, or until they change their password.
func TestAttackWaitsForSomebodyWhoMayNot(t *testing.T) {
	each(t, func(s *stage) {
		signups := s.helpers(1)
		s.Exec("DELETE FROM role_grants WHERE person_id = ?", s.Second.PersonID)
		fresh := s.desk(s.Admin, "he.lan")
		s.propose(s.Staff, signups[0])
		list, err := s.Hours.Proposals(apptest.As(s.Staff), 0, 9)
		apptest.Must(t, err)
		out, err := s.Activities.DecideProposals(apptest.As(fresh), []int64{list[0].ID}, true, "")
		apptest.Must(t, err)
		if out[0].Err != nil && list[0].WaitsFor == hours.ForColleague {
			t.Errorf("it waits for a colleague, and the only one is refused: %v", out[0].Err)
		}
	})
}
