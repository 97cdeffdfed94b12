package activity_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/jobs"
	"yimi/internal/say"
	"yimi/internal/store"
)

func ptr[T any](v T) *T { return &v }

var ctx = context.Background()

// ---- who may

func TestStaffReachTheirSubtreeAndNoFurther(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		inRoom := w.Draft()
		inRoom.UnitID = w.Room.ID
		s := w.Publish(inRoom, apptest.At(24*time.Hour, 3))[0].Shift
		p := w.Volunteer("林晓雯")
		g := w.SignUp(p, s.ID)
		for _, may := range []auth.Actor{w.AdminOf(w.District, "马志宏"), w.Staff, w.StaffOf(w.Room, "丁婷婷")} {
			if _, err := w.Activities.ShiftCode(apptest.As(may), s.ID, activity.In); err != nil {
				t.Error(err)
			}
			if _, err := w.Activities.Signup(apptest.As(may), g.ID); err != nil {
				t.Error(err)
			}
			if rows, err := w.Activities.Signups(apptest.As(may), activity.SignupQuery{ShiftID: s.ID, Limit: 9}); err != nil || len(rows) != 1 {
				t.Error(len(rows), err)
			}
		}
		roomOnly := w.StaffOf(w.Room, "哈俊杰")
		above := w.Shift(3) // of the station above the room
		for name, not := range map[string]struct {
			who   auth.Actor
			shift int64
		}{"another station": {w.StaffOf(w.Other, "马立强"), s.ID}, "below": {roomOnly, above.ID}, "a volunteer": {p, s.ID}} {
			t.Run(name, func(t *testing.T) { refusesStranger(t, w, not.who, not.shift) })
		}
		if rows, err := w.Activities.Signups(apptest.As(w.StaffOf(w.Other, "白国庆")), activity.SignupQuery{ShiftID: s.ID, Limit: 9}); err != nil || len(rows) != 0 {
			t.Error(len(rows), err)
		}
		_, err := w.Activities.Signup(apptest.As(w.Volunteer("别人")), g.ID)
		apptest.WantCode(t, err, "not_found")
		_, err = w.Activities.CancelSignup(apptest.As(w.Volunteer("别人")), g.ID, "")
		apptest.WantCode(t, err, "not_found")
	})
}

func refusesStranger(t *testing.T, w *apptest.World, who auth.Actor, shiftID int64) {
	s, as := w.FindShift(shiftID), apptest.As(who)
	_, err := w.Activities.ShiftCode(as, s.ID, activity.In)
	apptest.WantCode(t, err, "not_found")
	_, err = w.Activities.Attendance(as, s.ID)
	apptest.WantCode(t, err, "not_found")
	_, err = w.Activities.RecordAttendance(as, s.ID, nil)
	apptest.WantCode(t, err, "not_found")
	_, err = w.Activities.Scan(as, s.ID, activity.Scanned{Kind: activity.In, Token: w.Activities.PersonCode(as).Token})
	apptest.WantCode(t, err, "not_found")
	_, err = w.Activities.UpdateShift(as, s.ID, activity.ShiftChange{Capacity: ptr(9)})
	apptest.WantCode(t, err, "forbidden")
	_, err = w.Activities.CancelShift(as, s.ID, "下雨")
	apptest.WantCode(t, err, "forbidden")
	_, err = w.Activities.Update(as, s.ActivityID, activity.Patch{Title: new("改了")})
	apptest.WantCode(t, err, "forbidden")
	_, err = w.Activities.AddSeries(as, s.ActivityID, weekly(3))
	apptest.WantCode(t, err, "forbidden")
	a := w.Draft()
	a.UnitID = s.UnitID
	_, err = w.Activities.Create(as, a, nil)
	apptest.WantCode(t, err, "forbidden")
	if now := w.FindShift(s.ID); now != s {
		t.Errorf("%+v became %+v", s, now)
	}
}

func TestDraftsAreForTheirStaff(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		l, err := w.Activities.Create(apptest.As(w.Staff), w.Draft(), []activity.Shift{apptest.At(24*time.Hour, 3)})
		apptest.Must(t, err)
		if _, err := w.Activities.Get(apptest.As(w.Second), l.ID); err != nil {
			t.Error(err)
		}
		for _, other := range []auth.Actor{{}, w.Volunteer("林晓雯"), w.StaffOf(w.Other, "马立强")} {
			as := apptest.As(other)
			_, err := w.Activities.Get(as, l.ID)
			apptest.WantCode(t, err, "not_found")
			_, err = w.Activities.Publish(as, l.ID)
			apptest.WantCode(t, err, "not_found")
			if rows, err := w.Activities.List(as, activity.Query{Limit: 9}); err != nil || len(rows) != 0 {
				t.Error(len(rows), err)
			}
		}
		_, err = w.Activities.SignUp(apptest.As(w.Volunteer("王明月")), l.Shifts[0].ID, true)
		apptest.WantCode(t, err, "not_found")
	})
}

func TestNobodyHandlesTheirOwn(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		a := w.Draft()
		a.Approval = activity.ApprovalStaff
		s := w.Publish(a, apptest.At(24*time.Hour, 3))[0].Shift
		g := w.SignUp(w.Staff, s.ID)
		out, err := w.Activities.DecideSignups(apptest.As(w.Staff), []int64{g.ID}, true, "")
		apptest.Must(t, err)
		apptest.WantCode(t, out[0].Err, "own_signup")
		out, err = w.Activities.DecideSignups(apptest.As(w.Second), []int64{g.ID}, true, "")
		apptest.Must(t, err)
		apptest.Must(t, out[0].Err)
		w.Serve(w.Staff, s, time.Hour)
		for _, action := range []string{"confirm", "correct", "no_show", "no_credit"} {
			_, err = w.Record(w.Staff, s.ID, activity.Deed{SignupID: g.ID, Action: action, Given: apptest.First(s, 60), Reason: "在场"})
			apptest.WantCode(t, err, "own_hours")
		}
		if n := w.Count("hour_entries", "1 = 1"); n != 0 {
			t.Errorf("%d entries", n)
		}
		done, err := w.Record(w.Second, s.ID, activity.Deed{SignupID: g.ID, Action: "confirm"})
		if err != nil || done.Minutes != 60 {
			t.Error(done, err)
		}
	})
}

// ---- who may take a place

func TestSignUpAsksAgeSkillAndTime(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		a := w.Draft()
		a.MinAge, a.Skills = 28, "art,first_aid"
		s := w.Publish(a, apptest.At(24*time.Hour, 9))[0].Shift // the day after the 28th birthday of everybody here
		try := func(birth *string, skills, code string) {
			t.Helper()
			p := w.Volunteer("林晓雯")
			w.Exec("UPDATE people SET birth_date = ?, skills = ? WHERE id = ?", birth, skills, p.PersonID)
			_, err := w.Activities.SignUp(apptest.As(p), s.ID, true)
			if code == "" {
				apptest.Must(t, err)
				return
			}
			apptest.WantCode(t, err, code)
		}
		try(ptr("1998-03-06"), "art,driving,first_aid", "") // 28 on the very day of the shift
		try(ptr("1998-03-07"), "art,first_aid", "too_young")
		try(ptr("1998-03-05"), "first_aid", "skill_missing")
		try(ptr("1998-03-05"), "", "skill_missing")
		p := w.Volunteer("没注册")
		w.Exec("UPDATE people SET volunteer_since = NULL WHERE id = ?", p.PersonID)
		_, err := w.Activities.SignUp(apptest.As(p), s.ID, false)
		apptest.WantCode(t, err, "volunteer_only")

		plain := w.Shift(9)
		w.Clock.Set(plain.StartsAt.Time)
		_, err = w.Activities.SignUp(apptest.As(w.Volunteer("来晚了")), plain.ID, true)
		apptest.WantCode(t, err, "shift_over")
		_, err = w.Activities.SignUp(apptest.As(w.Volunteer("没有这班")), 1<<40, true)
		apptest.WantCode(t, err, "not_found")
		if got := w.FindShift(plain.ID); got.Taken+got.Waitlisted != 0 {
			t.Errorf("%+v", got)
		}
	})
}

func TestFullCancelledAndTwice(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := w.Shift(1)
		p, q := w.Volunteer("林晓雯"), w.Volunteer("王明月")
		g := w.SignUp(p, s.ID)
		_, err := w.Activities.SignUp(apptest.As(p), s.ID, false)
		apptest.WantCode(t, err, "already_signed_up")
		_, err = w.Activities.SignUp(apptest.As(p), s.ID, true)
		apptest.WantCode(t, err, "already_signed_up")
		_, err = w.Activities.SignUp(apptest.As(q), s.ID, false)
		apptest.WantCode(t, err, "shift_full")
		if n := w.Count("signups", "1 = 1"); n != 1 {
			t.Errorf("%d sign-ups kept", n)
		}
		_, err = w.Activities.CancelSignup(apptest.As(p), g.ID, "")
		apptest.Must(t, err)
		w.SignUp(p, s.ID) // again, after cancelling
		_, err = w.Activities.CancelShift(apptest.As(w.Staff), s.ID, "下雨")
		apptest.Must(t, err)
		_, err = w.Activities.SignUp(apptest.As(q), s.ID, true)
		apptest.WantCode(t, err, "shift_not_open")
		if told := w.Count("notices", "person_id = ? AND kind = 'activity_cancelled' AND body LIKE '%下雨'", p.PersonID); told != 1 {
			t.Errorf("told %d times", told)
		}
		w.Whole(t)
	})
}

func TestOverlapsAreRefused(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		at := func(from, to time.Duration) activity.Shift {
			return activity.Shift{StartsAt: store.At(apptest.Start.Add(from)), EndsAt: store.At(apptest.Start.Add(to)), Capacity: 5}
		}
		day := 24 * time.Hour
		shifts := w.Publish(w.Draft(), at(day+2*time.Hour, day+4*time.Hour), at(day, 2*day), at(day+3*time.Hour, day+5*time.Hour),
			at(day+4*time.Hour, day+6*time.Hour), at(day, day+2*time.Hour))
		byStart := map[string]int64{}
		for _, s := range shifts {
			byStart[fmt.Sprint(s.StartsAt.Sub(apptest.Start)-day, " ", s.EndsAt.Sub(s.StartsAt.Time))] = s.ID
		}
		p := w.Volunteer("林晓雯")
		w.SignUp(p, byStart["2h0m0s 2h0m0s"])
		for _, clash := range []string{"0s 24h0m0s", "3h0m0s 2h0m0s"} {
			_, err := w.Activities.SignUp(apptest.As(p), byStart[clash], true)
			apptest.WantCode(t, err, "overlap")
			first := say.Span(apptest.Start.Add(day+2*time.Hour), apptest.Start.Add(day+4*time.Hour))
			if !strings.Contains(err.Error(), w.Draft().Title) || !strings.Contains(err.Error(), first) {
				t.Errorf("%v does not say which shift it is", err)
			}
		}
		w.SignUp(p, byStart["4h0m0s 2h0m0s"]) // begins as the other ends
		w.SignUp(p, byStart["0s 2h0m0s"])
		if n := w.Count("signups", "1 = 1"); n != 3 {
			t.Errorf("%d sign-ups", n)
		}
	})
}

func TestNamesOfEveryScript(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := w.Shift(9)
		for _, name := range []string{"李👩‍👩‍👧‍👦", "𠮷野家𡃁", "محمد إبراهيم", "'; DROP TABLE people; --", strings.Repeat("𠮷", 40)} {
			p := w.Volunteer(name)
			g := w.SignUp(p, s.ID)
			if g.PersonName != name {
				t.Errorf("%q came back as %q", name, g.PersonName)
			}
		}
		sheet, err := w.Activities.Attendance(apptest.As(w.Staff), s.ID)
		if err != nil || len(sheet.Rows) != 5 {
			t.Error(sheet, err)
		}
		a := w.Draft()
		a.Title, a.Content = "清河 🌊 行动 𠮷", "من فضلك 👍"
		l, err := w.Activities.Create(apptest.As(w.Staff), a, nil)
		if err != nil || l.Title != a.Title || l.Content != a.Content {
			t.Error(l, err)
		}
	})
}

// A row that cannot be worked on holds up no other row and no later step, and is tried again.
func TestSweepGoesOnAfterABadRow(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		shifts := w.Publish(w.Draft(), apptest.At(24*time.Hour, 1), apptest.At(48*time.Hour, 1))
		bad, good := shifts[0].Shift, shifts[1].Shift
		offers := map[int64]int64{}
		for _, s := range []int64{bad.ID, good.ID} {
			first, second := w.Volunteer("林晓雯"), w.Volunteer("王明月")
			g := w.SignUp(first, s)
			offers[s] = w.Wait(second, s).ID
			_, err := w.Activities.CancelSignup(apptest.As(first), g.ID, "")
			apptest.Must(t, err)
			w.Clock.Advance(time.Minute)
		}
		w.Exec("UPDATE shifts SET taken = 0 WHERE id = ?", bad.ID) // no place can be given back: a CHECK
		w.Clock.Advance(2 * time.Hour)
		if err := w.Activities.Sweep(ctx); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("row %d", offers[bad.ID])) {
			t.Errorf("the row is not named: %v", err)
		}
		states(t, w, map[int64]activity.SignupState{offers[bad.ID]: activity.Offered, offers[good.ID]: activity.Lapsed})

		w.Exec("UPDATE signups SET offer_expires_at = NULL WHERE id = ?", offers[bad.ID]) // closing the shift panics
		here := w.Volunteer("周明月")
		w.SignUp(here, good.ID)
		w.Clock.Set(good.StartsAt.Time)
		w.Check(here, good.ID, activity.In)
		w.Clock.Set(good.EndsAt.Add(time.Hour))
		var p *jobs.Panic
		if err := w.Activities.Sweep(ctx); !errors.As(err, &p) {
			t.Errorf("no panic: %v", err)
		}
		if w.FindShift(bad.ID).Swept || !w.FindShift(good.ID).Swept || w.Count("attendances", "needs_look = ?", true) != 1 {
			t.Error("the shift behind the bad one was not closed, or the bad one was")
		}
		if n := w.Count("activities", "next_starts_at IS NOT NULL"); n != 0 {
			t.Error("the last step was not done")
		}
		w.Exec("UPDATE shifts SET taken = 1 WHERE id = ?", bad.ID)
		w.Exec("UPDATE signups SET offer_expires_at = ? WHERE id = ?", store.At(w.Clock.Now()), offers[bad.ID])
		apptest.Must(t, w.Activities.Sweep(ctx))
		states(t, w, map[int64]activity.SignupState{offers[bad.ID]: activity.Lapsed})
		if !w.FindShift(bad.ID).Swept {
			t.Error("the bad one was not tried again")
		}
	})
}

// ---- waitlist

func TestWaitlistGoesInOrderAndPassesOn(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := w.Shift(1)
		people := w.Crowd(4)
		first := w.SignUp(people[0], s.ID)
		second, third, fourth := w.Wait(people[1], s.ID), w.Wait(people[2], s.ID), w.Wait(people[3], s.ID)
		if second.Position != 1 || third.Position != 2 || fourth.Position != 3 {
			t.Errorf("positions %d %d %d", second.Position, third.Position, fourth.Position)
		}
		_, err := w.Activities.CancelSignup(apptest.As(people[0]), first.ID, "")
		apptest.Must(t, err)
		states(t, w, map[int64]activity.SignupState{second.ID: activity.Offered, third.ID: activity.Waitlisted, fourth.ID: activity.Waitlisted})
		if at := w.Signup(second.ID).OfferExpiresAt; at == nil || !at.Equal(w.Clock.Now().Add(2*time.Hour)) {
			t.Errorf("offer until %v", at)
		}
		_, err = w.Activities.SignUp(apptest.As(people[0]), s.ID, false) // an offered place is taken
		apptest.WantCode(t, err, "shift_full")
		_, err = w.Activities.ConfirmSignup(apptest.As(people[2]), second.ID)
		apptest.WantCode(t, err, "not_found")
		_, err = w.Activities.ConfirmSignup(apptest.As(people[2]), third.ID)
		apptest.WantCode(t, err, "bad_transition")

		w.Clock.Advance(2 * time.Hour) // the offer runs out, even before the sweep
		_, err = w.Activities.ConfirmSignup(apptest.As(people[1]), second.ID)
		apptest.WantCode(t, err, "offer_expired")
		apptest.Must(t, w.Activities.Sweep(ctx))
		states(t, w, map[int64]activity.SignupState{second.ID: activity.Lapsed, third.ID: activity.Offered, fourth.ID: activity.Waitlisted})
		w.Clock.Advance(2*time.Hour - time.Millisecond)
		apptest.Must(t, w.Activities.Sweep(ctx))
		g, err := w.Activities.ConfirmSignup(apptest.As(people[2]), third.ID)
		if err != nil || g.State != activity.Confirmed {
			t.Fatal(g, err)
		}
		if got := w.FindShift(s.ID); got.Taken != 1 || got.Waitlisted != 1 {
			t.Errorf("%+v", got)
		}
		for id, want := range map[int64]int64{people[1].PersonID: 2, people[2].PersonID: 1, people[3].PersonID: 0} {
			if n := w.Count("notices", "person_id = ? AND kind IN ('signup_offered', 'signup_lapsed')", id); n != want {
				t.Errorf("person %d was told %d times, want %d", id, n, want)
			}
		}
		w.Whole(t)
	})
}

func states(t *testing.T, w *apptest.World, want map[int64]activity.SignupState) {
	t.Helper()
	for id, state := range want {
		if now := w.Signup(id).State; now != state {
			t.Errorf("sign-up %d is %s, want %s", id, now, state)
		}
	}
}

func TestOffersEndWithTheStart(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := w.Shift(1)
		p, q := w.Volunteer("林晓雯"), w.Volunteer("王明月")
		g, waiting := w.SignUp(p, s.ID), w.Wait(q, s.ID)
		w.Clock.Set(s.StartsAt.Add(-5 * time.Minute))
		_, err := w.Activities.CancelSignup(apptest.As(w.Staff), g.ID, "")
		apptest.Must(t, err)
		if at := w.Signup(waiting.ID).OfferExpiresAt; at == nil || !at.Equal(s.StartsAt.Time) {
			t.Errorf("offer until %v", at)
		}
		_, err = w.Activities.CancelSignup(apptest.As(q), waiting.ID, "")
		apptest.Must(t, err)
		w.Whole(t)
	})
}

func TestCancelNotice(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := w.Shift(2)
		p := w.Volunteer("林晓雯")
		g := w.SignUp(p, s.ID)
		w.Clock.Set(s.StartsAt.Add(-4*time.Hour + time.Millisecond))
		_, err := w.Activities.CancelSignup(apptest.As(p), g.ID, "")
		apptest.WantCode(t, err, "cancel_too_late")
		if !strings.Contains(err.Error(), "4 小时") {
			t.Error(err)
		}
		states(t, w, map[int64]activity.SignupState{g.ID: activity.Confirmed})
		_, err = w.Activities.CancelSignup(apptest.As(w.Staff), g.ID, "来电请假") // staff may
		apptest.Must(t, err)
		if n := w.Count("notices", "person_id = ? AND kind = 'signup_cancelled'", p.PersonID); n != 1 {
			t.Errorf("told %d times", n)
		}
		again := w.SignUp(p, s.ID)
		w.Clock.Set(s.StartsAt.Time)
		w.Check(p, s.ID, activity.In)
		_, err = w.Activities.CancelSignup(apptest.As(w.Staff), again.ID, "") // who is there is there
		apptest.WantCode(t, err, "checked_in")
	})
}

func TestManyDecisionsAtOnceStandAlone(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		a := w.Draft()
		a.Approval = activity.ApprovalStaff
		s := w.Publish(a, apptest.At(24*time.Hour, 1))[0].Shift
		people := w.Crowd(3)
		g := []*activity.SignupLine{w.SignUp(people[0], s.ID), w.SignUp(people[1], s.ID), w.SignUp(people[2], s.ID)}
		if g[0].State != activity.Pending || w.FindShift(s.ID).Taken != 0 {
			t.Fatal(g[0].State)
		}
		out, err := w.Activities.DecideSignups(apptest.As(w.Staff), []int64{g[0].ID, g[1].ID, 1 << 40}, true, "")
		apptest.Must(t, err)
		if out[0].Err != nil || out[0].State != "confirmed" {
			t.Error(out[0])
		}
		apptest.WantCode(t, out[1].Err, "shift_full")
		apptest.WantCode(t, out[2].Err, "not_found")
		_, err = w.Activities.DecideSignups(apptest.As(w.Staff), []int64{g[1].ID}, false, "")
		apptest.WantCode(t, err, "invalid_fields")
		out, err = w.Activities.DecideSignups(apptest.As(w.Staff), []int64{g[1].ID, g[2].ID}, false, "人够了")
		apptest.Must(t, err)
		states(t, w, map[int64]activity.SignupState{g[1].ID: activity.Rejected, g[2].ID: activity.Rejected})
		if w.Signup(g[1].ID).Reason != "人够了" || out[1].State != "rejected" {
			t.Error(w.Signup(g[1].ID), out)
		}
		w.Whole(t)
	})
}

// ---- shifts and series

func TestCapacityNeverBelowTaken(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := w.Shift(3)
		people := w.Crowd(5)
		for _, p := range people[:3] {
			w.SignUp(p, s.ID)
		}
		fourth := w.Wait(people[3], s.ID)
		_, err := w.Activities.UpdateShift(apptest.As(w.Staff), s.ID, activity.ShiftChange{Capacity: ptr(2)})
		apptest.WantCode(t, err, "capacity_below_taken")
		if got := w.FindShift(s.ID); got.Capacity != 3 || got.Taken != 3 {
			t.Errorf("%+v", got)
		}
		_, err = w.Activities.UpdateShift(apptest.As(w.Staff), s.ID, activity.ShiftChange{Capacity: ptr(5)})
		apptest.Must(t, err)
		states(t, w, map[int64]activity.SignupState{fourth.ID: activity.Offered})
		_, err = w.Activities.UpdateShift(apptest.As(w.Staff), s.ID, activity.ShiftChange{Capacity: ptr(3)}) // an offer holds a place
		apptest.WantCode(t, err, "capacity_below_taken")
		_, err = w.Activities.UpdateShift(apptest.As(w.Staff), s.ID, activity.ShiftChange{Capacity: ptr(4)})
		apptest.Must(t, err)
		_, err = w.Activities.SignUp(apptest.As(people[4]), s.ID, false)
		apptest.WantCode(t, err, "shift_full")
		w.Whole(t)
	})
}

func TestNewTimesReachTheSignups(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := w.Shift(1)
		p, q := w.Volunteer("林晓雯"), w.Volunteer("王明月")
		g, waiting := w.SignUp(p, s.ID), w.Wait(q, s.ID)
		starts, ends := s.StartsAt.Add(3*time.Hour), s.EndsAt.Add(4*time.Hour)
		l, err := w.Activities.UpdateShift(apptest.As(w.Staff), s.ID, activity.ShiftChange{StartsAt: &starts, EndsAt: &ends})
		apptest.Must(t, err)
		if !l.NextStartsAt.Equal(starts) {
			t.Error(l.NextStartsAt)
		}
		for _, id := range []int64{g.ID, waiting.ID} {
			if now := w.Signup(id); !now.StartsAt.Equal(starts) || !now.EndsAt.Equal(ends) {
				t.Errorf("%+v", now)
			}
		}
		if n := w.Count("notices", "kind = 'activity_changed' AND body LIKE '%3月6日 周五 12:00%'"); n != 2 {
			t.Errorf("%d were told", n)
		}
		past := apptest.Start.Add(-time.Minute)
		_, err = w.Activities.UpdateShift(apptest.As(w.Staff), s.ID, activity.ShiftChange{StartsAt: &past})
		apptest.WantCode(t, err, "shift_in_past")
		_, err = w.Activities.UpdateShift(apptest.As(w.Staff), s.ID, activity.ShiftChange{EndsAt: &starts})
		apptest.WantCode(t, err, "invalid_fields")
		w.Clock.Set(starts)
		_, err = w.Activities.UpdateShift(apptest.As(w.Staff), s.ID, activity.ShiftChange{Capacity: ptr(9)})
		apptest.WantCode(t, err, "shift_started")
		_, err = w.Activities.CancelShift(apptest.As(w.Staff), s.ID, "下雨")
		apptest.WantCode(t, err, "shift_started")
	})
}

func TestPlaceAndContactChangesAreTold(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		shifts := w.Publish(w.Draft(), apptest.At(24*time.Hour, 3), apptest.At(48*time.Hour, 3))
		p := w.Volunteer("林晓雯")
		w.SignUp(p, shifts[0].ID)
		w.SignUp(p, shifts[1].ID)
		_, err := w.Activities.Update(apptest.As(w.Staff), shifts[0].ActivityID, activity.Patch{PlaceName: new("5 号桥"), ContactPhone: new("0953-1")})
		apptest.Must(t, err)
		if n := w.Count("notices", "person_id = ? AND kind = 'activity_changed' AND body LIKE '%5 号桥%0953-1%'", p.PersonID); n != 1 {
			t.Errorf("told %d times of one change", n)
		}
		w.Clock.Advance(time.Second)
		_, err = w.Activities.Update(apptest.As(w.Staff), shifts[0].ActivityID, activity.Patch{Content: new("带水杯")})
		apptest.Must(t, err)
		if n := w.Count("notices", "kind = 'activity_changed'"); n != 1 {
			t.Errorf("told of a change of the text: %d", n)
		}
		_, err = w.Activities.Update(apptest.As(w.Staff), shifts[0].ActivityID, activity.Patch{FenceMetres: new(200)})
		apptest.WantCode(t, err, "invalid_fields") // no place on the map
		_, err = w.Activities.Update(apptest.As(w.Staff), shifts[0].ActivityID, activity.Patch{CampaignID: new(int64(1 << 40))})
		apptest.WantCode(t, err, "not_found")
	})
}

func TestSeriesDoNotRewriteThePast(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		id, as := w.Shift(1).ActivityID, apptest.As(w.Staff)
		w.Exec("DELETE FROM shifts")
		l, err := w.Activities.AddSeries(as, id, weekly(2)) // Tuesdays and Thursdays, 5 to 19 March
		apptest.Must(t, err)
		want := []string{"03-05 19:00", "03-10 19:00", "03-12 19:00", "03-17 19:00", "03-19 19:00"}
		if got := starts(l); strings.Join(got, ",") != strings.Join(want, ",") {
			t.Fatalf("got %v", got)
		}
		series := *l.Shifts[0].SeriesID
		p := w.Volunteer("林晓雯")
		g := w.SignUp(p, l.Shifts[3].ID)
		w.Clock.Set(apptest.Start.AddDate(0, 0, 5).Add(11 * time.Hour)) // 10 March, 20:00: the second is under way
		_, err = w.Activities.UpdateSeries(as, series, activity.SeriesChange{StartTime: ptr("22:30"), EndTime: ptr("00:30"), Capacity: ptr(4)})
		apptest.Must(t, err)
		l, err = w.Activities.Get(as, id)
		apptest.Must(t, err)
		want = []string{"03-05 19:00", "03-10 19:00", "03-12 22:30", "03-17 22:30", "03-19 22:30"}
		if got := starts(l); strings.Join(got, ",") != strings.Join(want, ",") {
			t.Errorf("got %v", got)
		}
		for i, s := range l.Shifts {
			if capacity := map[bool]int{true: 2, false: 4}[i < 2]; s.Capacity != capacity || s.Minutes() != 120 {
				t.Errorf("shift %d: %d places, %d minutes", i, s.Capacity, s.Minutes())
			}
		}
		if now := w.Signup(g.ID); !now.StartsAt.Equal(l.Shifts[3].StartsAt.Time) {
			t.Errorf("%+v", now)
		}
		_, err = w.Activities.UpdateSeries(as, series, activity.SeriesChange{Capacity: ptr(9), FromDate: ptr("2026-03-17")})
		apptest.Must(t, err)
		if n := w.Count("shifts", "capacity = 9"); n != 2 {
			t.Errorf("%d shifts from the 17th", n)
		}
		_, err = w.Activities.UpdateSeries(apptest.As(w.StaffOf(w.Other, "马立强")), series, activity.SeriesChange{Capacity: ptr(1)})
		apptest.WantCode(t, err, "forbidden")
		for code, bad := range map[string]activity.Series{
			"1": {Weekdays: "1", StartTime: "09:00", EndTime: "10:00", FromDate: "2026-03-12", UntilDate: "2026-03-11", Capacity: 1},
			"2": {Weekdays: "1", StartTime: "09:00", EndTime: "10:00", FromDate: "2026-03-12", UntilDate: "2028-03-11", Capacity: 1},
			"3": {Weekdays: "1", StartTime: "09:00", EndTime: "10:00", FromDate: "2026-03-12", UntilDate: "2026-03-13", Capacity: 1},
			"4": {Weekdays: "1,2,3,4,5,6,7", StartTime: "09:00", EndTime: "10:00", FromDate: "2026-03-12", UntilDate: "2026-12-12", Capacity: 1},
			"5": {Weekdays: "2", StartTime: "09:00", EndTime: "10:00", FromDate: "2026-03-01", UntilDate: "2026-03-04", Capacity: 1}, // all past
		} {
			if _, err := w.Activities.AddSeries(as, id, bad); err == nil {
				t.Errorf("%s was taken", code)
			} else {
				apptest.WantCode(t, err, "invalid_fields")
			}
		}
		if n := w.Count("shift_series", "1 = 1"); n != 1 {
			t.Errorf("%d rules", n)
		}
	})
}

// A change that fails at one shift of a series changes none.
func TestSeriesChangeIsWholeOrNothing(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		as := apptest.As(w.Staff)
		l, err := w.Activities.AddSeries(as, w.Shift(1).ActivityID, weekly(2))
		apptest.Must(t, err)
		last := l.Shifts[len(l.Shifts)-1]
		for _, p := range w.Crowd(2) {
			w.SignUp(p, last.ID)
		}
		_, err = w.Activities.UpdateSeries(as, *last.SeriesID, activity.SeriesChange{Capacity: ptr(1)})
		apptest.WantCode(t, err, "capacity_below_taken")
		if n := w.Count("shifts", "series_id IS NOT NULL AND capacity = 2"); n != 5 {
			t.Errorf("%d of 5 shifts are as they were", n)
		}
	})
}

func starts(l *activity.Line) (out []string) {
	for _, s := range l.Shifts {
		out = append(out, s.StartsAt.In(apptest.Start.Location()).Format("01-02 15:04"))
	}
	return out
}

func TestPublishAndFinishAskForShiftsAndAttendance(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		as := apptest.As(w.Staff)
		l, err := w.Activities.Create(as, w.Draft(), nil)
		apptest.Must(t, err)
		_, err = w.Activities.Publish(as, l.ID)
		apptest.WantCode(t, err, "no_shift")
		s := w.Shift(2)
		g := w.SignUp(w.Volunteer("林晓雯"), s.ID)
		_, err = w.Activities.Finish(as, s.ActivityID)
		apptest.WantCode(t, err, "attendance_open")
		w.Clock.Set(s.EndsAt.Time)
		_, err = w.Activities.Finish(as, s.ActivityID)
		apptest.WantCode(t, err, "attendance_open")
		_, err = w.Record(w.Staff, s.ID, activity.Deed{SignupID: g.ID, Action: "no_show"})
		apptest.Must(t, err)
		_, err = w.Activities.Finish(as, s.ActivityID)
		apptest.Must(t, err)
	})
}

func TestCancellingAnActivityLeavesWhatHasBegun(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		shifts := w.Publish(w.Draft(), apptest.At(24*time.Hour, 2), apptest.At(48*time.Hour, 2))
		p := w.Volunteer("林晓雯")
		now, later := w.SignUp(p, shifts[0].ID), w.SignUp(p, shifts[1].ID)
		w.Clock.Set(shifts[0].StartsAt.Time)
		w.Check(p, shifts[0].ID, activity.In)
		_, err := w.Activities.Cancel(apptest.As(w.Staff), shifts[0].ActivityID, "下雨")
		apptest.Must(t, err)
		states(t, w, map[int64]activity.SignupState{now.ID: activity.Confirmed, later.ID: activity.SignupCancelled})
		w.Clock.Advance(time.Hour)
		w.Check(p, shifts[0].ID, activity.Out)
		done, err := w.Record(w.Staff, shifts[0].ID, activity.Deed{SignupID: now.ID, Action: "confirm"})
		if err != nil || done.Minutes != 60 {
			t.Error(done, err)
		}
		w.Whole(t)
	})
}

// Somebody who came and never checked out can be settled without minutes; minutes by
// hand may still be proposed for them later.
func TestNoCreditSettlesWithoutMinutes(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := w.Shift(2)
		came, never := w.Volunteer("林晓雯"), w.Volunteer("金玉芳")
		g, other := w.SignUp(came, s.ID), w.SignUp(never, s.ID)
		w.Clock.Set(s.StartsAt.Time)
		w.Check(came, s.ID, activity.In)
		_, err := w.Record(w.Staff, s.ID, activity.Deed{SignupID: g.ID, Action: "no_credit"})
		apptest.WantCode(t, err, "shift_not_over")
		w.Clock.Set(s.EndsAt.Time)
		_, err = w.Record(w.Staff, s.ID, activity.Deed{SignupID: other.ID, Action: "no_credit"})
		apptest.WantCode(t, err, "was_absent")
		_, err = w.Record(w.Staff, s.ID, activity.Deed{SignupID: g.ID, Action: "no_credit"})
		apptest.Must(t, err)
		if n := w.Count("hour_entries", "person_id = ?", g.PersonID); n != 0 {
			t.Errorf("%d entries were made", n)
		}
		if n := w.Count("attendances", "needs_look = ?", true); n != 0 {
			t.Error("still on the attention list")
		}
		_, err = w.Record(w.Staff, s.ID, activity.Deed{SignupID: g.ID, Action: "correct", Given: apptest.First(s, 30), Reason: "在场半小时"})
		apptest.Must(t, err)
	})
}

// What is near comes first, soonest first; then what is elsewhere, each once.
func TestNearPutsMyOwnUnitFirst(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		at := func(u int64, days int) int64 {
			a := w.Draft()
			a.UnitID = u
			return w.Publish(a, apptest.At(time.Duration(days)*24*time.Hour, 5))[0].ActivityID
		}
		far, mine, below, later := at(w.Other.ID, 1), at(w.Station.ID, 3), at(w.Room.ID, 2), at(w.Other.ID, 4)
		for _, try := range []struct {
			unit  int64
			limit int
			want  []int64
		}{
			{w.Station.ID, 4, []int64{below, mine, far, later}},
			{w.Station.ID, 2, []int64{below, mine}},
			{w.Other.ID, 3, []int64{far, later, below}},
			{0, 3, []int64{far, below, mine}},
		} {
			lines, err := w.Activities.Near(ctx, try.unit, try.limit)
			apptest.Must(t, err)
			var got []int64
			for _, l := range lines {
				got = append(got, l.ID)
			}
			if !slices.Equal(got, try.want) {
				t.Errorf("unit %d, %d: %v, want %v", try.unit, try.limit, got, try.want)
			}
		}
	})
}

// Who was refused and asks again sees why, as do those who decide.
func TestARefusalIsSeenWhenAskingAgain(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		d := w.Draft()
		d.Approval = activity.ApprovalStaff
		s := w.Publish(d, w.Shift(5))[0]
		p := w.Volunteer("林晓雯")
		mine := func() *activity.Signup {
			l, err := w.Activities.Get(apptest.As(p), s.ActivityID)
			apptest.Must(t, err)
			return l.Shifts[0].Mine
		}
		first := w.SignUp(p, s.ID)
		_, err := w.Activities.DecideSignups(apptest.As(w.Staff), []int64{first.ID}, false, "这次要会急救")
		apptest.Must(t, err)
		if m := mine(); m == nil || m.ID != first.ID || m.Reason != "这次要会急救" {
			t.Errorf("the refusal is not shown: %+v", m)
		}
		again := w.SignUp(p, s.ID)
		if m := mine(); m == nil || m.ID != again.ID {
			t.Errorf("the new one is not shown: %+v", m)
		}
		rows, err := w.Activities.Signups(apptest.As(w.Staff), activity.SignupQuery{State: activity.Pending, Limit: 9})
		apptest.Must(t, err)
		if len(rows) != 1 || rows[0].RefusedBefore != "这次要会急救" {
			t.Errorf("staff do not see that it was refused before: %+v", rows)
		}
	})
}
