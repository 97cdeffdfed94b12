package activity_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/store"
	"yimi/internal/workflow"
)

// allowed finds the line of a table, if there is one.
func allowed[S ~string](table []workflow.Move[S], from S, action string, who workflow.Who) (to S, ok bool) {
	for _, m := range table {
		if m.From == from && m.Action == action && slices.Contains(m.Who, who) {
			return m.To, true
		}
	}
	return "", false
}

// actions lists the actions of a table, each once.
func actions[S ~string](table []workflow.Move[S]) (out []string) {
	for _, m := range table {
		if !slices.Contains(out, m.Action) {
			out = append(out, m.Action)
		}
	}
	return out
}

// desk tries moves of sign-ups, each on a fresh shift.
type desk struct {
	*apptest.World
	t        *testing.T
	activity int64
	people   []auth.Actor
}

// put makes a shift of three places a day from now, with one sign-up in the state on it.
func (d *desk) put(state activity.SignupState) (activity.Shift, activity.Signup) {
	d.t.Helper()
	p := d.people[0]
	d.people = d.people[1:]
	now := d.Clock.Now()
	s := activity.Shift{ActivityID: d.activity, UnitID: d.Station.ID, StartsAt: store.At(now.Add(24 * time.Hour)),
		EndsAt: store.At(now.Add(26 * time.Hour)), Capacity: 3, State: activity.ShiftOpen, Secret: "s"}
	g := activity.Signup{PersonID: p.PersonID, UnitID: d.Station.ID, ActivityID: d.activity, StartsAt: s.StartsAt, EndsAt: s.EndsAt, State: state}
	one := int64(1)
	switch state {
	case activity.Rejected, activity.SignupCancelled, activity.Lapsed:
	case activity.Pending:
		g.Live = &one
	case activity.Waitlisted:
		g.Live, s.Waitlisted = &one, 1
	default:
		g.Live, s.Taken = &one, 1
	}
	if state == activity.Offered {
		until := store.At(now.Add(2 * time.Hour))
		g.OfferExpiresAt = &until
	}
	apptest.Must(d.t, d.Tx(func(tx *store.Tx) error {
		if err := tx.Create(&s).Error; err != nil {
			return err
		}
		g.ShiftID, g.CreatedAt = s.ID, tx.Now
		return tx.Create(&g).Error
	}))
	return s, g
}

// present writes check-in and check-out of the whole shift, and goes to its end.
func (d *desk) present(g activity.Signup) {
	d.t.Helper()
	apptest.Must(d.t, d.Tx(func(tx *store.Tx) error {
		return tx.Create(&activity.Attendance{SignupID: g.ID, ShiftID: g.ShiftID, UnitID: g.UnitID, InAt: g.StartsAt, InMethod: activity.ByCode,
			OutAt: &g.EndsAt, OutMethod: activity.ByCode}).Error
	}))
	d.Clock.Set(g.EndsAt.Time)
}

// try does the action through the service, as whoever can be asked to do it.
func (d *desk) try(g activity.Signup, action string, who workflow.Who) error {
	actor := d.Staff
	if who == workflow.ByVolunteer {
		actor = auth.Actor{PersonID: g.PersonID, Grants: []auth.Grant{{Role: auth.Volunteer}}}
	}
	switch action {
	case "approve", "reject":
		out, err := d.Activities.DecideSignups(apptest.As(actor), []int64{g.ID}, action == "approve", "名额给了别人")
		apptest.Must(d.t, err)
		return out[0].Err
	case "cancel":
		_, err := d.Activities.CancelSignup(apptest.As(actor), g.ID, "临时有事")
		return err
	case "confirm":
		_, err := d.Activities.ConfirmSignup(apptest.As(actor), g.ID)
		return err
	case "take":
		_, err := d.Activities.TakeSignup(apptest.As(actor), g.ID, false)
		return err
	case "attend":
		d.present(g)
		_, err := d.Record(actor, g.ShiftID, activity.Deed{SignupID: g.ID, Action: "confirm"})
		return err
	case "no_show":
		d.Clock.Set(g.EndsAt.Time)
		_, err := d.Record(actor, g.ShiftID, activity.Deed{SignupID: g.ID, Action: "no_show"})
		return err
	case "no_credit":
		d.present(g)
		_, err := d.Record(actor, g.ShiftID, activity.Deed{SignupID: g.ID, Action: "no_credit"})
		return err
	}
	return d.trySystem(g, action)
}

// trySystem makes the occasion on which the program itself would move a sign-up.
func (d *desk) trySystem(g activity.Signup, action string) error {
	ctx := apptest.As(d.Staff)
	switch action {
	case "called off":
		_, err := d.Activities.CancelShift(ctx, g.ShiftID, "下雨")
		return err
	case "offer":
		four := 4
		_, err := d.Activities.UpdateShift(ctx, g.ShiftID, activity.ShiftChange{Capacity: &four})
		return err
	case "lapse":
		d.Clock.Set(g.EndsAt.Add(31 * time.Minute))
		return d.Activities.Sweep(ctx)
	}
	return fmt.Errorf("no way to try %q", action)
}

// trace is all that a refused move must leave as it was.
func (d *desk) trace(g activity.Signup) string {
	s := d.FindShift(g.ShiftID)
	return fmt.Sprint(d.Signup(g.ID).State, s.Taken, s.Waitlisted, s.Capacity,
		d.Count("activity_timeline", "subject = 'signup' AND subject_id = ?", g.ID), d.Count("hour_entries", "source_id = ?", g.ID),
		d.Count("notices", "person_id = ?", g.PersonID), d.Count("volunteer_hours", "person_id = ?", g.PersonID))
}

// Every state, with everything that anybody can ask of a sign-up in it (rule 5).
func TestSignupsMoveOnlyAlongTheirTable(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		d := &desk{World: w, t: t, people: w.Crowd(200), activity: w.Shift(3).ActivityID}
		asked := []string{"approve", "reject", "cancel", "confirm", "take", "attend", "no_show", "no_credit"}
		for _, action := range actions(activity.SignupMoves) {
			if !slices.Contains(append(asked, "offer", "lapse", "ask_again", "join", "came"), action) { // TestAMoveAsksAgain, TestWalkIns, TestALateCheckInAfterNoShow
				t.Errorf("nothing here tries %q", action)
			}
		}
		for _, state := range activity.SignupStates {
			for _, action := range asked {
				d.check(state, action, workflow.ByVolunteer)
				d.check(state, action, workflow.ByStaff)
			}
			d.checkSystem(state, "offer", "offer")
			d.checkSystem(state, "lapse", "lapse")
			if state != activity.Attended && state != activity.Absent { // never before the end, when a shift can no longer be called off
				d.checkSystem(state, "called off", "cancel")
			}
		}
		w.Whole(t)
	})
}

func (d *desk) check(state activity.SignupState, action string, who workflow.Who) {
	d.t.Helper()
	_, g := d.put(state)
	before := d.trace(g)
	err := d.try(g, action, who)
	to, ok := allowed(activity.SignupMoves, state, action, who)
	switch after := d.Signup(g.ID).State; {
	case ok && (err != nil || after != to):
		d.t.Errorf("%s by %s from %s: %v, now %s, want %s", action, who, state, err, after, to)
	case !ok && err == nil:
		d.t.Errorf("%s by %s from %s went through, now %s", action, who, state, after)
	case !ok && d.trace(g) != before:
		d.t.Errorf("%s by %s from %s was refused, but %s became %s", action, who, state, before, d.trace(g))
	case !ok:
		if kind := fault.From(err).Kind; kind != fault.Conflict && kind != fault.NotFound && kind != fault.Forbidden {
			d.t.Errorf("%s by %s from %s: %v", action, who, state, err)
		}
	}
	if n := d.Count("activity_timeline", "subject = 'signup' AND subject_id = ? AND action = ?", g.ID, action); ok && n != 1 {
		d.t.Errorf("%s from %s wrote %d lines in the timeline", action, state, n)
	}
}

func (d *desk) checkSystem(state activity.SignupState, occasion, action string) {
	d.t.Helper()
	_, g := d.put(state)
	if err := d.try(g, occasion, workflow.BySystem); err != nil {
		d.t.Errorf("%s with %s: %v", occasion, state, err)
	}
	to, ok := allowed(activity.SignupMoves, state, action, workflow.BySystem)
	if !ok {
		to = state
	}
	if after := d.Signup(g.ID).State; after != to {
		d.t.Errorf("%s: %s became %s, want %s", occasion, state, after, to)
	}
}

func TestActivitiesMoveOnlyAlongTheirTable(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		volunteer, elsewhere := w.Volunteer("林晓雯"), w.StaffOf(w.Other, "马立强")
		try := map[string]func(auth.Actor, int64) error{
			"publish": func(a auth.Actor, id int64) error { _, err := w.Activities.Publish(apptest.As(a), id); return err },
			"finish":  func(a auth.Actor, id int64) error { _, err := w.Activities.Finish(apptest.As(a), id); return err },
			"cancel": func(a auth.Actor, id int64) error {
				_, err := w.Activities.Cancel(apptest.As(a), id, "下雨")
				return err
			},
		}
		states := []activity.State{activity.Draft, activity.Published, activity.Finished, activity.Cancelled}
		for _, state := range states {
			for _, action := range actions(activity.ActivityMoves) {
				for _, who := range []auth.Actor{w.Staff, volunteer, elsewhere} {
					s := w.Shift(3)
					w.Exec("UPDATE activities SET state = ? WHERE id = ?", state, s.ActivityID)
					if action == "finish" {
						w.Exec("UPDATE shifts SET starts_at = ?, ends_at = ? WHERE id = ?", store.At(w.Clock.Now().Add(-2*time.Hour)), store.At(w.Clock.Now()), s.ID)
					}
					lines := w.Count("activity_timeline", "1 = 1")
					err := try[action](who, s.ActivityID)
					want, ok := allowed(activity.ActivityMoves, state, action, workflow.ByStaff)
					if who.PersonID != w.Staff.PersonID {
						ok = false
						if code := fault.From(err).Code; code != "forbidden" && (code != "not_found" || state != activity.Draft) {
							t.Errorf("%s from %s by somebody else: %v", action, state, err)
						}
					} else if !ok {
						apptest.WantCode(t, err, "bad_transition")
					}
					if !ok {
						want = state
					}
					var now activity.Activity
					apptest.Must(t, w.Store.Read(context.Background()).Take(&now, s.ActivityID).Error)
					if now.State != want || ok != (err == nil) {
						t.Errorf("%s from %s: %v, now %s, want %s", action, state, err, now.State, want)
					}
					if more := w.Count("activity_timeline", "1 = 1") > lines; more != ok {
						t.Errorf("%s from %s: a line in the timeline: %v", action, state, more)
					}
				}
			}
		}
	})
}

// What is closed can no longer be edited.
func TestClosedActivitiesCannotBeEdited(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s, ctx := w.Shift(3), apptest.As(w.Staff)
		for _, state := range []activity.State{activity.Finished, activity.Cancelled} {
			w.Exec("UPDATE activities SET state = ? WHERE id = ?", state, s.ActivityID)
			_, err := w.Activities.Update(ctx, s.ActivityID, activity.Patch{Title: new("改了")})
			apptest.WantCode(t, err, "bad_transition")
			_, err = w.Activities.AddShift(ctx, s.ActivityID, apptest.At(72*time.Hour, 3))
			apptest.WantCode(t, err, "bad_transition")
			_, err = w.Activities.AddSeries(ctx, s.ActivityID, weekly(3))
			apptest.WantCode(t, err, "bad_transition")
			_, err = w.Activities.SignUp(apptest.As(w.Volunteer("林晓雯")), s.ID, true)
			apptest.WantCode(t, err, "shift_not_open")
		}
		if n := w.Count("shifts", "1 = 1"); n != 1 {
			t.Errorf("%d shifts", n)
		}
	})
}

func weekly(capacity int) activity.Series {
	return activity.Series{Weekdays: "2,4", StartTime: "19:00", EndTime: "21:00", FromDate: "2026-03-05", UntilDate: "2026-03-19", Capacity: capacity}
}
