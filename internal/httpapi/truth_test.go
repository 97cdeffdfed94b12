package httpapi_test

import (
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/store"
)

// attacker tries through the contract to make hours out of nothing.
type attacker struct {
	*apptest.Site
	t     *testing.T
	admin auth.Actor
	calls int
}

func (a *attacker) call(who auth.Actor, method, path string, body any) apptest.Answer {
	a.t.Helper()
	a.calls++
	return a.Call(a.t, who, method, path, body, "Idempotency-Key", fmt.Sprintf("truth-key-%06d", a.calls))
}

// refused wants an answer with the code.
func (a *attacker) refused(r apptest.Answer, code string) {
	a.t.Helper()
	if r.Problem.Code != code {
		a.t.Errorf("%d %s, want %s", r.Status, r.Body, code)
	}
}

func (a *attacker) done(r apptest.Answer) apptest.Answer {
	a.t.Helper()
	if r.Status >= http.StatusMultipleChoices {
		a.t.Fatalf("%d %s", r.Status, r.Body)
	}
	return r
}

// publish makes an activity with one shift.
func (a *attacker) publish(by auth.Actor, starts, ends time.Time) activity.Shift {
	a.t.Helper()
	l, err := a.Activities.Create(apptest.As(by), a.Draft(), []activity.Shift{{StartsAt: store.At(starts), EndsAt: store.At(ends), Capacity: 30}})
	apptest.Must(a.t, err)
	a.done(a.call(by, "POST", fmt.Sprintf("/activities/%d/publish", l.ID), nil))
	return l.Shifts[0].Shift
}

// read is the code as staff see it.
func (a *attacker) read(by auth.Actor, s activity.Shift) (c struct{ Token, Digits string }) {
	a.t.Helper()
	a.done(a.call(by, "GET", fmt.Sprintf("/shifts/%d/checkin-code", s.ID), nil)).Into(a.t, &c)
	return c
}

func (a *attacker) check(who auth.Actor, kind string, body map[string]any) apptest.Answer {
	a.t.Helper()
	body["kind"] = kind
	return a.call(who, "POST", "/checkins", body)
}

// item is one line of a batch.
type item struct {
	Done     bool
	Code     string
	WaitsFor string `json:"waits_for"`
	Minutes  int
}

func (a *attacker) record(by auth.Actor, s activity.Shift, deed map[string]any) item {
	a.t.Helper()
	var out struct{ Items []item }
	a.done(a.call(by, "POST", fmt.Sprintf("/shifts/%d/attendance", s.ID), map[string]any{"items": []any{deed}})).Into(a.t, &out)
	return out.Items[0]
}

func (a *attacker) confirm(by auth.Actor, s activity.Shift, signup int64) item {
	a.t.Helper()
	return a.record(by, s, map[string]any{"signup_id": signup, "action": "confirm"})
}

// byHand proposes a time for somebody and gives the proposal's id.
func (a *attacker) byHand(by auth.Actor, s activity.Shift, signup int64, from, to time.Time) int64 {
	a.t.Helper()
	if i := a.record(by, s, map[string]any{"signup_id": signup, "action": "correct", "reason": "在场", "given": map[string]any{"from": from, "to": to}}); !i.Done {
		a.t.Fatalf("%+v", i)
	}
	var p struct{ ID int64 }
	apptest.Must(a.t, a.Store.Read(a.t.Context()).Table("hour_proposals").Select("id").Where("open_target = ?", signup).Take(&p).Error)
	return p.ID
}

func (a *attacker) approve(by auth.Actor, id int64) string {
	a.t.Helper()
	var out struct{ Items []item }
	a.done(a.call(by, "POST", "/hours/proposals/decide", map[string]any{"ids": []int64{id}, "decision": "approve"})).Into(a.t, &out)
	return out.Items[0].Code
}

// gained wants so many minutes in the ledger, and nothing wrong with it.
func (a *attacker) gained(minutes int) {
	a.t.Helper()
	var sum int
	apptest.Must(a.t, a.Store.Read(a.t.Context()).Table("hour_entries").Select("COALESCE(SUM(minutes), 0)").Scan(&sum).Error)
	if sum != minutes {
		a.t.Errorf("%d minutes were gained, not %d", sum, minutes)
	}
	a.Whole(a.t)
}

// attempts are the rows of docs/truth.md, by their names: what somebody tries, and what they gain.
var attempts = map[string]func(a *attacker){
	"relayed code": func(a *attacker) {
		s := a.publish(a.Staff, a.Clock.Now().Add(10*time.Minute), a.Clock.Now().Add(24*time.Hour+10*time.Minute))
		puppets := a.Crowd(5)
		signups := make([]int64, len(puppets))
		for i, p := range puppets {
			signups[i] = a.SignUp(p, s.ID).ID
		}
		for _, kind := range []string{"in", "out"} {
			token := a.read(a.Staff, s).Token
			for _, p := range puppets {
				a.done(a.check(p, kind, map[string]any{"token": token}))
			}
			a.Clock.Set(s.EndsAt.Time)
		}
		for _, id := range signups {
			if i := a.confirm(a.Staff, s, id); i.WaitsFor != "colleague" {
				a.t.Errorf("%+v", i)
			}
		}
		a.gained(0)
	},
	"ten shifts moved onto one": func(a *attacker) {
		p, now := a.Volunteer("林晓雯"), a.Clock.Now()
		onto := a.publish(a.Staff, now.Add(24*time.Hour), now.Add(26*time.Hour))
		a.SignUp(p, onto.ID)
		for day := range 9 {
			s := a.publish(a.Staff, now.Add(time.Duration(48+24*day)*time.Hour), now.Add(time.Duration(50+24*day)*time.Hour))
			g := a.SignUp(p, s.ID)
			move := map[string]any{"starts_at": onto.StartsAt.Time, "ends_at": onto.EndsAt.Time}
			a.refused(a.call(a.Staff, "PATCH", fmt.Sprintf("/shifts/%d", s.ID), move), "move_overlaps")
			move["ask_again"] = true
			a.done(a.call(a.Staff, "PATCH", fmt.Sprintf("/shifts/%d", s.ID), move))
			a.refused(a.call(p, "POST", fmt.Sprintf("/signups/%d/confirm", g.ID), nil), "overlap")
		}
		a.Clock.Set(onto.EndsAt.Add(time.Hour))
		apptest.Must(a.t, a.Activities.Sweep(a.t.Context()))
		if n := a.Count("signups", "person_id = ? AND state = 'confirmed'", p.PersonID); n != 1 {
			a.t.Errorf("%d places at one time", n)
		}
		a.gained(0)
	},
	"three series": func(a *attacker) {
		p := a.Volunteer("林晓雯")
		for i, times := range [][2]string{{"09:00", "11:00"}, {"12:00", "14:00"}, {"15:00", "17:00"}} {
			l, err := a.Activities.Create(apptest.As(a.Staff), a.Draft(), nil)
			apptest.Must(a.t, err)
			l, err = a.Activities.AddSeries(apptest.As(a.Staff), l.ID, activity.Series{Weekdays: "6", StartTime: times[0], EndTime: times[1], FromDate: "2026-03-07", UntilDate: "2026-03-14", Capacity: 5})
			apptest.Must(a.t, err)
			a.done(a.call(a.Staff, "POST", fmt.Sprintf("/activities/%d/publish", l.ID), nil))
			for _, s := range l.Shifts {
				a.SignUp(p, s.ID)
			}
			if i > 0 {
				a.refused(a.call(a.Staff, "PATCH", fmt.Sprintf("/series/%d", *l.Shifts[0].SeriesID), map[string]any{"start_time": "09:00", "end_time": "11:00"}), "move_overlaps")
			}
		}
		a.gained(0)
	},
	"check in, then move": func(a *attacker) {
		p, now := a.Volunteer("林晓雯"), a.Clock.Now()
		s := a.publish(a.Staff, now.Add(20*time.Minute), now.Add(140*time.Minute))
		g := a.SignUp(p, s.ID)
		a.done(a.check(p, "in", map[string]any{"token": a.read(a.Staff, s).Token}))
		tomorrow := map[string]any{"starts_at": s.StartsAt.AddDate(0, 0, 1), "ends_at": s.StartsAt.AddDate(0, 0, 2)}
		a.refused(a.call(a.Staff, "PATCH", fmt.Sprintf("/shifts/%d", s.ID), tomorrow), "shift_checked_in")
		if i := a.record(a.Staff, s, map[string]any{"signup_id": g.ID, "action": "undo"}); !i.Done {
			a.t.Errorf("%+v", i)
		}
		a.done(a.call(a.Staff, "PATCH", fmt.Sprintf("/shifts/%d", s.ID), tomorrow))
		a.Clock.Set(s.StartsAt.AddDate(0, 0, 2))
		a.refused(a.check(p, "out", map[string]any{"token": a.read(a.Staff, s).Token}), "not_checked_in")
		a.gained(0)
	},
	"saved code": func(a *attacker) {
		p, now := a.Volunteer("林晓雯"), a.Clock.Now()
		s := a.publish(a.Staff, now.Add(2*time.Hour), now.Add(5*time.Hour))
		g := a.SignUp(p, s.ID)
		for _, at := range []store.Time{s.StartsAt, s.EndsAt} {
			a.Clock.Set(at.Time)
			token := a.read(a.Staff, s).Token
			a.Clock.Advance(115 * time.Minute) // sent by somebody who was at home, with the time at which a friend read it
			a.done(a.check(p, map[bool]string{true: "in", false: "out"}[at == s.StartsAt], map[string]any{"token": token, "read_at": at.Time}))
		}
		if n := a.Count("attendances", "signup_id = ? AND attention LIKE '%sent_late%'", g.ID); n != 1 {
			a.t.Error("it is not on the attention list")
		}
		if i := a.confirm(a.Staff, s, g.ID); i.WaitsFor == "" {
			a.t.Errorf("%+v", i)
		}
		a.gained(0)
	},
	"own second account": func(a *attacker) {
		second := a.Volunteer("杨海兰")
		var code struct{ Code string }
		a.done(a.call(a.Staff, "POST", "/me/link-code", nil)).Into(a.t, &code)
		a.done(a.call(second, "POST", "/me/links", map[string]any{"code": code.Code}))
		s := a.Shift(3)
		g := a.SignUp(second, s.ID)
		a.Serve(second, s, time.Hour)
		a.Clock.Set(s.EndsAt.Time)
		if i := a.confirm(a.Staff, s, g.ID); i.Code != "own_hours" {
			a.t.Errorf("%+v", i)
		}
		a.gained(0)
	},
	"admin's new account": func(a *attacker) {
		p := a.Volunteer("林晓雯")
		s := a.Shift(3)
		g := a.SignUp(p, s.ID)
		a.Clock.Set(s.EndsAt.Time)
		puppet := a.desk(a.admin, "he.lan")
		id := a.byHand(a.admin, s, g.ID, s.StartsAt.Time, s.EndsAt.Time)
		if code := a.approve(puppet, id); code != "password_not_own" {
			a.t.Error(code)
		}
		apptest.Must(a.t, a.Identity.ChangePassword(apptest.As(puppet), "long words are best", "other words are better"))
		if code := a.approve(puppet, id); code != "grant_fresh" {
			a.t.Error(code)
		}
		other := a.SignUp(a.Volunteer("王明月"), a.publish(a.Staff, a.Clock.Now().Add(time.Hour), a.Clock.Now().Add(2*time.Hour)).ID)
		a.Clock.Advance(2 * time.Hour)
		proposed := a.byHand(puppet, a.FindShift(other.ShiftID), other.ID, other.StartsAt.Time, other.EndsAt.Time)
		if code := a.approve(a.admin, proposed); code != "second_person_needed" { // the other way round
			a.t.Error(code)
		}
		a.gained(0)
	},
	"grant, approve, revoke": func(a *attacker) {
		friend := a.Volunteer("贺兰")
		g := a.Appoint(a.admin, friend, a.Station, auth.StationStaff)
		s := a.Shift(3)
		signup := a.SignUp(a.Volunteer("林晓雯"), s.ID)
		a.Clock.Set(s.EndsAt.Time)
		id := a.byHand(a.admin, s, signup.ID, s.StartsAt.Time, s.EndsAt.Time)
		if code := a.approve(friend, id); code != "grant_fresh" {
			a.t.Error(code)
		}
		a.gained(0)
		a.Clock.Advance(72 * time.Hour) // who waits three days gets it, and stands for it
		if code := a.approve(friend, id); code != "" {
			a.t.Error(code)
		}
		a.done(a.call(a.admin, "DELETE", fmt.Sprintf("/grants/%d", g.ID), nil))
		if n := a.Count("hour_attention", "reason = 'granted_by_proposer' AND needs_look = ?", true); n != 1 {
			a.t.Error("it is not on the attention list")
		}
		a.gained(150)
	},
	"invited by oneself, or by who was dismissed": func(a *attacker) {
		second, friend, former := a.Volunteer("马志宏（微信）"), a.Volunteer("贺兰"), a.AdminOf(a.Station, "前主任")
		var link struct{ Code string }
		a.done(a.call(a.admin, "POST", "/me/link-code", nil)).Into(a.t, &link)
		a.done(a.call(second, "POST", "/me/links", map[string]any{"code": link.Code}))
		refused := func(by, to auth.Actor, between func(), want string) {
			var made struct{ Code string }
			a.done(a.call(by, "POST", fmt.Sprintf("/units/%d/invitations", a.Station.ID), map[string]any{"role": "station_staff"})).Into(a.t, &made)
			between()
			if got := a.call(to, "POST", "/invitations/accept", map[string]any{"code": made.Code}); got.Problem.Code != want {
				a.t.Error(want, got.Status, got.Problem.Code)
			}
		}
		refused(a.admin, second, func() {}, "own_invitation")
		refused(former, friend, func() { a.Exec("DELETE FROM role_grants WHERE person_id = ?", former.PersonID) }, "inviter_no_admin")
		a.gained(0)
	},
	"two staff": func(a *attacker) {
		s := a.Shift(3)
		g := a.SignUp(a.Volunteer("林晓雯"), s.ID) // who never came
		a.Clock.Set(s.EndsAt.Time)
		if code := a.approve(a.Second, a.byHand(a.Staff, s, g.ID, s.StartsAt.Time, s.EndsAt.Time)); code != "" {
			a.t.Error(code)
		}
		if n := a.Count("hour_entries", "class = 'manual' AND reason = '在场' AND recorded_by = ? AND approved_by = ?", a.Staff.PersonID, a.Second.PersonID); n != 1 {
			a.t.Error("the two names do not stand on the entry")
		}
		a.gained(150)
	},
	"two relatives": func(a *attacker) {
		declare := func(by, with auth.Actor) int64 {
			var shown struct{ Code string }
			a.done(a.call(with, "POST", "/me/link-code", nil)).Into(a.t, &shown)
			var r struct {
				ID   int64
				Kind string
			}
			a.done(a.call(by, "POST", "/me/relations", map[string]any{"code": shown.Code, "kind": "child"})).Into(a.t, &r)
			return r.ID
		}
		s, volunteer := a.Shift(3), a.Volunteer("林晓雯")
		g := a.SignUp(volunteer, s.ID) // who never came
		a.Clock.Set(s.EndsAt.Time)
		id := declare(a.Second, a.Staff)
		var list struct {
			Items []struct {
				ID   int64
				Kind string
			}
		}
		if a.done(a.call(a.Staff, "GET", "/me/relations", nil)).Into(a.t, &list); len(list.Items) != 1 || list.Items[0].Kind != "parent" {
			a.t.Errorf("%+v", list)
		}
		p := a.byHand(a.Staff, s, g.ID, s.StartsAt.Time, s.EndsAt.Time)
		if code := a.approve(a.Second, p); code != "relative" {
			a.t.Errorf("%q", code)
		}
		a.done(a.call(a.Second, "DELETE", fmt.Sprintf("/me/relations/%d", id), nil)) // for a moment
		a.Clock.Advance(71 * time.Hour)
		if code := a.approve(a.Second, p); code != "relative" {
			a.t.Errorf("taken back: %q", code)
		}
		other := declare(a.StaffOf(a.Station, "马志宏"), volunteer) // nor for whom it is about
		a.Exec("UPDATE declared_relations SET low_id = ?, high_id = ? WHERE id = ?", min(a.Second.PersonID, volunteer.PersonID), max(a.Second.PersonID, volunteer.PersonID), other)
		a.Clock.Advance(2 * time.Hour)
		if code := a.approve(a.Second, p); code != "relative" {
			a.t.Errorf("about a relative: %q", code)
		}
		a.gained(0)
		a.Exec("DELETE FROM declared_relations WHERE id = ?", other)
		if code := a.approve(a.Second, p); code != "" {
			a.t.Errorf("73 hours later: %q", code)
		}
		a.gained(150)
	},
	"merge with an open attendance": func(a *attacker) {
		people := a.People("林晓雯", "林晓雯（旧）")
		worked(a.t, a.Site, people[0], time.Hour)
		var first struct{ StartsAt, EndsAt store.Time }
		apptest.Must(a.t, a.Store.Read(a.t.Context()).Table("hour_entries").Take(&first).Error)
		s := a.publish(a.Staff, a.Clock.Now().Add(time.Hour), a.Clock.Now().Add(2*time.Hour))
		g := a.SignUp(people[1], s.ID) // at the same time, by the other account: as before the two were known to be one
		a.Exec("UPDATE shifts SET starts_at = ?, ends_at = ? WHERE id = ?", first.StartsAt, first.EndsAt, s.ID)
		a.Exec("UPDATE signups SET starts_at = ?, ends_at = ? WHERE id = ?", first.StartsAt, first.EndsAt, g.ID)
		a.Exec("INSERT INTO attendances (signup_id, shift_id, unit_id, in_at, in_method, out_at, out_method, attention, needs_look) VALUES (?, ?, ?, ?, 'code', ?, 'code', '', 0)",
			g.ID, s.ID, s.UnitID, first.StartsAt, first.EndsAt)
		a.done(merge(a.t, a.Site, a.Second, twice(a.t, a.Site, people[0], people[1]), people[1].PersonID, "open-1"))
		if i := a.confirm(a.Second, a.FindShift(s.ID), g.ID); i.Code != "time_credited" {
			a.t.Errorf("%+v", i)
		}
		a.gained(60)
	},
	"spoofed position": func(a *attacker) {
		draft := a.Draft()
		lat, lon := 37.4187, 106.0673
		draft.Latitude, draft.Longitude, draft.FenceMetres = &lat, &lon, 100
		now := a.Clock.Now()
		s := a.Publish(draft, activity.Shift{StartsAt: store.At(now.Add(48 * time.Hour)), EndsAt: store.At(now.Add(50 * time.Hour)), Capacity: 5})[0].Shift
		p := a.Volunteer("林晓雯")
		g := a.SignUp(p, s.ID)
		a.Clock.Set(s.StartsAt.Time)
		at := func(lat, accuracy float64) map[string]any {
			return map[string]any{"token": a.read(a.Staff, s).Token, "location": map[string]any{"latitude": lat, "longitude": lon, "accuracy_metres": accuracy}}
		}
		a.refused(a.check(p, "in", at(lat+0.01, 5)), "outside_fence")
		a.refused(a.check(p, "in", at(lat+0.0012, 0)), "outside_fence") // 133 metres, and no accuracy to excuse them
		a.done(a.check(p, "in", at(lat, 0)))
		a.Clock.Set(s.EndsAt.Time)
		a.done(a.check(p, "out", at(lat, 0)))
		if n := a.Count("attendances", "signup_id = ? AND attention LIKE '%poor_accuracy%' AND needs_look = ?", g.ID, true); n != 1 {
			a.t.Error("it is not on the attention list")
		}
		if i := a.confirm(a.Staff, s, g.ID); i.WaitsFor == "" {
			a.t.Errorf("%+v", i)
		}
		a.gained(0)
	},
	"joined from elsewhere": func(a *attacker) {
		now := a.Clock.Now()
		s := a.publish(a.Staff, now.Add(2*time.Hour), now.Add(5*time.Hour))
		p, late := a.Volunteer("林晓雯"), a.Volunteer("王明月") // neither signed up, both at home
		a.Clock.Set(s.StartsAt.Time)
		c := a.read(a.Staff, s)
		a.refused(a.check(p, "in", map[string]any{"shift_id": s.ID, "digits": c.Digits, "join": true}), "not_signed_up") // read out on the phone
		read := a.Clock.Now()
		a.Clock.Advance(115 * time.Minute)
		a.refused(a.check(p, "in", map[string]any{"token": c.Token, "read_at": read, "join": true}), "not_signed_up") // a friend's picture, later
		a.Clock.Set(s.EndsAt.Add(time.Minute))
		a.refused(a.check(late, "in", map[string]any{"token": a.read(a.Staff, s).Token, "join": true}), "code_other_kind")
		a.gained(0)
	},
	"a clock turned back": func(a *attacker) {
		now := a.Clock.Now()
		s := a.publish(a.Staff, now.Add(2*time.Hour), now.Add(5*time.Hour))
		p := a.Volunteer("林晓雯")
		g := a.SignUp(p, s.ID)
		a.Clock.Set(s.EndsAt.Add(-30 * time.Minute)) // comes for the last half hour, with a phone that says it has been there from the start
		token := a.read(a.Staff, s)
		in := a.call(a.Staff, "GET", fmt.Sprintf("/shifts/%d/checkin-code?kind=in", s.ID), nil)
		in.Into(a.t, &token)
		a.Clock.Advance(2 * time.Minute)
		a.done(a.check(p, "in", map[string]any{"token": token.Token, "read_at": s.StartsAt.Time}))
		a.Clock.Set(s.EndsAt.Time)
		a.done(a.check(p, "out", map[string]any{"token": a.read(a.Staff, s).Token}))
		if i := a.confirm(a.Second, s, g.ID); i.Minutes != 30 {
			a.t.Errorf("%+v", i)
		}
		a.gained(30)
	},
	"absent, then a saved code": func(a *attacker) {
		now := a.Clock.Now()
		s := a.publish(a.Staff, now.Add(2*time.Hour), now.Add(3*time.Hour))
		p := a.Volunteer("林晓雯")
		g := a.SignUp(p, s.ID)
		a.Clock.Set(s.StartsAt.Time)
		in := a.read(a.Staff, s).Token
		a.Clock.Set(s.EndsAt.Time)
		out := a.read(a.Staff, s).Token
		if i := a.record(a.Staff, s, map[string]any{"signup_id": g.ID, "action": "no_show"}); !i.Done {
			a.t.Errorf("%+v", i)
		}
		a.Clock.Advance(50 * time.Minute)
		a.done(a.check(p, "in", map[string]any{"token": in, "read_at": s.StartsAt.Time}))
		a.done(a.check(p, "out", map[string]any{"token": out, "read_at": s.EndsAt.Time}))
		if n := a.Count("attendances", "signup_id = ? AND needs_look = ? AND attention LIKE '%marked_absent%'", g.ID, true); n != 1 {
			a.t.Error("it is not on the attention list")
		}
		if i := a.confirm(a.Staff, s, g.ID); i.WaitsFor == "" {
			a.t.Errorf("%+v", i)
		}
		a.gained(0)
	},
	"nine digits and a reset": func(a *attacker) {
		now := a.Clock.Now()
		mine, theirs := a.publish(a.Staff, now.Add(20*time.Minute), now.Add(25*time.Minute)), a.publish(a.Staff, now.Add(25*time.Minute), now.Add(2*time.Hour))
		p := a.Volunteer("林晓雯")
		a.SignUp(p, mine.ID)
		guess := func(s activity.Shift, digits string) apptest.Answer {
			return a.check(p, "in", map[string]any{"shift_id": s.ID, "digits": digits})
		}
		wrong := fmt.Sprintf("%06d", (atoi(a.read(a.Staff, theirs).Digits)+1)%1_000_000)
		a.refused(guess(theirs, a.read(a.Staff, theirs).Digits), "not_signed_up") // nothing is learnt where one has no place
		a.SignUp(p, theirs.ID)
		for range 9 {
			a.refused(guess(theirs, wrong), "code_wrong")
		}
		a.done(guess(mine, a.read(a.Staff, mine).Digits))
		a.refused(guess(theirs, wrong), "code_wrong")
		a.refused(guess(theirs, wrong), "too_many_attempts")
		a.gained(0)
	},
}

func atoi(digits string) (n int) {
	_, _ = fmt.Sscanf(digits, "%d", &n)
	return n
}

// desk makes a desk account for somebody else, and signs in as it.
func (a *attacker) desk(by auth.Actor, login string) auth.Actor {
	a.t.Helper()
	a.done(a.call(by, "POST", fmt.Sprintf("/units/%d/staff", a.Station.ID), map[string]any{"name": "贺兰", "login": login, "password": "long words are best", "role": "station_staff"}))
	in, err := a.Identity.LoginPassword(a.t.Context(), login, "long words are best", "")
	apptest.Must(a.t, err)
	a.Exec("UPDATE people SET privacy_version = ? WHERE id = ?", a.Identity.Notice.Version, in.PersonID)
	who, err := a.Identity.Actor(a.t.Context(), in.PersonID, in.SessionID)
	apptest.Must(a.t, err)
	return who
}

// Each row of docs/truth.md is tried, and each attempt has its row.
func TestNobodyMakesHoursOutOfNothing(t *testing.T) {
	page, err := os.ReadFile("../../docs/truth.md")
	apptest.Must(t, err)
	rows := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^\| \*\*(.+?)\*\*`).FindAllStringSubmatch(string(page), -1) {
		rows[m[1]] = true
	}
	for name := range attempts {
		if !rows[name] {
			t.Errorf("docs/truth.md has no row %q", name)
		}
	}
	for name := range rows {
		if attempts[name] == nil {
			t.Errorf("nothing tries %q", name)
		}
	}
	for name, try := range attempts {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
				try(&attacker{Site: s, t: t, admin: s.AdminOf(s.District, "马建军")})
			})
		})
	}
}
