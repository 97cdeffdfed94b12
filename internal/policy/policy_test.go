package policy_test

import (
	"fmt"
	"testing"
	"time"

	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/policy"
	"yimi/internal/store"
	"yimi/internal/unit"
)

// set is a policy of the district, by somebody.
func set(w *apptest.World, by auth.Actor, unitID int64, kind policy.Kind, day string, value int64) (*policy.Line, error) {
	return w.Policies.Create(apptest.As(by), policy.Policy{UnitID: unitID, Kind: kind, FromDay: day, Value: value})
}

// on is what holds at a path on a day.
func on(w *apptest.World, path, day string) int64 {
	at, err := time.ParseInLocation(time.DateOnly, day, store.Shanghai)
	apptest.Must(w.T(), err)
	return w.Policies.On(policy.DailyCap, path, at).Value
}

// The row of a day is the newest that has begun: of the district, else of the city, else of the whole system, else
// the setting; a district's holds in all of its units and in no other.
func TestTheRowOfTheDay(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		var city unit.Unit
		apptest.Must(t, w.Tx(func(tx *store.Tx) (err error) {
			city, err = unit.BootstrapIn(tx, unit.City, "吴忠市社会工作中心", true)
			return err
		}))
		mayor := w.AdminOf(city, "白雪峰")
		district, err := w.Units.Create(apptest.As(mayor), unit.Input{ParentID: city.ID, Kind: unit.DistrictCentre, Name: "利通区社会工作服务中心"})
		apptest.Must(t, err)
		admin := w.AdminOf(w.District, "马文斌")
		want := func(path, day string, value int64) {
			t.Helper()
			if got := on(w, path, day); got != value {
				t.Errorf("%s on %s: %d, want %d", path, day, got, value)
			}
		}
		want(w.Station.Path, "2026-03-05", 960)

		apptest.Must(t, w.Tx(func(tx *store.Tx) error {
			return tx.Create(&policy.Policy{Kind: policy.DailyCap, FromDay: "2026-01-01", Value: 900, CreatedBy: admin.PersonID, CreatedAt: tx.Now}).Error
		}))
		apptest.Must(t, w.Policies.Read(t.Context()))
		for _, p := range []struct {
			by    auth.Actor
			unit  int64
			day   string
			value int64
		}{{admin, w.Station.ID, "2026-03-05", 480}, {admin, w.District.ID, "2026-04-01", 600}, {mayor, city.ID, "2026-03-10", 300}, {mayor, district.ID, "2026-03-20", 240}} {
			_, err := set(w, p.by, p.unit, policy.DailyCap, p.day, p.value)
			apptest.Must(t, err)
		}
		want(w.Station.Path, "2025-12-31", 960)
		want(w.Station.Path, "2026-03-04", 900)
		want(w.Station.Path, "2026-03-05", 480)
		want(w.Room.Path, "2026-03-31", 480)
		want(w.District.Path, "2026-04-01", 600)
		want(w.Other.Path, "2030-01-01", 600)
		want(district.Path, "2026-03-09", 900)
		want(district.Path, "2026-03-10", 300)
		want(district.Path, "2026-03-20", 240)
		want(city.Path, "2026-03-20", 300)

		list, err := w.Policies.List(apptest.As(admin), w.Room.ID)
		apptest.Must(t, err)
		var said []string
		for _, l := range list {
			said = append(said, fmt.Sprint(l.Kind, " ", l.FromDay, " ", l.Value, " ", l.InForce))
		}
		if got := fmt.Sprintf("%q", said); got != `["daily_cap 2026-03-05 480 true" "daily_cap 2026-04-01 600 false" "bookings_of_one  0 true" "bookings_by_one  0 true" "reschedules  0 true"]` {
			t.Error(got)
		}
	})
}

// Who may set what: an admin of the district, from today on, within bounds.
func TestWhoSetsWhat(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		admin := w.AdminOf(w.District, "马文斌")
		far, err := w.Units.Bootstrap(t.Context(), "康巴什区社会工作中心")
		apptest.Must(t, err)
		for _, x := range []struct {
			by    auth.Actor
			kind  policy.Kind
			day   string
			value int64
			code  string
		}{
			{w.Staff, policy.DailyCap, "2026-03-05", 600, "forbidden"},
			{w.AdminOf(far, "白雪峰"), policy.DailyCap, "2026-03-05", 600, "forbidden"},
			{w.AdminOf(w.Station, "马志宏"), policy.DailyCap, "2026-03-05", 600, "forbidden"}, // of a part of the district
			{admin, policy.DailyCap, "2026-03-04", 600, "invalid_fields"},
			{admin, policy.DailyCap, "2027-03-07", 600, "invalid_fields"},
			{admin, policy.DailyCap, "2026-03-05", 59, "invalid_fields"},
			{admin, policy.DailyCap, "2026-03-05", 1441, "invalid_fields"},
			{admin, policy.Reschedules, "2026-03-05", 101, "invalid_fields"},
			{admin, "moon", "2026-03-05", 1, "invalid_fields"},
		} {
			_, err := set(w, x.by, w.District.ID, x.kind, x.day, x.value)
			apptest.WantCode(t, err, x.code)
		}
		if n := w.Count("policies", "1 = 1"); n != 0 {
			t.Errorf("%d were set", n)
		}
	})
}

// Two admins who set one day at once: one is told that it is set already. Other days do not meet.
func TestTwoAdminsAtOnce(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		admins := []auth.Actor{w.AdminOf(w.District, "马文斌"), w.AdminOf(w.District, "马建军")}
		for round := range 3 {
			day, said := fmt.Sprintf("2026-04-0%d", round+1), make(chan error, 2)
			for i, a := range admins {
				go func() { _, err := set(w, a, w.District.ID, policy.DailyCap, day, int64(600+i)); said <- err }()
			}
			taken := 0
			for range admins {
				if err := <-said; err != nil {
					apptest.WantCode(t, err, "policy_taken")
					taken++
				}
			}
			if n := w.Count("policies", "from_day = ?", day); n != 1 || taken != 1 {
				t.Errorf("%d rows, %d refused", n, taken)
			}
		}
	})
}

// What was used, or has begun, is never deleted, also by who is racing the use; what is neither, is, by its district alone.
func TestAUsedRowIsFrozen(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		admin := w.AdminOf(w.District, "马文斌")
		far, err := w.Units.Bootstrap(t.Context(), "康巴什区社会工作中心")
		apptest.Must(t, err)
		made := func(day string) int64 {
			l, err := set(w, admin, w.District.ID, policy.DailyCap, day, 600)
			apptest.Must(t, err)
			return l.ID
		}
		remove := func(by auth.Actor, id int64) error { return w.Policies.Delete(apptest.As(by), id) }
		use := func(id int64) error {
			return w.Tx(func(tx *store.Tx) error {
				_, err := w.Policies.Use(tx, policy.Policy{ID: id})
				return err
			})
		}
		today, used, free := made("2026-03-05"), made("2026-03-06"), made("2026-03-07")
		apptest.Must(t, use(used))
		apptest.WantCode(t, remove(admin, today), "policy_begun")
		apptest.WantCode(t, remove(admin, used), "policy_begun")
		apptest.WantCode(t, remove(w.AdminOf(far, "白雪峰"), free), "not_found")
		apptest.WantCode(t, remove(w.Staff, free), "not_found")
		apptest.Must(t, remove(admin, free))
		apptest.WantCode(t, remove(admin, free), "not_found")
		if use(free) == nil {
			t.Error("a deleted row was used")
		}
		if on(w, w.Station.Path, "2026-03-08") != 600 || w.Count("policies", "1 = 1") != 2 || w.Count("policies", "used = ?", true) != 1 {
			t.Error("not what stands")
		}
		for day := range 6 { // use and delete at once: one of them is refused
			id, said := made(fmt.Sprintf("2026-05-0%d", day+1)), make(chan error, 1)
			go func() { said <- use(id) }()
			gone := remove(admin, id)
			if n := w.Count("policies", "id = ?", id); (<-said == nil) != (n == 1) || (gone == nil) != (n == 0) {
				t.Errorf("%d rows, delete said %v", n, gone)
			}
		}
	})
}

// Another server's change is known once the policies are read again, which is a timed task.
func TestOtherServersReadIt(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		admin, other := w.AdminOf(w.District, "马文斌"), policy.NewService(w.Store, w.Policies.Defaults)
		_, err := set(w, admin, w.District.ID, policy.DailyCap, "2026-03-05", 480)
		apptest.Must(t, err)
		if p := other.On(policy.DailyCap, w.Station.Path, w.Clock.Now()); p.ID != 0 || p.Minutes() != 16*time.Hour {
			t.Errorf("%+v", p)
		}
		for _, task := range other.Feature().Tasks {
			apptest.Must(t, task.Do(t.Context()))
		}
		if p := other.On(policy.DailyCap, w.Station.Path, w.Clock.Now()); p.ID == 0 || p.Minutes() != 8*time.Hour {
			t.Errorf("%+v", p)
		}
	})
}
