package identity_test

import (
	"sync"
	"testing"
	"time"

	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/identity"
)

func TestAnInvitationIsARoleOnlyOnceAccepted(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		admin, lin := w.admin(t, "ma", w.wuzhong), w.wechat(t, "lin")
		as, me := auth.With(t.Context(), admin), auth.With(t.Context(), w.actor(t, lin))
		i, code, err := w.Invite(as, w.station.ID, auth.StationStaff)
		if err != nil || len(code) != 8 || i.InvitedBy != admin.PersonID || !i.ExpiresAt.Equal(w.clock.now().Add(7*24*time.Hour)) || i.CodeHash != auth.HashSecret(code) {
			t.Fatalf("%+v, %q, %v", i, code, err)
		}
		seen, err := w.LookAtInvitation(me, code)
		if err != nil || seen.UnitName != w.station.Name || seen.Role != auth.StationStaff || w.actor(t, lin).IsStaff() {
			t.Fatalf("%+v, %v", seen, err)
		}
		g, err := w.AcceptInvitation(me, code)
		if err != nil || g.PersonID != lin.PersonID || g.GrantedBy != admin.PersonID || g.UnitID != w.station.ID || !g.CountsFrom(72*time.Hour).Equal(w.clock.now().Add(72*time.Hour)) {
			t.Fatalf("%+v, %v", g, err)
		}
		if !w.actor(t, lin).Manages(w.room.Path) {
			t.Error("accepted, and not staff")
		}
		list, err := w.Invitations(as)
		if err != nil || len(list) != 1 || list[0].State(w.clock.now()) != identity.InvitationAccepted || *list[0].AcceptedBy != lin.PersonID {
			t.Errorf("%+v, %v", list, err)
		}
		if list, err := w.Invitations(auth.With(t.Context(), w.admin(t, "bai", w.kangbashi))); err != nil || len(list) != 0 {
			t.Errorf("another district's: %+v, %v", list, err)
		}
	})
}

// An auditor, a finance officer and a member of an organisation are no staff of anything, and no worker.
func TestRolesThatOpenNoWork(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		as := auth.With(t.Context(), w.admin(t, "ma", w.wuzhong))
		for _, role := range []auth.Role{auth.Auditor, auth.Finance, auth.OrgMember} {
			p := w.wechat(t, string(role))
			_, code, err := w.Invite(as, w.wuzhong.ID, role)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.AcceptInvitation(auth.With(t.Context(), w.actor(t, p)), code); err != nil {
				t.Fatal(err)
			}
			a := w.actor(t, p)
			if !a.Has(role) || a.IsStaff() || a.Manages(w.room.Path) || a.Administers(w.room.Path) || a.Serves(w.room.Path) || a.Belongs(w.room.Path) {
				t.Errorf("%s: %+v", role, a)
			}
			if a.Reads(w.room.Path) != (role == auth.Auditor) || a.OnlyReads(w.room.Path) != (role == auth.Auditor) || a.Reads(w.kangbashi.Path) {
				t.Errorf("%s reads, or does not", role)
			}
		}
	})
}

func TestInvitationsThatAreNotAccepted(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		admin, lin := w.admin(t, "ma", w.wuzhong), w.wechat(t, "lin")
		as, me := auth.With(t.Context(), admin), auth.With(t.Context(), w.actor(t, lin))
		invite := func() (int64, string) {
			t.Helper()
			i, code, err := w.Invite(as, w.station.ID, auth.StationStaff)
			if err != nil {
				t.Fatal(err)
			}
			return i.ID, code
		}
		refused := func(code, want string) {
			t.Helper()
			_, err := w.LookAtInvitation(me, code)
			wantCode(t, err, want)
			_, err = w.AcceptInvitation(me, code)
			wantCode(t, err, want)
		}
		id, code := invite()
		wantCode(t, w.WithdrawInvitation(auth.With(t.Context(), w.admin(t, "bai", w.kangbashi)), id), "not_found")
		if err := w.WithdrawInvitation(as, id); err != nil {
			t.Fatal(err)
		}
		wantCode(t, w.WithdrawInvitation(as, id), "invitation_withdrawn")
		refused(code, "invitation_withdrawn")

		_, code = invite()
		w.exec(t, "UPDATE people SET birth_date = ? WHERE id = ?", w.clock.now().AddDate(-17, 0, 0).Format(time.DateOnly), lin.PersonID)
		refused(code, "not_an_adult")
		w.exec(t, "UPDATE people SET birth_date = NULL, merged_into = ? WHERE id = ?", admin.PersonID, lin.PersonID)
		refused(code, "account_merged")
		w.exec(t, "UPDATE people SET merged_into = NULL, closed_at = 1 WHERE id = ?", lin.PersonID)
		_, err := w.AcceptInvitation(me, code)
		wantCode(t, err, "session_ended")
		w.exec(t, "UPDATE people SET closed_at = NULL WHERE id = ?", lin.PersonID)
		_, err = w.AcceptInvitation(as, code)
		wantCode(t, err, "own_invitation")
		w.exec(t, `INSERT INTO person_duplicates (low_id, high_id, by_phone, by_identity, by_unionid, by_link, by_proved_phone, state, apart, reason, found_at)
			VALUES (?, ?, FALSE, FALSE, FALSE, TRUE, FALSE, 'open', FALSE, '', 0)`, min(admin.PersonID, lin.PersonID), max(admin.PersonID, lin.PersonID))
		refused(code, "own_invitation")
		w.exec(t, "DELETE FROM person_duplicates")
		w.clock.advance(7*24*time.Hour - time.Millisecond)
		if _, err := w.LookAtInvitation(me, code); err != nil {
			t.Error("on the seventh day:", err)
		}
		w.clock.advance(time.Millisecond)
		refused(code, "invitation_expired")

		_, code = invite()
		w.exec(t, "DELETE FROM role_grants WHERE person_id = ?", admin.PersonID)
		refused(code, "inviter_no_admin")
		w.hold(t, admin.PersonID, w.kangbashi, auth.DistrictAdmin) // elsewhere
		refused(code, "inviter_no_admin")
		w.hold(t, admin.PersonID, w.wuzhong, auth.DistrictAdmin)
		w.hold(t, lin.PersonID, w.station, auth.StationStaff)
		_, err = w.AcceptInvitation(me, code)
		wantCode(t, err, "already_granted")
		w.exec(t, "DELETE FROM role_grants WHERE person_id = ?", lin.PersonID)
		if _, err := w.AcceptInvitation(me, code); err != nil {
			t.Error("what was refused used the code up:", err)
		}
		refused(code, "invitation_used")
		w.clock.advance(time.Millisecond)
		if err := w.PruneInvitations(t.Context(), w.Store.Now()); err != nil || w.count(t, "role_invitations") != 1 {
			t.Error(err, w.count(t, "role_invitations"))
		}
	})
}

func TestGuessesAtInvitationsAreCounted(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		admin, lin := w.admin(t, "ma", w.wuzhong), w.wechat(t, "lin")
		me := auth.With(t.Context(), w.actor(t, lin))
		_, code, err := w.Invite(auth.With(t.Context(), admin), w.station.ID, auth.SocialWorker)
		if err != nil {
			t.Fatal(err)
		}
		for n := range 5 {
			guess := w.LookAtInvitation
			if n%2 == 1 {
				_, err = w.AcceptInvitation(me, "AAAAAAAA")
			} else {
				_, err = guess(me, "AAAAAAAA")
			}
			wantCode(t, err, "invitation_code_wrong")
			if n < 4 { // a good one in between takes no try, and gives none back
				if _, err := w.LookAtInvitation(me, code); err != nil {
					t.Fatal(n, err)
				}
			}
		}
		_, err = w.LookAtInvitation(me, code)
		wantCode(t, err, "too_many_attempts")
		_, err = w.AcceptInvitation(me, code)
		wantCode(t, err, "too_many_attempts")
		w.clock.advance(16 * time.Minute)
		if _, err = w.AcceptInvitation(me, code); err != nil {
			t.Error(err)
		}
	})
}

func TestRacingForAnInvitation(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		admin := w.admin(t, "ma", w.wuzhong)
		as := auth.With(t.Context(), admin)
		people := []int64{w.wechat(t, "lin").PersonID, w.wechat(t, "he").PersonID, w.wechat(t, "yang").PersonID}
		for round := range 5 {
			i, code, err := w.Invite(as, w.station.ID, auth.StationStaff)
			if err != nil {
				t.Fatal(err)
			}
			got := make([]error, len(people)+1)
			var all sync.WaitGroup
			for n, p := range people {
				all.Go(func() {
					_, got[n] = w.AcceptInvitation(auth.With(t.Context(), auth.Actor{PersonID: p}), code)
				})
			}
			if round%2 == 1 { // and somebody withdraws it
				all.Go(func() { got[len(people)] = w.WithdrawInvitation(as, i.ID) })
			} else {
				got[len(people)] = fault.Missing("")
			}
			all.Wait()
			won := 0
			for _, err := range got {
				if err == nil {
					won++
				} else if c := fault.From(err).Code; c != "invitation_used" && c != "invitation_withdrawn" && c != "not_found" {
					t.Error(err)
				}
			}
			grants := w.count(t, "role_grants") - 1
			withdrawn := round%2 == 1 && got[len(people)] == nil
			if won != 1 || (grants == 1) == withdrawn {
				t.Errorf("round %d: %d won, %d grants, %v", round, won, grants, got)
			}
			w.exec(t, "DELETE FROM role_grants WHERE person_id <> ?", admin.PersonID)
		}
	})
}

// An admin whose role ends while an invitation of theirs is accepted: either the role was given before, or not at all.
func TestAcceptingWhileTheInviterIsDismissed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		chief, lin := w.admin(t, "ma", w.wuzhong), w.wechat(t, "lin")
		by := auth.With(t.Context(), chief)
		for range 5 {
			inviter := w.actor(t, w.wechat(t, "bai"))
			w.hold(t, inviter.PersonID, w.station, auth.DistrictAdmin)
			held, err := w.Grants(by, w.station.ID)
			if err != nil || len(held) != 1 {
				t.Fatal(held, err)
			}
			_, code, err := w.Invite(auth.With(t.Context(), w.actor(t, w.wechat(t, "bai"))), w.station.ID, auth.SocialWorker)
			if err != nil {
				t.Fatal(err)
			}
			var accepted, revoked error
			var both sync.WaitGroup
			both.Go(func() {
				_, accepted = w.AcceptInvitation(auth.With(t.Context(), auth.Actor{PersonID: lin.PersonID}), code)
			})
			both.Go(func() { revoked = w.Revoke(by, held[0].ID, identity.Becomes{}) })
			both.Wait()
			if revoked != nil {
				t.Fatal(revoked)
			}
			if accepted != nil {
				wantCode(t, accepted, "inviter_no_admin")
			}
			if n := w.count(t, "role_grants"); (n == 2) != (accepted == nil) {
				t.Error(n, accepted)
			}
			w.exec(t, "DELETE FROM role_grants WHERE person_id = ?", lin.PersonID)
		}
	})
}
