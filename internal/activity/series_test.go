package activity_test

import (
	"strings"
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/store"
)

func at(t time.Time) store.Time { return store.At(t) }

// evenings is a series of five, on 5, 10, 12, 17 and 19 March at 19:00, and nothing else.
func evenings(t *testing.T, w *apptest.World, capacity int) []activity.ShiftLine {
	t.Helper()
	id := w.Shift(1).ActivityID
	w.Exec("DELETE FROM shifts")
	l, err := w.Activities.AddSeries(apptest.As(w.Staff), id, weekly(capacity))
	apptest.Must(t, err)
	return l.Shifts
}

func change(t *testing.T, w *apptest.World, of activity.ShiftLine, c activity.SeriesChange) {
	t.Helper()
	_, err := w.Activities.UpdateSeries(apptest.As(w.Staff), *of.SeriesID, c)
	apptest.Must(t, err)
}

func startsOf(t *testing.T, w *apptest.World, activityID int64) string {
	t.Helper()
	l, err := w.Activities.Get(apptest.As(w.Staff), activityID)
	apptest.Must(t, err)
	return strings.Join(starts(l), ",")
}

func TestASeriesLeavesAloneWhatWasChangedByHand(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		shifts := evenings(t, w, 3)
		by := func(n int, c activity.ShiftChange) {
			_, err := w.Activities.UpdateShift(apptest.As(w.Staff), shifts[n].ID, c)
			apptest.Must(t, err)
		}
		by(1, to(shifts[1].Shift, 5*24*time.Hour+6*time.Hour)) // to 15:00 of its day
		by(2, activity.ShiftChange{Capacity: ptr(8)})
		by(3, activity.ShiftChange{Capacity: ptr(3)}) // no change
		change(t, w, shifts[0], activity.SeriesChange{StartTime: ptr("18:00"), EndTime: ptr("20:00"), Capacity: ptr(5)})
		if got, want := startsOf(t, w, shifts[0].ActivityID), "03-05 18:00,03-10 15:00,03-12 19:00,03-17 18:00,03-19 18:00"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		for n, want := range []struct {
			capacity int
			byHand   bool
		}{{5, false}, {3, true}, {8, true}, {5, false}, {5, false}} {
			if s := w.FindShift(shifts[n].ID); s.Capacity != want.capacity || s.ByHand != want.byHand {
				t.Errorf("shift %d has %d places, by hand %v", n, s.Capacity, s.ByHand)
			}
		}
		// One more place for somebody who waits is by hand as well.
		people := w.Crowd(6)
		for _, p := range people[:5] {
			w.SignUp(p, shifts[4].ID)
		}
		_, err := w.Activities.TakeSignup(apptest.As(w.Staff), w.Wait(people[5], shifts[4].ID).ID, true)
		apptest.Must(t, err)
		change(t, w, shifts[0], activity.SeriesChange{Capacity: ptr(5)})
		if s := w.FindShift(shifts[4].ID); s.Capacity != 6 || !s.ByHand {
			t.Errorf("%+v", s)
		}
		w.Whole(t)
	})
}

// Two shifts of a series never start at once: said, not broken.
func TestAShiftOfASeriesIsNotMovedOntoAnother(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		shifts := evenings(t, w, 3)
		at := shifts[2].StartsAt.Time
		_, err := w.Activities.UpdateShift(apptest.As(w.Staff), shifts[1].ID, activity.ShiftChange{StartsAt: &at, EndsAt: ptr(at.Add(time.Hour))})
		apptest.WantCode(t, err, "series_same_start")
	})
}

// A person with several shifts of a series is told of one edit once, and of one cancelling once.
func TestOneDeedTellsAPersonOnce(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		shifts := evenings(t, w, 1)
		p, q, r := w.Volunteer("林晓雯"), w.Volunteer("王明月"), w.Volunteer("白雪")
		for _, n := range []int{0, 1, 2, 3} {
			w.SignUp(p, shifts[n].ID)
			w.Wait(q, shifts[n].ID)
		}
		w.SignUp(r, shifts[4].ID)
		told := func(a auth.Actor, kind string) (body string) {
			t.Helper()
			var bodies []string
			apptest.Must(t, w.Store.Read(ctx).Table("notices").Where("person_id = ? AND kind <> 'signup_confirmed'", a.PersonID).Pluck("body", &bodies).Error)
			if n := w.Count("notices", "person_id = ? AND kind = ?", a.PersonID, kind); n != 1 || len(bodies) != 1 {
				t.Errorf("told %d times as %s, %d times at all: %q", n, kind, len(bodies), bodies)
			}
			w.Exec("DELETE FROM notices")
			return strings.Join(bodies, "")
		}
		tell := func(a auth.Actor, kind string, parts ...string) {
			t.Helper()
			body := told(a, kind)
			for _, part := range parts {
				if !strings.Contains(body, part) {
					t.Errorf("%q is not in %q", part, body)
				}
			}
		}
		times := activity.SeriesChange{StartTime: ptr("18:00"), EndTime: ptr("20:00")}
		change(t, w, shifts[0], times)
		var bodies []string
		apptest.Must(t, w.Store.Read(ctx).Table("notices").Where("person_id = ? AND kind = 'activity_changed'", r.PersonID).Pluck("body", &bodies).Error)
		if len(bodies) != 1 || !strings.Contains(bodies[0], "时间改为 3月19日 周四 18:00") {
			t.Errorf("who has one shift was told %q", bodies)
		}
		if n := w.Count("notices", "person_id = ? AND kind <> 'signup_confirmed'", q.PersonID); n != 1 {
			t.Errorf("who waits for four was told %d times", n)
		}
		tell(p, "activity_changed", "4 班", "3月5日 周四 18:00", "等 4 班")

		// A new time and new places in one edit: who waits hears of both in one.
		change(t, w, shifts[0], activity.SeriesChange{StartTime: ptr("17:00"), EndTime: ptr("19:00"), Capacity: ptr(2)})
		if n := w.Count("notices", "person_id = ?", p.PersonID); n != 1 {
			t.Errorf("who has four was told %d times", n)
		}
		tell(q, "signup_offered", "有名额了", "等 4 班", "3月5日 周四 17:00")
		if n := w.Count("signups", "person_id = ? AND state = 'offered'", q.PersonID); n != 4 {
			t.Errorf("%d places are kept", n)
		}

		_, err := w.Activities.Cancel(apptest.As(w.Staff), shifts[0].ActivityID, "大风")
		apptest.Must(t, err)
		if n := w.Count("notices", "person_id = ?", r.PersonID); n != 1 {
			t.Errorf("who has one was told %d times", n)
		}
		tell(p, "activity_cancelled", "等 4 班 取消了：大风", "3月5日 周四 17:00")
		w.Whole(t)
	})
}

// Who is asked again for several shifts is asked once, with the first deadline.
func TestWhoIsAskedAgainForSeveralIsAskedOnce(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		shifts := evenings(t, w, 3)
		p := w.Volunteer("林晓雯")
		for _, n := range []int{1, 2, 3} {
			w.SignUp(p, shifts[n].ID)
		}
		for _, n := range []int{1, 2} {
			other := shifts[n].Shift
			w.SignUp(p, w.Publish(w.Draft(), activity.Shift{StartsAt: other.EndsAt, EndsAt: at(other.EndsAt.Add(time.Hour)), Capacity: 3})[0].ID)
		}
		w.Exec("DELETE FROM notices")
		change(t, w, shifts[0], activity.SeriesChange{StartTime: ptr("20:00"), EndTime: ptr("22:00"), AskAgain: true})
		var bodies []string
		apptest.Must(t, w.Store.Read(ctx).Table("notices").Where("person_id = ?", p.PersonID).Pluck("body", &bodies).Error)
		if len(bodies) != 1 || !strings.Contains(bodies[0], "3月17日 周二 20:00") || !strings.Contains(bodies[0], "3月10日 周二 20:00") || !strings.Contains(bodies[0], "重叠") {
			t.Errorf("told %q", bodies)
		}
		if n := w.Count("signups", "person_id = ? AND asked_again = ?", p.PersonID, true); n != 2 {
			t.Errorf("asked again for %d", n)
		}
	})
}

// from_date is from 00:00 of that day in Asia/Shanghai, a shift that starts just then among them.
func TestASeriesChangesFromMidnight(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		id := w.Shift(1).ActivityID
		w.Exec("DELETE FROM shifts")
		l, err := w.Activities.AddSeries(apptest.As(w.Staff), id, activity.Series{Weekdays: "2,4", StartTime: "00:00", EndTime: "01:30",
			FromDate: "2026-03-06", UntilDate: "2026-03-19", Capacity: 2})
		apptest.Must(t, err) // 10, 12, 17 and 19 March
		change(t, w, l.Shifts[0], activity.SeriesChange{Capacity: ptr(9), FromDate: ptr("2026-03-12")})
		for i, s := range l.Shifts {
			if got, want := w.FindShift(s.ID).Capacity, map[bool]int{true: 2, false: 9}[i < 1]; got != want {
				t.Errorf("shift %d has %d places, want %d", i, got, want)
			}
		}
		w.Clock.Set(l.Shifts[1].StartsAt.Time) // the one that has just begun stays, and is no hindrance
		change(t, w, l.Shifts[0], activity.SeriesChange{Capacity: ptr(7), FromDate: ptr("2026-03-12")})
		if n := w.Count("shifts", "capacity = 7"); n != 2 {
			t.Errorf("%d shifts changed", n)
		}
	})
}

func TestAShiftThatEndsWhenItStartsIsRefused(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		shifts := evenings(t, w, 2)
		as, id := apptest.As(w.Staff), shifts[0].ActivityID
		same := apptest.At(72*time.Hour, 2)
		same.EndsAt = same.StartsAt
		_, err := w.Activities.AddShift(as, id, same)
		apptest.WantCode(t, err, "invalid_fields")
		_, err = w.Activities.UpdateShift(as, shifts[4].ID, activity.ShiftChange{EndsAt: &shifts[4].StartsAt.Time})
		apptest.WantCode(t, err, "invalid_fields")
		rule := weekly(2)
		rule.EndTime = rule.StartTime
		_, err = w.Activities.AddSeries(as, id, rule)
		apptest.WantCode(t, err, "invalid_fields")
		for _, c := range []activity.SeriesChange{{StartTime: ptr("21:00")}, {EndTime: ptr("19:00")}, {StartTime: ptr("08:00"), EndTime: ptr("08:00")}} {
			_, err = w.Activities.UpdateSeries(as, *shifts[0].SeriesID, c)
			apptest.WantCode(t, err, "invalid_fields")
		}
		if n := w.Count("shifts", "starts_at = ends_at OR ends_at - starts_at <> 7200000"); n != 0 {
			t.Errorf("%d shifts", n)
		}
	})
}
