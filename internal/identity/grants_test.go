package identity_test

import (
	"errors"
	"testing"

	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/identity"
	"yimi/internal/store"
)

func TestGrantsReachDownAndStopAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		admin := w.admin(t, "ma", w.wuzhong)
		in := w.wechat(t, "yang")
		g, err := w.invited(auth.With(t.Context(), admin), w.station.ID, in.PersonID, auth.StationStaff)
		if err != nil || g.UnitName != w.station.Name || g.Role != auth.StationStaff || g.GrantedBy != admin.PersonID || !g.CreatedAt.Equal(w.clock.now()) {
			t.Fatalf("%+v, %v", g, err)
		}
		a := w.actor(t, in)
		for path, want := range map[string]bool{w.station.Path: true, w.room.Path: true, w.wuzhong.Path: false, w.kangbashi.Path: false} {
			if a.Manages(path) != want {
				t.Errorf("manages %s: %v", path, !want)
			}
		}
		if a.Administers(w.room.Path) {
			t.Error("staff administers")
		}
		if err := w.Revoke(auth.With(t.Context(), admin), g.ID, identity.Becomes{}); err != nil {
			t.Fatal(err)
		}
		if w.actor(t, in).IsStaff() {
			t.Error("still staff at the next call")
		}
		wantCode(t, w.Revoke(auth.With(t.Context(), admin), g.ID, identity.Becomes{}), "not_found")
		if n := w.count(t, "grant_changes"); n != 3 { // the admin's, yang's, and its end
			t.Errorf("%d lines in the log, want 3", n)
		}
	})
}

func TestOnlyAdminsOfTheUnitGrant(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		top, elsewhere := w.admin(t, "ma", w.wuzhong), w.admin(t, "bai", w.kangbashi)
		below := w.admin(t, "yang", w.station)
		lin := w.wechat(t, "lin")
		g, err := w.invited(auth.With(t.Context(), top), w.station.ID, lin.PersonID, auth.StationStaff)
		if err != nil {
			t.Fatal(err)
		}
		staff := w.actor(t, lin)
		for name, a := range map[string]auth.Actor{"another district's": elsewhere, "staff": staff, "nobody": {}} {
			_, err := w.invited(auth.With(t.Context(), a), w.station.ID, lin.PersonID, auth.DistrictAdmin)
			wantCode(t, err, "forbidden")
			_, err = w.Grants(auth.With(t.Context(), a), w.station.ID)
			wantCode(t, err, "forbidden")
			_, err = w.CreateStaff(auth.With(t.Context(), a), w.station.ID, identity.Staff{Name: "贺兰", Login: "he.lan", Password: rootPassword, Role: auth.StationStaff})
			wantCode(t, err, "forbidden")
			if err := w.Revoke(auth.With(t.Context(), a), g.ID, identity.Becomes{}); fault.From(err).Code != "not_found" {
				t.Errorf("%s revoked: %v", name, err)
			}
		}
		_, err = w.invited(auth.With(t.Context(), below), w.wuzhong.ID, below.PersonID, auth.DistrictAdmin)
		wantCode(t, err, "forbidden") // nobody lifts themselves
		if _, err := w.invited(auth.With(t.Context(), below), w.room.ID, lin.PersonID, auth.SocialWorker); err != nil {
			t.Errorf("an admin grants below: %v", err)
		}
		if w.count(t, "people") != 4 {
			t.Error("a refused CreateStaff left a person")
		}
	})
}

func TestGrantRefusals(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.admin(t, "ma", w.wuzhong)
		lin := w.wechat(t, "lin")
		try := func(unitID, personID int64, role auth.Role) error {
			_, err := w.invited(auth.With(t.Context(), a), unitID, personID, role)
			return err
		}
		wantCode(t, try(999, lin.PersonID, auth.StationStaff), "not_found")
		wantCode(t, try(w.room.ID, lin.PersonID, auth.Volunteer), "role_not_grantable")
		if err := try(w.room.ID, lin.PersonID, auth.StationStaff); err != nil {
			t.Fatal(err)
		}
		wantCode(t, try(w.room.ID, lin.PersonID, auth.StationStaff), "already_granted")
		list, err := w.Grants(auth.With(t.Context(), a), w.room.ID)
		if err != nil || len(list) != 1 || list[0].PersonID != lin.PersonID {
			t.Errorf("%+v, %v", list, err)
		}
	})
}

func TestOwnLastAdminGrantStays(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.admin(t, "ma", w.wuzhong)
		mine, err := w.Grants(auth.With(t.Context(), a), w.wuzhong.ID)
		if err != nil || len(mine) != 1 {
			t.Fatalf("%+v, %v", mine, err)
		}
		wantCode(t, w.Revoke(auth.With(t.Context(), a), mine[0].ID, identity.Becomes{}), "last_admin_grant")
		w.hold(t, a.PersonID, w.station, auth.DistrictAdmin)
		second, err := w.Grants(auth.With(t.Context(), a), w.station.ID)
		if err != nil || len(second) != 1 {
			t.Fatalf("%+v, %v", second, err)
		}
		if err := w.Revoke(auth.With(t.Context(), a), second[0].ID, identity.Becomes{}); err != nil {
			t.Errorf("not the last: %v", err)
		}
		other := w.admin(t, "bai", w.wuzhong)
		if err := w.Revoke(auth.With(t.Context(), other), mine[0].ID, identity.Becomes{}); err != nil {
			t.Errorf("by another admin: %v", err)
		}
	})
}

func TestCreateStaff(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.admin(t, "ma", w.wuzhong)
		good := identity.Staff{Name: "杨海兰", Login: "yang.hailan", Password: rootPassword, Role: auth.StationStaff}
		g, err := w.CreateStaff(auth.With(t.Context(), a), w.station.ID, good)
		if err != nil || g.PersonName != "杨海兰" || g.UnitID != w.station.ID {
			t.Fatalf("%+v, %v", g, err)
		}
		in, err := w.LoginPassword(t.Context(), "yang.hailan", rootPassword, "")
		if err != nil || !w.actor(t, in).Manages(w.room.Path) {
			t.Errorf("%+v, %v", in, err)
		}
		profile, err := w.Profile(t.Context(), in.PersonID)
		if err != nil || len(profile.Grants) != 1 || profile.Grants[0].UnitName != w.station.Name {
			t.Errorf("%+v, %v", profile, err)
		}
		people := w.count(t, "people")
		for code, change := range map[string]func(*identity.Staff){
			"login_taken":        func(*identity.Staff) {},
			"role_not_grantable": func(s *identity.Staff) { s.Role = auth.Resident },
			"password_weak":      func(s *identity.Staff) { s.Password = "short" },
			"invalid_fields":     func(s *identity.Staff) { s.Login = "杨海兰" },
		} {
			in := good
			change(&in)
			_, err := w.CreateStaff(auth.With(t.Context(), a), w.station.ID, in)
			wantCode(t, err, code)
		}
		if w.count(t, "people") != people {
			t.Error("a refused account left a person")
		}
		_, err = w.BootstrapAdmin(t.Context(), "马志宏", "ma.zhihong", rootPassword, func(*store.Tx) (int64, error) { return 0, auth.ErrForbidden })
		if !errors.Is(err, auth.ErrForbidden) || w.count(t, "people") != people {
			t.Errorf("an admin without a district: %v", err)
		}
	})
}
