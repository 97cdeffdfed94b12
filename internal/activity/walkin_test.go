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

// walkIn scans the shift's code at the door, to be told what joining means, or to join.
func walkIn(w *apptest.World, p auth.Actor, shift int64, join bool) (*activity.Recorded, error) {
	return w.Activities.CheckIn(apptest.As(p), activity.Checkin{Token: w.Code(shift, activity.In).Token, Join: join})
}

// scanIn is staff's scan of somebody's own code.
func scanIn(w *apptest.World, by, p auth.Actor, shift int64, join bool) (*activity.Recorded, error) {
	return w.Activities.Scan(apptest.As(by), shift, activity.Scanned{Kind: activity.In, Token: w.Activities.PersonCode(apptest.As(p)).Token, Join: join})
}

// Who comes without a sign-up is told first, and joins and is checked in by one deed, until the shift's end.
func TestWalkIns(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := w.Shift(2)
		people := w.Crowd(4)
		w.Clock.Set(s.StartsAt.Add(-31 * time.Minute))
		_, err := walkIn(w, people[0], s.ID, true)
		apptest.WantCode(t, err, "checkin_not_open")
		w.Clock.Set(s.StartsAt.Add(time.Hour)) // under way: too late to sign up
		_, err = w.Activities.SignUp(apptest.As(people[0]), s.ID, false)
		apptest.WantCode(t, err, "shift_over")
		_, err = walkIn(w, people[0], s.ID, false)
		apptest.WantCode(t, err, "join_first")
		if said := fault.From(err).Message; !strings.Contains(said, "还有 2 个名额") || !strings.Contains(said, say.Span(s.StartsAt.Time, s.EndsAt.Time)) {
			t.Error(said)
		}
		apptest.WantCode(t, digits(w, people[0], s.ID, activity.In, w.Code(s.ID).Digits), "not_signed_up")
		if n := w.Count("signups", "1 = 1"); n != 0 {
			t.Errorf("%d sign-ups by asking", n)
		}
		for _, again := range []bool{false, true} {
			r, err := walkIn(w, people[0], s.ID, true)
			if err != nil || r.Repeated != again || r.State != activity.Confirmed || !r.WalkIn || !r.At.Equal(w.Clock.Now()) {
				t.Errorf("again %v: %+v %v", again, r, err)
			}
		}
		_, err = walkIn(w, people[1], s.ID, true)
		apptest.Must(t, err)
		for _, join := range []bool{false, true} {
			_, err = walkIn(w, people[2], s.ID, join)
			apptest.WantCode(t, err, "full_at_door")
		}
		w.Clock.Set(s.EndsAt.Add(time.Millisecond))
		w.Exec("UPDATE shifts SET capacity = 5 WHERE id = ?", s.ID)
		_, err = walkIn(w, people[2], s.ID, true)
		apptest.WantCode(t, err, "checkin_closed")
		if n := w.Count("activity_timeline", "subject = 'signup' AND action = 'join'"); n != 2 {
			t.Errorf("%d lines", n)
		}
		if n := w.Count("notices", "1 = 1"); n != 0 {
			t.Errorf("%d notices to who stands there", n)
		}
		w.Whole(t)
	})
}

// Without a place staff let somebody in by one tap, which adds one; the log has it.
func TestStaffLetInWhoHasNoPlace(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		a := w.Draft()
		a.Approval = activity.ApprovalStaff
		s := w.Publish(a, apptest.At(24*time.Hour, 1))[0].Shift
		stranger, pending, waits := w.Volunteer("没报名"), w.Volunteer("待审核"), w.Volunteer("候补的")
		g := w.SignUp(pending, s.ID)
		w.Exec("UPDATE activities SET approval = 'automatic' WHERE id = ?", s.ActivityID)
		first := w.Volunteer("有名额")
		w.SignUp(first, s.ID)
		h := w.Wait(waits, s.ID)
		w.Exec("UPDATE activities SET approval = 'staff' WHERE id = ?", s.ActivityID)
		w.Clock.Set(s.StartsAt.Time)
		for _, p := range []auth.Actor{stranger, pending} {
			_, err := walkIn(w, p, s.ID, true)
			apptest.WantCode(t, err, "door_needs_staff")
		}
		for i, p := range []auth.Actor{stranger, pending, waits} {
			_, err := scanIn(w, w.Staff, p, s.ID, false)
			apptest.WantCode(t, err, "full_at_door")
			if _, err = scanIn(w, w.StaffOf(w.Other, "马立强"), p, s.ID, true); err == nil {
				t.Error("by staff of elsewhere")
			}
			r, err := scanIn(w, w.Staff, p, s.ID, true)
			if err != nil || r.State != activity.Confirmed || r.InMethod != "" && r.Repeated {
				t.Errorf("%+v %v", r, err)
			}
			if is := w.FindShift(s.ID); is.Capacity != 2+i || is.Taken != 2+i {
				t.Errorf("%d of %d places", is.Taken, is.Capacity)
			}
		}
		for _, id := range []int64{g.ID, h.ID} {
			if now := w.Signup(id); now.State != activity.Confirmed || !now.WalkIn {
				t.Errorf("%+v", now)
			}
		}
		if n := w.Count("audit_entries", "entity = 'shift' AND entity_id = ?", s.ID); n < 3 {
			t.Errorf("%d lines in the audit log", n)
		}
		_, err := scanIn(w, w.Staff, w.Staff, s.ID, true)
		apptest.WantCode(t, err, "own_signup")
		w.Whole(t)
	})
}

// The rules of sign-up hold at the door too.
func TestTheRulesHoldAtTheDoor(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		a := w.Draft()
		a.MinAge = 18
		shifts := w.Publish(a, apptest.At(24*time.Hour, 5), apptest.At(24*time.Hour, 5))
		s, twin := shifts[0].Shift, shifts[1].Shift
		young, other, off, no := w.Volunteer("林小满"), w.Volunteer("王明月"), w.Volunteer("取消的"), w.Volunteer("贺兰")
		child := w.Volunteer("林小宝")
		w.Exec("UPDATE people SET birth_date = '2015-05-01' WHERE id = ?", child.PersonID)
		for _, p := range []auth.Actor{other, off, no} {
			w.Exec("UPDATE people SET birth_date = '1990-05-01' WHERE id = ?", p.PersonID)
		}
		w.Exec("UPDATE people SET birth_date = '2010-05-01' WHERE id = ?", young.PersonID)
		w.Exec("UPDATE people SET volunteer_since = NULL WHERE id = ?", no.PersonID)
		w.SignUp(other, twin.ID)
		_, err := w.Activities.CancelSignup(apptest.As(w.Staff), w.SignUp(off, s.ID).ID, "不合适")
		apptest.Must(t, err)
		w.Clock.Set(s.StartsAt.Time)
		for name, c := range map[string]struct {
			who  auth.Actor
			want string
		}{"too young": {young, "too_young"}, "without a guardian": {child, "guardian_required"}, "on the other shift": {other, "not_signed_up"}, "taken off by staff": {off, "not_signed_up"}, "no volunteer": {no, "volunteer_only"}} {
			for _, join := range []bool{false, true} {
				_, err := walkIn(w, c.who, s.ID, join)
				if err == nil || fault.From(err).Code != c.want {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
		_, err = scanIn(w, w.Staff, young, s.ID, true)
		apptest.WantCode(t, err, "too_young")
		if _, err := scanIn(w, w.Staff, off, s.ID, true); err != nil { // whom staff let in after all
			t.Error(err)
		}
		w.Whole(t)
	})
}

// Many at the door at once: never more than there are places, and each who joined is checked in (rule 1).
func TestManyAtTheDoor(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := w.Shift(5)
		people := w.Crowd(20)
		w.Clock.Set(s.StartsAt.Time)
		errs := apptest.All(people, func(_ int, p auth.Actor) error { _, err := walkIn(w, p, s.ID, true); return err })
		joined := 0
		for _, err := range errs {
			if err == nil {
				joined++
			} else {
				apptest.WantCode(t, err, "full_at_door")
			}
		}
		if is := w.FindShift(s.ID); joined != 5 || is.Taken != 5 || w.Count("attendances", "1 = 1") != 5 || w.Count("signups", "1 = 1") != 5 {
			t.Errorf("%d joined, %+v", joined, is)
		}
		w.Whole(t)
	})
}

// remind looks from four servers at once, and gives how many reminders somebody has.
func remind(t *testing.T, w *apptest.World, at time.Time, p auth.Actor) int64 {
	t.Helper()
	w.Clock.Set(at)
	for _, err := range apptest.All([]int{1, 2, 3, 4}, func(int, int) error { return w.Activities.Remind(ctx) }) {
		apptest.Must(t, err)
	}
	return w.Count("notices", "kind = 'shift_reminder' AND person_id = ?", p.PersonID)
}

// Of a shift people are reminded the evening before and two hours before, once each, and anew when it moves.
func TestRemindersOfAShift(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		morning := time.Date(2026, 3, 12, 9, 0, 0, 0, apptest.Start.Location())
		s := w.Publish(w.Draft(), activity.Shift{StartsAt: store.At(morning), EndsAt: store.At(morning.Add(2 * time.Hour)), Capacity: 9})[0].Shift
		p, later, waits := w.Volunteer("林晓雯"), w.Volunteer("王明月"), w.Volunteer("候补的")
		w.SignUp(p, s.ID)
		evening := morning.Add(-15 * time.Hour)
		wants := func(at time.Time, who auth.Actor, want int64) {
			t.Helper()
			if n := remind(t, w, at, who); n != want {
				t.Errorf("%s: %d reminders, not %d", at.Format("2 15:04"), n, want)
			}
		}
		wants(evening.Add(-time.Minute), p, 0)
		wants(evening, p, 1)
		wants(evening.Add(3*time.Hour), p, 1)
		if n := w.Count("notices", "kind = 'shift_reminder' AND title = '明天有活动' AND send_before = ?", s.StartsAt); n != 1 {
			t.Error("it does not say tomorrow, or may be sent after the start")
		}
		w.SignUp(later, s.ID) // after the evening's reminder: needs only the second
		w.Exec("UPDATE shifts SET capacity = taken WHERE id = ?", s.ID)
		w.Wait(waits, s.ID)
		wants(evening.Add(4*time.Hour), later, 0)
		wants(morning.Add(-2*time.Hour), later, 1)
		wants(morning.Add(-time.Hour), p, 2)
		wants(morning.Add(-time.Hour), waits, 0)
		if n := w.Count("notices", "kind = 'shift_reminder' AND title = '今天有活动'"); n != 2 {
			t.Errorf("%d say today", n)
		}
		starts, ends := s.StartsAt.AddDate(0, 0, 2), s.EndsAt.AddDate(0, 0, 2)
		apptest.Must(t, move(w, s, activity.ShiftChange{StartsAt: &starts, EndsAt: &ends}))
		wants(morning.Add(32*time.Hour), p, 2)
		wants(evening.AddDate(0, 0, 2), p, 3)
		wants(morning.AddDate(0, 0, 2).Add(-2*time.Hour), p, 4)
		wants(morning.AddDate(0, 0, 2).Add(-time.Minute), p, 4)
	})
}

// A server that was away through the evening says today in the morning, and nothing after the start.
func TestALateReminderSaysTheTrueDay(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		noon := time.Date(2026, 3, 12, 12, 0, 0, 0, apptest.Start.Location())
		s := w.Publish(w.Draft(), activity.Shift{StartsAt: store.At(noon), EndsAt: store.At(noon.Add(2 * time.Hour)), Capacity: 9})[0].Shift
		p := w.Volunteer("林晓雯")
		w.SignUp(p, s.ID)
		remind(t, w, noon.Add(-4*time.Hour), p)
		if n := w.Count("notices", "kind = 'shift_reminder' AND title = '今天有活动'"); n != 1 {
			t.Error("it does not say today")
		}
		if n := remind(t, w, noon, p); n != 1 {
			t.Errorf("%d reminders after the start", n)
		}
	})
}
