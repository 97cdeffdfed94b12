package activity_test

import (
	"sync"
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/auth"
)

// Whoever waits is offered a free place until the start, each for a shorter time, and never beyond it.
func TestWhoWaitsIsOfferedUntilTheStart(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := w.Publish(w.Draft(), apptest.At(29*time.Hour, 1))[0].Shift // at 14:00
		people := w.Crowd(4)
		g := w.SignUp(people[0], s.ID)
		var waits []int64
		for _, p := range people[1:] {
			waits = append(waits, w.Wait(p, s.ID).ID)
		}
		w.Clock.Set(s.StartsAt.Add(-time.Hour)) // within the notice
		_, err := w.Activities.CancelSignup(apptest.As(w.Staff), g.ID, "来电请假")
		apptest.Must(t, err)
		for i, before := range []time.Duration{30 * time.Minute, 15 * time.Minute, 5 * time.Minute} {
			states(t, w, map[int64]activity.SignupState{waits[i]: activity.Offered})
			until := s.StartsAt.Add(-before)
			if at := w.Signup(waits[i]).OfferExpiresAt; at == nil || !at.Equal(until) {
				t.Errorf("offer %d until %v, want %s", i, at, until)
			}
			if n := w.Count("notices", "kind = 'signup_offered' AND subject_id = ?", waits[i]); n != 1 {
				t.Errorf("told %d times", n)
			}
			w.Clock.Set(until)
			apptest.Must(t, w.Activities.Sweep(ctx))
			states(t, w, map[int64]activity.SignupState{waits[i]: activity.Lapsed})
		}
		last := w.SignUp(w.Volunteer("后来的"), s.ID) // nobody waits: the place is for whoever comes
		later := w.Wait(w.Volunteer("再后来的"), s.ID)
		w.Clock.Set(s.StartsAt.Time)
		_, err = w.Activities.CancelSignup(apptest.As(w.Staff), last.ID, "")
		apptest.Must(t, err)
		states(t, w, map[int64]activity.SignupState{later.ID: activity.Waitlisted}) // begun: no more offers
		w.Clock.Set(s.EndsAt.Add(31 * time.Minute))
		apptest.Must(t, w.Activities.Sweep(ctx))
		states(t, w, map[int64]activity.SignupState{later.ID: activity.Lapsed})
		w.Whole(t)
	})
}

// More places are offered at once, to as many as there are.
func TestMorePlacesAreOffered(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := w.Shift(1)
		people := w.Crowd(4)
		w.SignUp(people[0], s.ID)
		a, b, c := w.Wait(people[1], s.ID), w.Wait(people[2], s.ID), w.Wait(people[3], s.ID)
		w.Clock.Set(s.StartsAt.Add(-time.Hour))
		_, err := w.Activities.UpdateShift(apptest.As(w.Staff), s.ID, activity.ShiftChange{Capacity: ptr(3)})
		apptest.Must(t, err)
		states(t, w, map[int64]activity.SignupState{a.ID: activity.Offered, b.ID: activity.Offered, c.ID: activity.Waitlisted})
		if got := w.FindShift(s.ID); got.Taken != 3 || got.Waitlisted != 1 {
			t.Errorf("%+v", got)
		}
		w.Whole(t)
	})
}

func TestStaffTakeSomebodyFromTheList(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := w.Shift(1)
		people := w.Crowd(5)
		w.SignUp(people[0], s.ID)
		first, second, third := w.Wait(people[1], s.ID), w.Wait(people[2], s.ID), w.Wait(people[3], s.ID)
		staff := apptest.As(w.Staff)
		_, err := w.Activities.TakeSignup(staff, second.ID, false)
		apptest.WantCode(t, err, "shift_full")
		_, err = w.Activities.TakeSignup(apptest.As(w.StaffOf(w.Other, "马立强")), second.ID, true)
		apptest.WantCode(t, err, "not_found")
		_, err = w.Activities.TakeSignup(apptest.As(people[2]), second.ID, true)
		apptest.WantCode(t, err, "not_found")
		if got := w.FindShift(s.ID); got.Capacity != 1 || got.Taken != 1 || got.Waitlisted != 3 {
			t.Errorf("a refusal left %+v", got)
		}

		l, err := w.Activities.TakeSignup(staff, second.ID, true)
		apptest.Must(t, err)
		if got := w.FindShift(s.ID); l.State != activity.Confirmed || got.Capacity != 2 || got.Taken != 2 || got.Waitlisted != 2 {
			t.Errorf("%s, %+v", l.State, got)
		}
		for what, n := range map[string]int64{
			"lines of the timeline":  w.Count("activity_timeline", "subject = 'signup' AND subject_id = ? AND action = 'take' AND actor_id = ?", second.ID, w.Staff.PersonID),
			"rows of the audit":      w.Count("audit_entries", "entity = 'signup' AND entity_id = ?", second.ID),
			"audit of the place":     w.Count("audit_entries", "entity = 'shift' AND entity_id = ?", s.ID) - 1, // it was made
			"notices":                w.Count("notices", "person_id = ? AND kind = 'signup_confirmed'", people[2].PersonID),
			"places for the others":  w.Count("signups", "id IN (?, ?) AND state = 'waitlisted'", first.ID, third.ID) - 1,
			"of those who wait left": w.Count("shifts", "id = ? AND waitlisted = 2", s.ID),
		} {
			if n != 1 {
				t.Errorf("%d %s", n, what)
			}
		}

		// One who is offered a place and says so on the phone takes that one.
		w.Exec("UPDATE shifts SET capacity = 3 WHERE id = ?", s.ID)
		_, err = w.Activities.UpdateShift(staff, s.ID, activity.ShiftChange{Capacity: ptr(3)})
		apptest.Must(t, err)
		states(t, w, map[int64]activity.SignupState{first.ID: activity.Offered})
		_, err = w.Activities.TakeSignup(staff, first.ID, true)
		apptest.Must(t, err)
		if got := w.FindShift(s.ID); got.Capacity != 3 || got.Taken != 3 || w.Signup(first.ID).OfferExpiresAt != nil {
			t.Errorf("%+v", got)
		}
		_, err = w.Activities.TakeSignup(staff, first.ID, true)
		apptest.WantCode(t, err, "bad_transition")

		w.Clock.Set(s.StartsAt.Add(time.Hour)) // who waits at the door
		_, err = w.Activities.TakeSignup(staff, third.ID, true)
		apptest.Must(t, err)
		w.Clock.Set(s.EndsAt.Time)
		_, err = w.Activities.TakeSignup(staff, third.ID, true)
		apptest.WantCode(t, err, "shift_over")
		w.Whole(t)
	})
}

// Who keeps a place until they confirm a new time is offered it too: the other shift stays in the way.
func TestTakingIsRefusedWhereAnotherShiftOverlaps(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		a, b := w.Shift(3), w.Publish(w.Draft(), apptest.At(48*time.Hour, 3))[0].Shift
		p := w.Volunteer("林晓雯")
		clash := w.SignUp(p, a.ID)
		w.SignUp(p, b.ID)
		c := to(a, 49*time.Hour)
		c.AskAgain = true
		apptest.Must(t, move(w, a, c))
		_, err := w.Activities.TakeSignup(apptest.As(w.Staff), clash.ID, true)
		apptest.WantCode(t, err, "overlap")
		states(t, w, map[int64]activity.SignupState{clash.ID: activity.Offered})
		if got := w.FindShift(a.ID); got.Capacity != 3 || !w.Signup(clash.ID).AskedAgain {
			t.Errorf("%+v", got)
		}
		w.Whole(t)
	})
}

func TestNobodyTakesThemselves(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := w.Shift(1)
		w.SignUp(w.Volunteer("林晓雯"), s.ID)
		w.Exec("UPDATE people SET volunteer_since = 1, birth_date = '1990-01-01' WHERE id = ?", w.Staff.PersonID)
		mine := w.Wait(w.Staff, s.ID)
		_, err := w.Activities.TakeSignup(apptest.As(w.Staff), mine.ID, true)
		apptest.WantCode(t, err, "own_signup")
		_, err = w.Activities.TakeSignup(apptest.As(w.Second), mine.ID, true)
		apptest.Must(t, err)
	})
}

// Staff take people from the list, places are given back, more are made and cut, and new people
// come, all at once: never more people than places, and nobody waits while one is free.
func TestTakingRaisingAndCancellingAtOnce(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		for range 4 {
			s := w.Shift(4)
			people := w.Crowd(20)
			var held, waits []int64
			for _, p := range people[:4] {
				held = append(held, w.SignUp(p, s.ID).ID)
			}
			for _, p := range people[4:14] {
				waits = append(waits, w.Wait(p, s.ID).ID)
			}
			var wg sync.WaitGroup
			do := func(deed func() error) { wg.Go(func() { refusedOnly(t, deed()) }) }
			for i, id := range held {
				do(func() error { _, err := w.Activities.CancelSignup(apptest.As(people[i]), id, ""); return err })
			}
			for i, id := range waits {
				by := []auth.Actor{w.Staff, w.Second}[i%2]
				switch {
				case i < 5:
					do(func() error { _, err := w.Activities.TakeSignup(apptest.As(by), id, i%2 == 0); return err })
				case i < 7:
					do(func() error { _, err := w.Activities.CancelSignup(apptest.As(people[4+i]), id, ""); return err })
				}
				do(func() error {
					_, err := w.Activities.UpdateShift(apptest.As(by), s.ID, activity.ShiftChange{Capacity: ptr(2 + i)})
					return err
				})
			}
			for _, p := range people[14:] {
				do(func() error { _, err := w.Activities.SignUp(apptest.As(p), s.ID, true); return err })
			}
			wg.Wait()
			if got := w.FindShift(s.ID); got.Taken > got.Capacity || got.Waitlisted > 0 && got.Taken < got.Capacity {
				t.Errorf("%d of %d taken, %d waiting", got.Taken, got.Capacity, got.Waitlisted)
			}
		}
		w.Whole(t)
	})
}
