package activity_test

import (
	"slices"
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/apptest"
)

// work reads the whole workbench by pages of a few.
func work(t *testing.T, w *apptest.World, few int) (all []activity.WorkShift) {
	t.Helper()
	for after := (activity.WorkAfter{}); ; after = all[len(all)-1].After() {
		rows, err := w.Activities.WorkShifts(apptest.As(w.Staff), after, few)
		apptest.Must(t, err)
		all = append(all, rows...)
		if len(rows) < few {
			return all
		}
	}
}

func idsOf(rows []activity.WorkShift) (ids []int64) {
	for _, r := range rows {
		ids = append(ids, r.ID)
	}
	return ids
}

// Presence to confirm stays on the workbench however old it is and however much there is, behind today's
// shifts, oldest first; what is confirmed goes.
func TestNothingLeavesTheWorkbenchByAge(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		p := w.Volunteer("林晓雯")
		var days []activity.Shift
		for i := range 60 {
			days = append(days, apptest.At(time.Duration(24*i+5)*time.Hour, 2)) // at 14:00
		}
		now := apptest.Start.AddDate(0, 0, 200) // 9:00
		day := func(hour int, long time.Duration) activity.Shift {
			from := now.Add(time.Duration(hour-9) * time.Hour)
			return activity.Shift{StartsAt: at(from), EndsAt: at(from.Add(long)), Capacity: 2}
		}
		old := w.Publish(w.Draft(), days...)
		today := w.Publish(w.Draft(), day(-2, 4*time.Hour), day(6, 2*time.Hour), day(7, time.Hour), day(10, time.Hour), day(24, time.Hour))
		first := int64(0)
		for i, s := range old {
			if g := w.SignUp(p, s.ID); i == 0 {
				first = g.ID
			}
		}
		late, done, nobody, later, tomorrow := today[0], today[1], today[2], today[3], today[4]
		w.SignUp(p, late.ID)
		w.SignUp(p, done.ID)
		w.SignUp(p, tomorrow.ID)
		w.Clock.Set(now)
		want := []int64{late.ID, done.ID, later.ID}
		for _, s := range old {
			want = append(want, s.ID)
		}
		for _, few := range []int{1, 7, 100} {
			if got := idsOf(work(t, w, few)); !slices.Equal(got, want) {
				t.Fatalf("by %d: %v, want %v (not %d, over with nobody, nor %d, tomorrow)", few, got, want, nobody.ID, tomorrow.ID)
			}
		}
		got, err := w.Activities.Work(apptest.As(w.Staff), 99, 5)
		apptest.Must(t, err)
		if got.ToConfirm != 62 || len(got.Shifts) != 5 || got.Shifts[0].Phase != activity.PhaseToConfirm || got.Shifts[2].Phase != activity.PhaseComing || got.Shifts[3].ID != old[0].ID || !got.Shifts[3].Earlier {
			t.Errorf("%+v", got)
		}
		_, err = w.Record(w.Staff, old[0].ID, activity.Deed{SignupID: first, Action: "no_show"})
		apptest.Must(t, err)
		if got := idsOf(work(t, w, 100)); slices.Contains(got, old[0].ID) || len(got) != 62 {
			t.Errorf("what is done stays: %v", got)
		}
		if rows, err := w.Activities.WorkShifts(apptest.As(w.StaffOf(w.Other, "马立强")), activity.WorkAfter{}, 10); err != nil || len(rows) != 0 {
			t.Errorf("another station's staff see %v (%v)", rows, err)
		}
	})
}

// A shift, or its activity, that is called off after somebody checked in keeps their presence: it stays on the
// workbench, they check out, and staff confirm.
func TestPresenceOutlivesTheCancelling(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		shift := w.Publish(w.Draft(), apptest.At(24*time.Hour, 3))[0].Shift
		began := w.Publish(w.Draft(), apptest.At(23*time.Hour, 3), apptest.At(48*time.Hour, 3))
		p, q, r := w.Volunteer("林晓雯"), w.Volunteer("王明月"), w.Volunteer("白雪")
		in, away, wait := w.SignUp(p, shift.ID), w.SignUp(q, shift.ID), w.SignUp(w.Volunteer("马小军"), shift.ID)
		there, later := w.SignUp(r, began[0].ID), w.SignUp(r, began[1].ID)
		w.Clock.Set(began[0].StartsAt.Time)
		w.Check(r, began[0].ID, activity.In)
		w.Clock.Set(shift.StartsAt.Add(-20 * time.Minute))
		w.Check(p, shift.ID, activity.In)
		_, err := w.Activities.CancelShift(apptest.As(w.Staff), shift.ID, "大风")
		apptest.Must(t, err)
		_, err = w.Activities.Cancel(apptest.As(w.Staff), began[0].ActivityID, "大风")
		apptest.Must(t, err)
		states(t, w, map[int64]activity.SignupState{in.ID: activity.Confirmed, away.ID: activity.SignupCancelled, wait.ID: activity.SignupCancelled,
			there.ID: activity.Confirmed, later.ID: activity.SignupCancelled})
		if got := w.FindShift(shift.ID); got.State != activity.ShiftCancelled || got.Taken != 1 {
			t.Errorf("%+v", got)
		}
		if n := w.Count("notices", "person_id = ? AND kind = 'activity_cancelled' AND body LIKE '%签退%'", p.PersonID); n != 1 {
			t.Error("who is in is not told to check out")
		}
		w.Clock.Set(shift.StartsAt.Add(30 * time.Minute))
		if got := idsOf(work(t, w, 10)); !slices.Equal(got, []int64{began[0].ID, shift.ID}) {
			t.Errorf("on the workbench: %v", got)
		}
		w.Check(p, shift.ID, activity.Out)
		w.Check(r, began[0].ID, activity.Out)
		w.Clock.Set(shift.EndsAt.AddDate(0, 0, 40))
		apptest.Must(t, w.Activities.Sweep(ctx))
		if got := idsOf(work(t, w, 10)); !slices.Equal(got, []int64{began[0].ID, shift.ID}) {
			t.Errorf("after forty days: %v", got)
		}
		sheet, err := w.Activities.Attendance(apptest.As(w.Staff), shift.ID)
		if err != nil || len(sheet.Rows) != 1 {
			t.Fatalf("%+v %v", sheet, err)
		}
		for g, s := range map[int64]int64{in.ID: shift.ID, there.ID: began[0].ID} {
			_, err = w.Record(w.Staff, s, activity.Deed{SignupID: g, Action: "confirm"})
			apptest.Must(t, err)
		}
		if got := work(t, w, 10); len(got) != 0 {
			t.Errorf("left: %v", idsOf(got))
		}
		w.Whole(t)
	})
}
