package activity_test

import (
	"strings"
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/say"
	"yimi/internal/store"
)

// digits types what staff read out.
func digits(w *apptest.World, a auth.Actor, shift int64, kind activity.Kind, six string) error {
	_, err := w.Activities.CheckIn(apptest.As(a), activity.Checkin{Kind: kind, ShiftID: shift, Digits: six})
	return err
}

// The six digits of check-in, typed under check-out, end nobody's day; and each token does what it is for.
func TestInAndOutHaveTheirOwnCodes(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := w.Shift(3)
		p := w.Volunteer("林晓雯")
		g := w.SignUp(p, s.ID)
		w.Clock.Set(s.StartsAt.Time)
		in := w.Code(s.ID, activity.In)
		apptest.Must(t, digits(w, p, s.ID, activity.In, in.Digits))
		w.Clock.Advance(30 * time.Second)
		apptest.WantCode(t, digits(w, p, s.ID, activity.Out, in.Digits), "code_other_kind")
		apptest.WantCode(t, code(w, p, activity.Out, in.Token), "code_other_kind")
		if n := w.Count("attendances", "signup_id = ? AND out_at IS NULL", g.ID); n != 1 {
			t.Error("the code of check-in ended the day")
		}
		w.Clock.Advance(time.Hour)
		r, err := w.Activities.CheckIn(apptest.As(p), activity.Checkin{Token: w.Code(s.ID, activity.In).Token})
		if err != nil || !r.Repeated || r.Kind != activity.In {
			t.Errorf("the code of check-in again: %+v %v", r, err)
		}
		r, err = w.Activities.CheckIn(apptest.As(p), activity.Checkin{Token: w.Code(s.ID, activity.Out).Token})
		if err != nil || r.Kind != activity.Out {
			t.Errorf("the code of check-out: %+v %v", r, err)
		}
	})
}

// Staff are shown the code for now, and may have the other.
func TestTheCodeForNow(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := w.Shift(3) // 150 minutes
		shown := func(kind activity.Kind) *activity.LiveCode {
			c, err := w.Activities.ShiftCode(apptest.As(w.Staff), s.ID, kind)
			apptest.Must(t, err)
			return c
		}
		for after, want := range map[time.Duration]activity.Kind{-30 * time.Minute: activity.In, 119 * time.Minute: activity.In, 120 * time.Minute: activity.Out, 160 * time.Minute: activity.Out} {
			w.Clock.Set(s.StartsAt.Add(after))
			for asked, kind := range map[activity.Kind]activity.Kind{"": want, activity.In: activity.In, activity.Out: activity.Out} {
				if c := shown(asked); c.Kind != kind || c.Token != w.Code(s.ID, kind).Token {
					t.Errorf("%v, %q asked: %s", after, asked, c.Kind)
				}
			}
		}
	})
}

// A check-out before the start, or within ten minutes of the check-in, is asked about first, by the volunteer's phone and by staff's.
func TestLeavingEarlyIsAskedFirst(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := w.Shift(9)
		people := w.Crowd(3)
		for _, p := range people {
			w.SignUp(p, s.ID)
		}
		out := func(p auth.Actor, sure bool) error {
			_, err := w.Activities.CheckIn(apptest.As(p), activity.Checkin{Token: w.Code(s.ID, activity.Out).Token, Sure: sure})
			return err
		}
		scan := func(p auth.Actor, sure bool) error {
			_, err := w.Activities.Scan(apptest.As(w.Staff), s.ID, activity.Scanned{Kind: activity.Out, Token: w.Activities.PersonCode(apptest.As(p)).Token, Sure: sure})
			return err
		}
		w.Clock.Set(s.StartsAt.Add(-20 * time.Minute))
		w.Check(people[0], s.ID, activity.In)
		w.Clock.Set(s.StartsAt.Add(-time.Second))
		apptest.WantCode(t, out(people[0], false), "checkout_early")
		apptest.WantCode(t, scan(people[0], false), "checkout_early")
		w.Clock.Set(s.StartsAt.Time)
		apptest.Must(t, out(people[0], false))
		w.Check(people[1], s.ID, activity.In)
		w.Check(people[2], s.ID, activity.In)
		w.Clock.Advance(10*time.Minute - time.Millisecond)
		apptest.WantCode(t, out(people[1], false), "checkout_early")
		apptest.Must(t, out(people[1], true))
		apptest.WantCode(t, scan(people[2], false), "checkout_early")
		if n := w.Count("attendances", "out_at IS NULL"); n != 1 {
			t.Errorf("%d are still there", n)
		}
		w.Clock.Advance(time.Millisecond)
		apptest.Must(t, scan(people[2], false))
	})
}

// Too early, or another day, is said before the code is judged, with the day, and uses up no try.
func TestTheTimeIsSaidBeforeTheCode(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := w.Shift(9)
		p := w.Volunteer("林晓雯")
		w.SignUp(p, s.ID)
		try := func(at time.Time, want, said string) {
			t.Helper()
			w.Clock.Set(at)
			for range 12 {
				err := digits(w, p, s.ID, activity.In, "12345x")
				apptest.WantCode(t, err, want)
				if !strings.Contains(fault.From(err).Message, said) {
					t.Errorf("%v does not say %s", err, said)
				}
			}
			apptest.WantCode(t, code(w, p, "", "I."+strings.SplitN(w.Code(s.ID).Token, ".", 2)[1][:8]+".AAAAAAAAAAAAAAAAAAAAAAAA"), "code_wrong") // no shift's at all
		}
		opens := s.StartsAt.Add(-30 * time.Minute)
		try(opens.Add(-time.Minute), "checkin_not_open", say.Time(opens)[len("3月3日 周二 "):])
		try(s.StartsAt.AddDate(0, 0, -1), "checkin_not_open", "不是今天")
		try(s.StartsAt.AddDate(0, 0, 1), "checkin_closed", say.Span(s.StartsAt.Time, s.EndsAt.Time))
		if n := w.Count("throttles", "name LIKE 'digits:%'"); n != 0 {
			t.Errorf("%d counts of tries", n)
		}
	})
}

// A code read without a signal counts at the token's own step, on a phone whose clock is 150 s off either way.
func TestPhonesWhoseClockIsOff(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := w.Shift(9)
		step := s.StartsAt.Add(5 * time.Minute)
		w.Clock.Set(step)
		shown := w.Code(s.ID)
		read := step.Add(20 * time.Second)
		offs := []time.Duration{-150 * time.Second, 0, 150 * time.Second}
		people := w.Crowd(2 * len(offs))
		w.Clock.Set(apptest.Start)
		for _, p := range people {
			w.SignUp(p, s.ID)
		}
		for i, off := range offs {
			clock := read.Add(off)
			for j, c := range []activity.Checkin{{Token: shown.Token, ReadAt: &clock}, {Kind: activity.In, ShiftID: s.ID, Digits: shown.Digits, ReadAt: &clock}} {
				w.Clock.Set(read.Add(3 * time.Minute))
				r, err := w.Activities.CheckIn(apptest.As(people[2*i+j]), c)
				if err != nil || !r.At.Equal(step) || r.Attention != activity.SentLate {
					t.Errorf("clock %v off, %+v: %+v %v", off, c, r, err)
				}
			}
		}
		if n := w.Count("attendances", "needs_look = ?", true); n != int64(len(people)) {
			t.Errorf("%d on the attention list", n)
		}
	})
}

// At the edge of the check-in time a clock that is off refuses nobody who was there in it.
func TestAClockThatIsOffAtTheOpening(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := w.Shift(9)
		p := w.Volunteer("林晓雯")
		w.SignUp(p, s.ID)
		opens := s.StartsAt.Add(-30 * time.Minute)
		w.Clock.Set(opens)
		six, slow := w.Code(s.ID).Digits, opens.Add(-150*time.Second)
		w.Clock.Advance(10 * time.Minute)
		r, err := w.Activities.CheckIn(apptest.As(p), activity.Checkin{Kind: activity.In, ShiftID: s.ID, Digits: six, ReadAt: &slow})
		if err != nil || !r.At.Equal(opens) {
			t.Errorf("%+v %v", r, err)
		}
	})
}

// Of digits that were read without a signal more steps count, so fewer tries do.
func TestLateDigitsAreThrottled(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := w.Shift(9)
		p := w.Volunteer("林晓雯")
		w.SignUp(p, s.ID)
		w.Clock.Set(s.StartsAt.Time)
		six, read := w.Code(s.ID).Digits, w.Clock.Now()
		w.Clock.Advance(5 * time.Minute)
		late := func(six string) error {
			_, err := w.Activities.CheckIn(apptest.As(p), activity.Checkin{Kind: activity.In, ShiftID: s.ID, Digits: six, ReadAt: &read})
			return err
		}
		for range 3 {
			apptest.WantCode(t, late("12345x"), "code_wrong")
		}
		apptest.WantCode(t, late(six), "too_many_attempts")
		w.Clock.Advance(10 * time.Minute)
		apptest.Must(t, late(six))
	})
}

// late sends a code with the time at which it was read.
func late(w *apptest.World, p auth.Actor, token string, read time.Time) (*activity.Recorded, error) {
	return w.Activities.CheckIn(apptest.As(p), activity.Checkin{Token: token, ReadAt: &read})
}

// A genuine check-in that comes after staff marked somebody absent, or without credit, lands on the attention list.
func TestALateCheckInAfterNoShow(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := w.Shift(9)
		people := w.Crowd(3)
		var ids []int64
		for _, p := range people {
			ids = append(ids, w.SignUp(p, s.ID).ID)
		}
		never, stayed, byHand := people[0], people[1], people[2]
		w.Clock.Set(s.EndsAt.Add(-time.Hour))
		in, inAt := w.Code(s.ID, activity.In).Token, w.Clock.Now()
		w.Check(stayed, s.ID, activity.In)
		w.Clock.Set(s.EndsAt.Time)
		out, outAt := w.Code(s.ID, activity.Out).Token, w.Clock.Now()
		deed := func(id int64, action string) {
			t.Helper()
			_, err := w.Record(w.Staff, s.ID, activity.Deed{SignupID: id, Action: action})
			apptest.Must(t, err)
		}
		deed(ids[0], "no_show")
		deed(ids[1], "no_credit")
		propose(t, w, s, ids[2], 60)
		w.Clock.Advance(45 * time.Minute) // the sweep has been
		apptest.Must(t, w.Activities.Sweep(ctx))
		reasons := func(id int64) (why string) {
			apptest.Must(t, w.Store.Read(ctx).Table("attendances").Select("attention").Where("signup_id = ? AND needs_look = ?", id, true).Scan(&why).Error)
			return why
		}
		_, err := late(w, never, in, inAt)
		apptest.Must(t, err)
		if got := reasons(ids[0]); got != "sent_late,missing_out,marked_absent" {
			t.Errorf("in after no_show: %q", got)
		}
		_, err = late(w, never, out, outAt)
		apptest.Must(t, err)
		if got := reasons(ids[0]); got != "sent_late,marked_absent" {
			t.Errorf("out after no_show: %q", got)
		}
		r, err := late(w, stayed, out, outAt)
		if err != nil || r.Minutes != 60 || reasons(ids[1]) != "sent_late,marked_absent" {
			t.Errorf("out after no_credit: %+v %v %q", r, err, reasons(ids[1]))
		}
		for _, id := range ids[:2] {
			if g := w.Signup(id); g.State != activity.Confirmed {
				t.Errorf("%d is %s", id, g.State)
			}
		}
		_, err = late(w, byHand, in, inAt)
		apptest.WantCode(t, err, "already_credited")
		out1, err := w.Record(w.Staff, s.ID, activity.Deed{SignupID: ids[0], Action: "confirm"}) // who showed the code, not alone
		if err != nil || out1.WaitsFor == "" {
			t.Errorf("%+v %v", out1, err)
		}
		w.Whole(t)
	})
}

// What was read without a signal counts for nothing on a shift that was called off before its start; on one that
// was under way when the activity was cancelled it does.
func TestALateCheckInOfWhatWasCancelled(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s, p := w.Shift(9), w.Volunteer("林晓雯")
		w.SignUp(p, s.ID)
		w.Clock.Set(s.StartsAt.Add(-20 * time.Minute))
		token, read := w.Code(s.ID).Token, w.Clock.Now()
		w.Clock.Advance(10 * time.Minute)
		_, err := w.Activities.Cancel(apptest.As(w.Staff), s.ActivityID, "下雨")
		apptest.Must(t, err)
		_, err = late(w, p, token, read)
		apptest.WantCode(t, err, "shift_called_off")

		s, q := w.Shift(9), w.Volunteer("王明月")
		g, gone := w.SignUp(p, s.ID), w.SignUp(q, s.ID)
		w.Clock.Set(s.StartsAt.Add(5 * time.Minute))
		token, read = w.Code(s.ID).Token, w.Clock.Now()
		_, err = w.Activities.CancelSignup(apptest.As(w.Staff), gone.ID, "没有来")
		apptest.Must(t, err)
		_, err = w.Activities.Cancel(apptest.As(w.Staff), s.ActivityID, "打雷")
		apptest.Must(t, err)
		w.Clock.Advance(10 * time.Minute)
		_, err = late(w, p, token, read)
		if err != nil || w.Count("attendances", "signup_id = ? AND needs_look = ?", g.ID, true) != 1 {
			t.Errorf("of a shift under way: %v", err)
		}
		_, err = late(w, q, token, read)
		apptest.WantCode(t, err, "not_signed_up")
		w.Whole(t)
	})
}

// Both an undone scan and the undoing are kept, and the volunteer can leave again.
func TestASlipIsTakenBackWhileTheShiftRuns(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s, p := w.Shift(9), w.Volunteer("林晓雯")
		g := w.SignUp(p, s.ID)
		w.Serve(p, s, 3*time.Minute)
		_, err := w.Record(w.Staff, s.ID, activity.Deed{SignupID: g.ID, Action: "undo", Reason: "点错了"})
		apptest.Must(t, err)
		w.Clock.Advance(time.Hour)
		if r := w.Check(p, s.ID, activity.Out); r.Minutes != 63 {
			t.Errorf("%d minutes", r.Minutes)
		}
		if n := w.Count("undone_scans", "signup_id = ? AND kind = 'out' AND at = ? AND undone_by = ?", g.ID, store.At(s.StartsAt.Add(3*time.Minute)), w.Staff.PersonID); n != 1 {
			t.Error("the scan is not kept")
		}
		if n := w.Count("activity_timeline", "subject_id = ? AND action IN ('check_out', 'undo_out')", g.ID); n != 3 {
			t.Errorf("%d lines", n)
		}
	})
}
