package activity_test

import (
	"strings"
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/hours"
	"yimi/internal/store"
)

// by publishes a shift as somebody of staff, and goes to its end with the volunteer having been there.
func by(t *testing.T, w *apptest.World, staff auth.Actor, starts, long time.Duration, people ...auth.Actor) (activity.Shift, []int64) {
	t.Helper()
	now := w.Clock.Now()
	s := activity.Shift{StartsAt: store.At(now.Add(starts)), EndsAt: store.At(now.Add(starts + long)), Capacity: 30}
	l, err := w.Activities.Create(apptest.As(staff), w.Draft(), []activity.Shift{s})
	apptest.Must(t, err)
	l, err = w.Activities.Publish(apptest.As(staff), l.ID)
	apptest.Must(t, err)
	s = l.Shifts[0].Shift
	var ids []int64
	for i, p := range people {
		ids = append(ids, was(t, w, p, s, s.StartsAt.Add(time.Duration(i)*5*time.Minute), s.EndsAt.Time))
	}
	w.Clock.Set(s.EndsAt.Add(time.Minute))
	return s, ids
}

// reasons gives the attention of a sign-up on its sheet.
func reasons(t *testing.T, w *apptest.World, s activity.Shift, id int64) string {
	t.Helper()
	sheet, err := w.Activities.Attendance(apptest.As(w.Staff), s.ID)
	apptest.Must(t, err)
	for _, r := range sheet.Rows {
		if r.ID == id {
			return r.Attention
		}
	}
	t.Fatal("not on the sheet")
	return ""
}

// What makes a shift's presence doubtful is on the sheet at once, and on the list when the shift is over.
func TestAttentionGrows(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		p := w.Volunteer("林晓雯")
		check := func(s activity.Shift, id int64, want string) {
			t.Helper()
			if got := reasons(t, w, s, id); got != want {
				t.Errorf("%q, want %q", got, want)
			}
			w.Clock.Set(s.EndsAt.Add(time.Hour))
			apptest.Must(t, w.Activities.Sweep(ctx))
			if n := w.Count("attendances", "signup_id = ? AND attention = ? AND needs_look = ?", id, want, want != ""); n != 1 {
				t.Errorf("%q is not on the list", want)
			}
		}
		s, ids := by(t, w, w.Staff, 48*time.Hour, 12*time.Hour, p)
		check(s, ids[0], "")
		s, ids = by(t, w, w.Staff, 48*time.Hour, 12*time.Hour+time.Minute, p)
		check(s, ids[0], activity.LongShift)
		s, ids = by(t, w, w.Staff, 59*time.Minute, time.Hour, p)
		check(s, ids[0], activity.ShortNotice)
		moved := w.Publish(w.Draft(), activity.Shift{StartsAt: store.At(w.Clock.Now().Add(50 * time.Hour)), EndsAt: store.At(w.Clock.Now().Add(51 * time.Hour)), Capacity: 9})[0].Shift
		apptest.Must(t, move(w, moved, activity.ShiftChange{EndsAt: ptr(moved.EndsAt.Add(time.Hour))})) // nobody had signed up
		g := w.SignUp(p, moved.ID)
		if moved = w.FindShift(moved.ID); moved.MovedAt != nil {
			t.Error("a move before anybody signed up is noted")
		}
		apptest.Must(t, move(w, moved, activity.ShiftChange{EndsAt: ptr(moved.EndsAt.Add(time.Hour))}))
		moved = w.FindShift(moved.ID)
		w.Serve(p, moved, time.Hour)
		w.Clock.Set(moved.EndsAt.Time)
		check(moved, g.ID, activity.TimeMoved)
	})
}

// Eight who came within two minutes and went within two minutes are a burst; seven, or eight who
// went one after the other, or on a short shift, are none.
func TestBursts(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		for _, c := range []struct {
			people int
			long   time.Duration
			out    time.Duration // between two check-outs
			want   int
		}{{8, time.Hour, 17 * time.Second, 8}, {7, time.Hour, 0, 0}, {9, time.Hour, 15 * time.Second, 9}, {8, time.Hour, 18 * time.Second, 0}, {8, 59 * time.Minute, 0, 0}} {
			s, _ := by(t, w, w.Staff, 48*time.Hour, c.long)
			var last int64
			for i, p := range w.Crowd(c.people) {
				last = was(t, w, p, s, s.StartsAt.Add(time.Duration(i)*15*time.Second), s.EndsAt.Add(time.Duration(i)*c.out-10*time.Minute))
			}
			w.Clock.Set(s.EndsAt.Add(time.Hour))
			apptest.Must(t, w.Activities.Sweep(ctx))
			if n := w.Count("attendances", "shift_id = ? AND attention = 'burst'", s.ID); n != int64(c.want) {
				t.Errorf("%+v: %d in a burst", c, n)
			}
			if got := reasons(t, w, s, last); strings.Contains(got, "burst") != (c.want > 0) {
				t.Errorf("%+v: the sheet says %q", c, got)
			}
		}
	})
}

// Whoever of a burst is confirmed first, early or late in it, the burst is seen, among many who came at other times.
func TestABurstIsSeenWhoeverIsConfirmedFirst(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		for _, first := range []int{0, 4, 7} {
			s, _ := by(t, w, w.Staff, 48*time.Hour, time.Hour, w.Crowd(10)...)
			var ids []int64
			for i, p := range w.Crowd(8) {
				ids = append(ids, was(t, w, p, s, s.StartsAt.Add(-10*time.Minute+time.Duration(i)*17*time.Second), s.EndsAt.Add(time.Duration(i)*time.Second)))
			}
			_, err := confirm(w, w.Second, s.ID, ids[first], nil)
			apptest.Must(t, err)
			if n := w.Count("attendances", "signup_id = ? AND attention LIKE '%burst%'", ids[first]); n != 1 {
				t.Errorf("the %d. of a burst is confirmed as if it were none", first+1)
			}
		}
	})
}

// Who made, moved or showed the shift, or scanned somebody on it, does not alone confirm what needs
// a look: another human does. What needs none they confirm alone.
func TestWhoHadAHandDoesNotConfirmAlone(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		plain, ids := by(t, w, w.Staff, 2*time.Hour, time.Hour, w.Volunteer("林晓雯"))
		out, err := confirm(w, w.Staff, plain.ID, ids[0], nil)
		if apptest.Must(t, err); out.WaitsFor != "" || out.State != string(activity.Attended) {
			t.Errorf("%+v", out)
		}
		long := 13 * time.Hour
		early, ids := by(t, w, w.Staff, 30*time.Hour, long, w.Volunteer("王明月")) // made more than a day before
		out, err = confirm(w, w.Staff, early.ID, ids[0], nil)
		if apptest.Must(t, err); out.WaitsFor != "" {
			t.Errorf("%+v", out)
		}
		made, ids := by(t, w, w.Staff, 23*time.Hour, long, w.Volunteer("赵小宝"), w.Volunteer("孙三"))
		out, err = confirm(w, w.Staff, made.ID, ids[0], nil)
		if apptest.Must(t, err); out.WaitsFor != hours.ForColleague || out.State != string(activity.Confirmed) || w.Count("hour_entries", "shift_id = ?", made.ID) != 0 {
			t.Errorf("%+v", out)
		}
		if out, err = confirm(w, w.Second, made.ID, ids[1], nil); err != nil || out.WaitsFor != "" {
			t.Errorf("somebody without a hand in it does not confirm alone: %+v %v", out, err)
		}
		list, err := w.Hours.Proposals(apptest.As(w.Second), 0, 9)
		apptest.Must(t, err)
		if len(list) != 1 || list[0].Why != hours.WhyAttention || !list[0].Presence || list[0].WaitsFor != hours.ForColleague {
			t.Fatalf("%+v", list)
		}
		done, err := w.Activities.DecideProposals(apptest.As(w.Second), []int64{list[0].ID}, true, "")
		apptest.Must(t, err)
		apptest.Must(t, done[0].Err)
		if n := w.Count("hour_entries", "shift_id = ? AND class = 'system' AND recorded_by = ? AND approved_by = ?", made.ID, w.Staff.PersonID, w.Second.PersonID); n != 1 {
			t.Errorf("%d entries", n)
		}
		w.Whole(t)
	})
}

// Each deed counts: showing the code, and scanning a volunteer's.
func TestShowingAndScanningAreHands(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		for name, deed := range map[string]func(by auth.Actor, s activity.Shift, p auth.Actor){
			"show": func(by auth.Actor, s activity.Shift, _ auth.Actor) {
				for range 3 { // asked again and again, kept once
					_, err := w.Activities.ShiftCode(apptest.As(by), s.ID, activity.In)
					apptest.Must(t, err)
				}
			},
			"scan": func(by auth.Actor, s activity.Shift, p auth.Actor) {
				_, err := w.Activities.Scan(apptest.As(by), s.ID, activity.Scanned{Kind: activity.In, Token: w.Activities.PersonCode(apptest.As(p)).Token})
				apptest.Must(t, err)
			},
		} {
			p, q := w.Volunteer("林晓雯"), w.Volunteer("王明月")
			now := w.Clock.Now()
			s := w.Publish(w.Draft(), activity.Shift{StartsAt: store.At(now.Add(48 * time.Hour)), EndsAt: store.At(now.Add(61 * time.Hour)), Capacity: 9})[0].Shift
			id := was(t, w, p, s, s.StartsAt.Time, s.EndsAt.Time)
			w.SignUp(q, s.ID)
			w.Clock.Set(s.StartsAt.Time)
			deed(w.Second, s, q)
			w.Clock.Set(s.EndsAt.Time)
			if n := w.Count("shift_hands", "shift_id = ? AND person_id = ?", s.ID, w.Second.PersonID); n != 1 {
				t.Errorf("%s: kept %d times", name, n)
			}
			if out, err := confirm(w, w.Second, s.ID, id, nil); err != nil || out.WaitsFor == "" {
				t.Errorf("%s: %+v %v", name, out, err)
			}
			w.Clock.Set(now.Add(90 * time.Hour))
		}
	})
}

// A station with one human of staff: the district confirms; where there is no other human at all,
// it waits until somebody is appointed, and nothing is lost.
func TestALoneStaffWaitsForTheDistrict(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.Exec("DELETE FROM role_grants WHERE person_id = ?", w.Second.PersonID)
		s, ids := by(t, w, w.Staff, 2*time.Hour, 13*time.Hour, w.Volunteer("林晓雯"))
		out, err := confirm(w, w.Staff, s.ID, ids[0], nil)
		if apptest.Must(t, err); out.WaitsFor != hours.ForAppointment {
			t.Errorf("%+v", out)
		}
		w.Clock.Advance(100 * 24 * time.Hour)
		apptest.Must(t, w.Activities.Sweep(ctx))
		waits := func() hours.Waits {
			list, err := w.Hours.Proposals(apptest.As(w.Staff), 0, 9)
			apptest.Must(t, err)
			return list[0].WaitsFor
		}
		onSheet := func() hours.Waits {
			sheet, err := w.Activities.Attendance(apptest.As(w.Staff), s.ID)
			apptest.Must(t, err)
			return sheet.Rows[0].WaitsFor
		}
		if got, row := waits(), onSheet(); got != hours.ForAppointment || row != got {
			t.Error(got, row)
		}
		admin := w.AdminOf(w.District, "马建军")
		if got, row := waits(), onSheet(); got != hours.ForDistrict || row != got {
			t.Error(got, row)
		}
		look, err := w.Activities.Attention(apptest.As(w.Staff), 0, 9)
		if apptest.Must(t, err); len(look) != 1 || look[0].WaitsFor != hours.ForDistrict {
			t.Errorf("%+v", look)
		}
		list, err := w.Hours.Proposals(apptest.As(admin), 0, 9)
		apptest.Must(t, err)
		done, err := w.Activities.DecideProposals(apptest.As(admin), []int64{list[0].ID}, true, "")
		apptest.Must(t, err)
		apptest.Must(t, done[0].Err)
		w.Whole(t)
	})
}
