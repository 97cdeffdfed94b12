package identity_test

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"yimi/internal/auth"
	"yimi/internal/identity"
)

func TestUpdateMe(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.actor(t, w.wechat(t, "lin"))
		update := func(p identity.Patch) (*identity.Profile, error) { return w.UpdateMe(auth.With(t.Context(), a), p) }
		for _, name := range []string{"林晓雯", "👩‍👩‍👧 一家", "𠮷野家", "عائشة بنت أحمد"} {
			if p, err := update(identity.Patch{Name: ptr(" " + name + " ")}); err != nil || p.Name != name {
				t.Errorf("%q: %v, %v", name, p, err)
			}
		}
		p, err := update(identity.Patch{Sex: ptr(identity.Female), UnitID: &w.room.ID, Skills: &[]string{"art", "law"}, ShowOnLeaderboard: ptr(true)})
		if err != nil || p.Sex != identity.Female || p.Home.Name != w.room.Name || !slices.Equal(p.Skills, []string{"art", "law"}) || !p.ShowOnLeaderboard {
			t.Fatalf("%+v, %v", p, err)
		}
		p, err = update(identity.Patch{Skills: &[]string{}, ShowOnLeaderboard: ptr(false)})
		if err != nil || len(p.Skills) != 0 || p.ShowOnLeaderboard || p.Sex != identity.Female || p.Name != "عائشة بنت أحمد" {
			t.Errorf("emptied: %+v, %v", p, err)
		}
		for code, bad := range map[string]identity.Patch{
			"invalid_fields":     {Name: ptr("林\u202e晓雯")},
			"unit_unknown":       {UnitID: ptr(int64(999))},
			"birth_date_invalid": {BirthDate: ptr("2026-03-06")}, // tomorrow in Shanghai
		} {
			_, err := update(bad)
			wantCode(t, err, code)
		}
		for _, bad := range []identity.Patch{{Name: ptr(" ")}, {Sex: ptr(identity.Sex("x"))}, {Skills: &[]string{"a,b"}}} {
			_, err := update(bad)
			wantCode(t, err, "invalid_fields")
		}
		if p, err := update(identity.Patch{BirthDate: ptr("2026-03-05")}); err != nil || *p.BirthDate != "2026-03-05" {
			t.Errorf("a child of today may be a resident: %v", err)
		}
	})
}

func registration(w *world, born string) identity.Registration {
	return identity.Registration{Agree: true, Patch: identity.Patch{Name: ptr("林晓雯"), BirthDate: &born, UnitID: &w.room.ID}}
}

func TestRegisterVolunteer(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		in := w.wechat(t, "lin")
		a := w.actor(t, in)
		try := func(r identity.Registration) error {
			_, err := w.RegisterVolunteer(auth.With(t.Context(), a), r)
			return err
		}
		wantCode(t, try(registration(w, "2012-03-06")), "guardian_required") // fourteen tomorrow
		wantCode(t, try(registration(w, "2027-01-01")), "birth_date_invalid")
		wantCode(t, try(registration(w, "1905-03-05")), "birth_date_invalid")
		wantCode(t, try(identity.Registration{Agree: true}), "invalid_fields")
		unwilling, nowhere := registration(w, "1998-03-05"), registration(w, "1998-03-05")
		unwilling.Agree, nowhere.UnitID = false, ptr(int64(999))
		wantCode(t, try(unwilling), "agreement_required")
		wantCode(t, try(nowhere), "unit_unknown")
		if w.actor(t, in).Has(auth.Volunteer) {
			t.Fatal("what was refused made a volunteer")
		}
		p, err := w.RegisterVolunteer(auth.With(t.Context(), a), registration(w, "2012-03-05")) // fourteen today
		if err != nil || !p.IsVolunteer() || !p.VolunteerSince.Equal(w.clock.now()) || p.Home.ID != w.room.ID {
			t.Fatalf("%+v, %v", p, err)
		}
		if !w.actor(t, in).Has(auth.Volunteer) {
			t.Error("no volunteer at the next call")
		}
		wantCode(t, try(registration(w, "1998-03-05")), "already_volunteer")
		_, err = w.UpdateMe(auth.With(t.Context(), a), identity.Patch{BirthDate: ptr("2015-01-01")})
		wantCode(t, err, "guardian_required")
	})
}

func TestRacingRegistrationsMakeOne(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.actor(t, w.wechat(t, "lin"))
		var done atomic.Int64
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if _, err := w.RegisterVolunteer(auth.With(t.Context(), a), registration(w, "1998-03-05")); err == nil {
					done.Add(1)
				} else {
					wantCode(t, err, "already_volunteer")
				}
			})
		}
		wg.Wait()
		if done.Load() != 1 {
			t.Errorf("%d registered", done.Load())
		}
	})
}
