package activity_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/store"
)

// to gives a shift's change to so long after Start, with its length.
func to(s activity.Shift, after time.Duration) activity.ShiftChange {
	starts := apptest.Start.Add(after)
	return activity.ShiftChange{StartsAt: ptr(starts), EndsAt: ptr(starts.Add(s.EndsAt.Sub(s.StartsAt.Time)))}
}

func move(w *apptest.World, s activity.Shift, c activity.ShiftChange) error {
	_, err := w.Activities.UpdateShift(apptest.As(w.Staff), s.ID, c)
	return err
}

// A new time at which somebody has another shift is refused with their name, and nothing changes;
// staff may have them asked again: they keep the place for a time, and confirm only when free.
func TestAMoveAsksAgain(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		a, b := w.Shift(3), w.Publish(w.Draft(), apptest.At(48*time.Hour, 3))[0].Shift
		p, q := w.Volunteer("林晓雯"), w.Volunteer("王明月")
		clash, free, other := w.SignUp(p, a.ID), w.SignUp(q, a.ID), w.SignUp(p, b.ID)
		c := to(a, 49*time.Hour)
		err := move(w, a, c)
		apptest.WantCode(t, err, "move_overlaps")
		if said := fault.From(err).Message; !strings.Contains(said, "林晓雯") || strings.Contains(said, "王明月") {
			t.Error(said)
		}
		if s := w.FindShift(a.ID); !s.StartsAt.Equal(a.StartsAt.Time) || w.Count("notices", "kind IN ('activity_changed', 'signup_offered')") != 0 {
			t.Error("a refused move left something", s.StartsAt)
		}
		apptest.Must(t, move(w, a, to(a, 51*time.Hour))) // touching is no overlap: b ends at 50:30
		c.AskAgain = true
		apptest.Must(t, move(w, a, c))
		states(t, w, map[int64]activity.SignupState{clash.ID: activity.Offered, free.ID: activity.Confirmed, other.ID: activity.Confirmed})
		if !w.Signup(clash.ID).AskedAgain || w.Signup(free.ID).AskedAgain {
			t.Error("who is asked again is not told from who is not")
		}
		if n := w.Count("notices", "person_id = ? AND kind = 'signup_offered'", p.PersonID); n != 1 {
			t.Errorf("asked %d times", n)
		}
		if n := w.Count("notices", "person_id = ? AND kind = 'activity_changed'", q.PersonID); n != 2 {
			t.Errorf("who is free was told %d times of two moves", n)
		}
		_, err = w.Activities.ConfirmSignup(apptest.As(p), clash.ID)
		apptest.WantCode(t, err, "overlap")
		_, err = w.Activities.CancelSignup(apptest.As(p), other.ID, "")
		apptest.Must(t, err)
		_, err = w.Activities.ConfirmSignup(apptest.As(p), clash.ID)
		apptest.Must(t, err)
		if w.Signup(clash.ID).AskedAgain {
			t.Error("still asked")
		}
		w.Whole(t)
	})
}

// Who does not confirm a new time gives the place to who waits.
func TestAMoveNotConfirmedLapses(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		a, b := w.Shift(1), w.Publish(w.Draft(), apptest.At(48*time.Hour, 3))[0].Shift
		p, q := w.Volunteer("林晓雯"), w.Volunteer("王明月")
		clash, waits := w.SignUp(p, a.ID), w.Wait(q, a.ID)
		w.SignUp(p, b.ID)
		c := to(a, 49*time.Hour)
		c.AskAgain = true
		apptest.Must(t, move(w, a, c))
		w.Clock.Advance(2*time.Hour + time.Minute)
		apptest.Must(t, w.Activities.Sweep(ctx))
		states(t, w, map[int64]activity.SignupState{clash.ID: activity.Lapsed, waits.ID: activity.Offered})
		if w.Signup(waits.ID).AskedAgain {
			t.Error("an offer from the waitlist is taken for a new time")
		}
		w.Whole(t)
	})
}

// A sign-up that waits for staff, or for a place, is checked when it gets one.
func TestAMoveIsCheckedAtTheApproval(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		draft := w.Draft()
		draft.Approval = activity.ApprovalStaff
		a, b := w.Publish(draft, apptest.At(24*time.Hour, 3))[0].Shift, w.Publish(w.Draft(), apptest.At(48*time.Hour, 3))[0].Shift
		p := w.Volunteer("林晓雯")
		asked := w.SignUp(p, a.ID)
		w.SignUp(p, b.ID)
		c := to(a, 49*time.Hour)
		apptest.WantCode(t, move(w, a, c), "move_overlaps")
		c.AskAgain = true
		apptest.Must(t, move(w, a, c))
		out, err := w.Activities.DecideSignups(apptest.As(w.Staff), []int64{asked.ID}, true, "")
		apptest.Must(t, err)
		apptest.WantCode(t, out[0].Err, "overlap")
		states(t, w, map[int64]activity.SignupState{asked.ID: activity.Pending})
	})
}

// Once anybody is checked in the start stays, until staff undo the scan; then the shift can be
// moved, the sign-up cancelled, and the account closed. Both scan and undoing are kept.
func TestTheStartStaysOnceSomebodyIsIn(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := w.Shift(3)
		p := w.Volunteer("林晓雯")
		g := w.SignUp(p, s.ID)
		w.Clock.Set(s.StartsAt.Add(-20 * time.Minute))
		w.Check(p, s.ID, activity.In)
		err := move(w, s, to(s, 48*time.Hour))
		apptest.WantCode(t, err, "shift_checked_in")
		if !strings.Contains(err.Error(), "林晓雯") {
			t.Error(err)
		}
		apptest.Must(t, move(w, s, activity.ShiftChange{EndsAt: ptr(s.EndsAt.Add(30 * time.Minute))})) // the end may
		_, err = w.Activities.CancelSignup(apptest.As(w.Staff), g.ID, "改期")
		apptest.WantCode(t, err, "checked_in")
		apptest.WantCode(t, w.CloseAccount(apptest.As(p), "other"), "shift_under_way")

		undo := activity.Deed{SignupID: g.ID, Action: "undo", Reason: "改到明天"}
		_, err = w.Record(w.StaffOf(w.Other, "马立强"), s.ID, undo)
		apptest.WantCode(t, err, "not_found")
		_, err = w.Record(w.Staff, s.ID, undo)
		apptest.Must(t, err)
		_, err = w.Record(w.Staff, s.ID, undo)
		apptest.WantCode(t, err, "nothing_to_undo")
		if n := w.Count("undone_scans", "signup_id = ? AND kind = 'in' AND undone_by = ? AND reason = '改到明天'", g.ID, w.Staff.PersonID); n != 1 {
			t.Errorf("%d undone scans are kept", n)
		}
		if n := w.Count("activity_timeline", "subject_id = ? AND action IN ('check_in', 'undo_in')", g.ID); n != 2 {
			t.Errorf("%d lines in the timeline", n)
		}
		apptest.Must(t, move(w, s, to(s, 48*time.Hour)))
		w.Clock.Set(apptest.Start.Add(48 * time.Hour))
		if r := w.Check(p, s.ID, activity.In); r.Repeated {
			t.Error("a scan that was undone still stands")
		}
	})
}

// Staff undo the last scan first; after check-out has closed, or while minutes wait for approval, none.
func TestUndoTakesTheLastScan(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := w.Shift(3)
		p := w.Volunteer("林晓雯")
		g := w.SignUp(p, s.ID)
		w.Serve(p, s, time.Minute) // 签退 pressed for 签到
		undo := func() error {
			_, err := w.Record(w.Staff, s.ID, activity.Deed{SignupID: g.ID, Action: "undo"})
			return err
		}
		apptest.Must(t, undo())
		w.Clock.Set(s.EndsAt.Time)
		if r := w.Check(p, s.ID, activity.Out); r.Minutes != 150 {
			t.Errorf("%d minutes", r.Minutes)
		}
		_, err := w.Record(w.Staff, s.ID, activity.Deed{SignupID: g.ID, Action: "correct", Given: apptest.First(s, 60), Reason: "在场"})
		apptest.Must(t, err)
		apptest.WantCode(t, undo(), "proposal_open")
		w.Clock.Set(s.EndsAt.Add(31 * time.Minute))
		apptest.WantCode(t, undo(), "undo_over")
	})
}

// A series moves all of its shifts or none.
func TestASeriesIsRefusedWhole(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		draft := w.Draft()
		l, err := w.Activities.Create(apptest.As(w.Staff), draft, nil)
		apptest.Must(t, err)
		l, err = w.Activities.AddSeries(apptest.As(w.Staff), l.ID, activity.Series{Weekdays: "5,6,7", StartTime: "09:00", EndTime: "11:00", FromDate: "2026-03-06", UntilDate: "2026-03-08", Capacity: 3})
		apptest.Must(t, err)
		l, err = w.Activities.Publish(apptest.As(w.Staff), l.ID)
		apptest.Must(t, err)
		p := w.Volunteer("林晓雯")
		last := l.Shifts[2].Shift
		w.SignUp(p, last.ID)
		other := activity.Shift{StartsAt: store.At(last.StartsAt.Add(5 * time.Hour)), EndsAt: store.At(last.StartsAt.Add(7 * time.Hour)), Capacity: 3}
		w.SignUp(p, w.Publish(w.Draft(), other)[0].ID)
		later := activity.SeriesChange{StartTime: ptr("14:30"), EndTime: ptr("15:30")}
		_, err = w.Activities.UpdateSeries(apptest.As(w.Staff), *last.SeriesID, later)
		apptest.WantCode(t, err, "move_overlaps")
		for _, s := range l.Shifts {
			if is := w.FindShift(s.ID); !is.StartsAt.Equal(s.StartsAt.Time) {
				t.Errorf("shift %d moved to %s", s.ID, is.StartsAt)
			}
		}
		later.AskAgain = true
		_, err = w.Activities.UpdateSeries(apptest.As(w.Staff), *last.SeriesID, later)
		apptest.Must(t, err)
	})
}

// However sign-ups, moves, approvals and confirmations race, nobody is certain to be on two shifts at once.
func TestMovesAgainstSignUps(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		people := w.Crowd(8)
		for round := range 3 {
			a := w.Publish(w.Draft(), apptest.At(time.Duration(24+96*round)*time.Hour, 9))[0].Shift
			b := w.Publish(w.Draft(), apptest.At(time.Duration(48+96*round)*time.Hour, 9))[0].Shift
			var wg sync.WaitGroup
			for _, p := range people {
				for _, s := range []activity.Shift{a, b} {
					wg.Go(func() { expect(t, signUp(w, p, s.ID), "overlap", "shift_changed", "shift_full") })
				}
			}
			for _, askAgain := range []bool{false, true} {
				wg.Go(func() {
					c := to(a, time.Duration(48+96*round)*time.Hour+time.Hour)
					c.AskAgain = askAgain
					expect(t, move(w, a, c), "move_overlaps")
				})
			}
			wg.Wait()
		}
		if n := w.Count("signups", "state = 'confirmed' AND EXISTS (SELECT 1 FROM signups o WHERE o.person_id = signups.person_id AND "+
			"o.state = 'confirmed' AND o.id <> signups.id AND o.starts_at < signups.ends_at AND o.ends_at > signups.starts_at)"); n != 0 {
			t.Errorf("%d confirmed sign-ups overlap", n)
		}
		w.Whole(t)
	})
}

func signUp(w *apptest.World, p auth.Actor, shiftID int64) error {
	_, err := w.Activities.SignUp(apptest.As(p), shiftID, false)
	return err
}

// expect fails on what is neither done nor refused with one of the codes.
func expect(t *testing.T, err error, codes ...string) {
	t.Helper()
	if err == nil {
		return
	}
	for _, code := range codes {
		if fault.From(err).Code == code {
			return
		}
	}
	t.Error(err)
}

// A check-in that waits while the shift is moved is judged by the new time, or the move by the check-in.
func TestCheckInAgainstAMove(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		for round := range 6 {
			s := w.Publish(w.Draft(), apptest.At(time.Duration(24+48*round)*time.Hour, 3))[0].Shift
			p := w.Volunteer("志愿者")
			g := w.SignUp(p, s.ID)
			w.Clock.Set(s.StartsAt.Add(-10 * time.Minute))
			token := w.Code(s.ID).Token
			var wg sync.WaitGroup
			wg.Go(func() {
				_, err := w.Activities.CheckIn(apptest.As(p), activity.Checkin{Kind: activity.In, Token: token})
				expect(t, err, "checkin_not_open")
			})
			wg.Go(func() {
				expect(t, move(w, s, to(s, time.Duration(24+48*round)*time.Hour+24*time.Hour)), "shift_checked_in")
			})
			wg.Wait()
			moved := !w.FindShift(s.ID).StartsAt.Equal(s.StartsAt.Time)
			if in := w.Count("attendances", "signup_id = ?", g.ID) == 1; in == moved {
				t.Errorf("checked in %v, moved %v", in, moved)
			}
		}
	})
}
