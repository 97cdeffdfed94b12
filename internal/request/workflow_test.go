package request_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/booking"
	"yimi/internal/fault"
	"yimi/internal/request"
	"yimi/internal/store"
	"yimi/internal/workflow"
)

var ctx = context.Background()

// role is somebody who tries everything.
type role struct {
	name  string
	actor auth.Actor
	who   []workflow.Who // as whom the table knows them
	sees  bool           // may know of the request
}

// desk tries moves of requests.
type desk struct {
	*apptest.Loop
	t    *testing.T
	kept map[string]*request.Request // what refused moves are tried on, again and again
}

// tries does every action of the table through the service.
var tries = map[string]func(d *desk, ctx context.Context, id int64) error{
	"submit":  func(d *desk, ctx context.Context, id int64) error { return just(d.Requests.Submit(ctx, id)) },
	"approve": func(d *desk, ctx context.Context, id int64) error { return just(d.Requests.Approve(ctx, id, 0)) },
	"reject": func(d *desk, ctx context.Context, id int64) error {
		return just(d.Requests.Reject(ctx, id, "不在范围"))
	},
	"return": func(d *desk, ctx context.Context, id int64) error {
		return just(d.Requests.Return(ctx, id, "请补充"))
	},
	"refer": func(d *desk, ctx context.Context, id int64) error {
		to := d.Third.ID
		if d.Request(id).UnitID == to { // received there before: on to another
			to = d.Other.ID
		}
		return just(d.Requests.Refer(ctx, id, request.ReferTo{UnitID: to, Reason: "那边近", Consent: "电话同意"}))
	},
	"receive": func(d *desk, ctx context.Context, id int64) error { return just(d.Requests.Receive(ctx, id)) },
	"send_back": func(d *desk, ctx context.Context, id int64) error {
		return just(d.Requests.SendBack(ctx, id, "不归我们"))
	},
	"assign": func(d *desk, ctx context.Context, id int64) error {
		return just(d.Requests.Assign(ctx, id, d.Colleague.PersonID))
	},
	"accept": func(d *desk, ctx context.Context, id int64) error { return just(d.Requests.Accept(ctx, id)) },
	"hand_back": func(d *desk, ctx context.Context, id int64) error {
		return just(d.Requests.HandBack(ctx, id, "忙不过来"))
	},
	"hand_over": func(d *desk, ctx context.Context, id int64) error {
		out, err := d.Requests.HandOver(ctx, d.Worker.PersonID, d.Colleague.PersonID, []int64{id}, "休假")
		apptest.Must(d.t, err)
		return out[0].Err
	},
	"schedule":    (*desk).setTime,
	"reschedule":  (*desk).setTime,
	"offer_times": func(d *desk, ctx context.Context, id int64) error { return just(d.Requests.OfferTimes(ctx, id)) },
	"volunteers": func(d *desk, ctx context.Context, id int64) error {
		at := d.Clock.Now().Add(48 * time.Hour)
		return just(d.Requests.OpenShift(ctx, id, request.VolunteerShift{CampaignID: d.Campaign, Title: "陪老人聊天", PlaceName: "社工站", StartsAt: at, EndsAt: at.Add(time.Hour), Capacity: 2}))
	},
	"start": func(d *desk, ctx context.Context, id int64) error { return just(d.Requests.Start(ctx, id, "")) },
	"finish": func(d *desk, ctx context.Context, id int64) error {
		return just(d.Requests.Finish(ctx, id, request.Record{Done: "聊了", Sure: true}))
	},
	"complete": func(d *desk, ctx context.Context, id int64) error {
		return just(d.Requests.Complete(ctx, id, request.Record{Done: "办好了", Sure: true}))
	},
	"no_show": func(d *desk, ctx context.Context, id int64) error {
		return just(d.Requests.NoShow(ctx, id, "没人开门"))
	},
	"reopen": func(d *desk, ctx context.Context, id int64) error {
		return just(d.Requests.Reopen(ctx, id, "还要再去"))
	},
	"close": func(d *desk, ctx context.Context, id int64) error { return just(d.Requests.Close(ctx, id, "")) },
	"cancel": func(d *desk, ctx context.Context, id int64) error {
		return just(d.Requests.Cancel(ctx, id, "不用了"))
	},
	"rate": func(d *desk, ctx context.Context, id int64) error { return just(d.Requests.Rate(ctx, id, 4, "好")) },
	"follow_up": func(d *desk, ctx context.Context, id int64) error {
		return just(d.Requests.FollowUp(ctx, id, "已致歉"))
	},
}

func just(_ *request.Detail, err error) error { return err }

func (d *desk) setTime(ctx context.Context, id int64) error {
	return just(d.Requests.Reschedule(ctx, id, request.Time{StartsAt: d.Slot()}))
}

// does tells whether trying the action in the state does that: one operation sets the time, as the
// one action or as the other.
func (d *desk) does(state request.State, action string) bool {
	sets := state == request.Assigned || state == request.InService
	return action != "schedule" && action != "reschedule" || sets == (action == "schedule")
}

// put makes a request in the state, ready for the action. Whatever the state, it has a worker
// and a unit that it was referred to, so that these can try what they may not.
func (d *desk) put(state request.State, action string, filed bool) *request.Request {
	d.t.Helper()
	r := d.Put(state, func(r *request.Request) {
		r.WorkerID, r.ReferredTo = &d.Worker.PersonID, &d.Other.ID
		if filed {
			r.PersonID, r.FiledBy = nil, &d.Staff.PersonID
		}
		d.suits(r, action)
	})
	d.ready(r, action)
	return r
}

// suits makes the row one that the action can be done to.
func (d *desk) suits(r *request.Request, action string) {
	if action == "follow_up" {
		low, one := 1, int64(1)
		r.Rating, r.FollowUp = &low, &one
	}
	if (action == "reschedule" || action == "offer_times") && r.State == request.Submitted {
		r.ServiceTypeID, r.WantedProvider = d.Talk.ID, &d.Worker.PersonID
	}
}

// ready gives a request what the action needs beside the state.
func (d *desk) ready(r *request.Request, action string) {
	d.t.Helper()
	switch state := r.State; {
	case action == "finish" && state == request.InService:
		d.PutVisit(r)
	case (action == "reschedule" || action == "offer_times") && state == request.Submitted:
		apptest.Must(d.t, d.Tx(func(tx *store.Tx) error {
			_, err := d.Bookings.Hold(tx, &d.Talk, booking.Wish{RequestID: r.ID, UnitID: r.UnitID, ProviderID: d.Worker.PersonID, StartsAt: d.Slot(), AnyTime: true})
			return err
		}))
	case action == "no_show" && state == request.Scheduled:
		d.Clock.Set(d.BookingOf(r.ID).StartsAt.Time)
	}
}

// trace is all that a refused move must leave as it was.
func (d *desk) trace(id int64) string {
	d.t.Helper()
	of := func(table string) string { return "(SELECT COUNT(*) FROM " + table + ") AS n_" + table }
	var row map[string]any
	apptest.Must(d.t, d.Store.Read(ctx).Raw(`SELECT state, is_open, unit_id, worker_id, accepted_at, shift_id, referred_to, reason,
		wanted_provider, wanted_starts_at, submitted_at, respond_by, responded_at, state_since, turns, rating, rating_comment, rated_at, follow_up,
		(SELECT COALESCE(SUM(live), 0) FROM bookings) AS live, (SELECT COALESCE(SUM(starts_at), 0) FROM bookings) AS times,
		(SELECT COALESCE(SUM(taken), 0) FROM provider_days) AS days, (SELECT COALESCE(SUM(under_way), 0) FROM request_visits) AS under_way,
		(SELECT COUNT(*) FROM request_looks WHERE what <> 'details') AS looks,`+
		of("request_timeline")+","+of("bookings")+","+of("booking_cells")+","+of("request_visits")+","+of("notices")+","+of("request_notes")+","+
		of("request_referrals")+","+of("activities")+","+of("shifts")+" FROM requests WHERE id = ?", id).Scan(&row).Error)
	return fmt.Sprint(row)
}

// allowed finds the line of the table and as whom it is done, if there is one.
func (who role) allowed(from request.State, action string) (to request.State, as workflow.Who, ok bool) {
	for _, m := range request.Moves {
		for _, as := range who.who {
			if m.From == from && m.Action == action && slices.Contains(m.Who, as) {
				return m.To, as, true
			}
		}
	}
	return "", "", false
}

// everMay tells whether somebody may do the action in any state at all.
func (who role) everMay(action string) bool {
	return slices.ContainsFunc(request.States, func(from request.State) bool {
		_, _, ok := who.allowed(from, action)
		return ok
	})
}

// actions lists what somebody can ask for; a case is unassigned by the end of a role alone (TestARoleThatEnds…).
func actions() (out []string) {
	for _, m := range request.Moves {
		if m.Action != "unassign" && !slices.Contains(out, m.Action) {
			out = append(out, m.Action)
		}
	}
	return out
}

// Every state, with everything that anybody can ask of a request in it (rule 5).
func TestRequestsMoveOnlyAlongTheirTable(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		d := &desk{Loop: l, t: t, kept: map[string]*request.Request{}}
		roles := []role{
			{"who asked", l.Resident, []workflow.Who{workflow.ByResident}, true},
			{"the worker", l.Worker, []workflow.Who{workflow.ByWorker}, true},
			{"staff", l.Staff, []workflow.Who{workflow.ByStaff}, true},
			{"staff above", l.Admin, []workflow.Who{workflow.ByStaff, workflow.ByReceiver}, true},
			{"receiving staff", l.Receiver, []workflow.Who{workflow.ByReceiver}, true},
			{"the supervisor", l.Supervisor, nil, true},
			{"staff elsewhere", l.Far, nil, false},
			{"staff below", l.Below, nil, false},
			{"another worker", l.Colleague, nil, false},
			{"another resident", l.Neighbour, nil, false},
		}
		for _, action := range actions() {
			if tries[action] == nil {
				t.Errorf("nothing here tries %q", action)
				continue
			}
			for _, state := range request.States {
				if !d.does(state, action) {
					continue
				}
				for _, who := range roles {
					if state == request.Draft { // its writer's alone
						who.sees = who.name == "who asked"
					}
					d.check(state, action, who, false)
				}
			}
			d.check(request.Draft, action, role{"staff who filed it", l.Staff, []workflow.Who{workflow.ByStaff}, true}, true)
			d.check(request.Draft, action, role{"staff who did not", l.Second, []workflow.Who{workflow.ByStaff}, false}, true)
		}
		l.Whole(t)
	})
}

func (d *desk) check(state request.State, action string, who role, filed bool) {
	d.t.Helper()
	to, as, ok := who.allowed(state, action)
	if !ok || !who.sees {
		d.refused(state, action, who, filed)
		return
	}
	r := d.put(state, action, filed)
	before := len(d.Timeline(r.ID))
	if err := tries[action](d, apptest.As(who.actor), r.ID); err != nil {
		d.t.Errorf("%s by %s from %s: %v", action, who.name, state, err)
		return
	}
	lines := d.Timeline(r.ID)
	if len(lines) != before+1 {
		d.t.Errorf("%s by %s from %s wrote %d lines in the timeline", action, who.name, state, len(lines)-before)
		return
	}
	names := map[workflow.Who]string{workflow.ByResident: "resident", workflow.ByWorker: "worker", workflow.ByStaff: "staff", workflow.ByReceiver: "staff"}
	line, now := lines[before], d.Request(r.ID)
	if now.State != to || line.Action != action || line.FromState != state || line.ToState != to || line.ActorID != who.actor.PersonID ||
		line.ActorRole != names[as] || !line.At.Equal(d.Clock.Now()) {
		d.t.Errorf("%s by %s from %s: now %s, want %s; the line is %+v", action, who.name, state, now.State, to, line)
	}
	if over := strings.Contains("rejected closed cancelled", string(to)); over != (now.IsOpen == 0) {
		d.t.Errorf("%s from %s: open %d in %s", action, state, now.IsOpen, to)
	}
	if to != state && !now.StateSince.Equal(d.Clock.Now()) {
		d.t.Errorf("%s from %s: in %s since %s", action, state, to, now.StateSince)
	}
}

// refused tries what must not be done on a request kept for it.
func (d *desk) refused(state request.State, action string, who role, filed bool) {
	d.t.Helper()
	key := fmt.Sprint(state, filed)
	if action == "finish" || action == "follow_up" || action == "reschedule" || action == "no_show" {
		key += action
	}
	if d.kept[key] == nil {
		d.kept[key] = d.put(state, action, filed)
	}
	r := d.kept[key]
	before := d.trace(r.ID)
	err := tries[action](d, apptest.As(who.actor), r.ID)
	kind, code := fault.Forbidden, "forbidden"
	switch {
	case !who.sees:
		kind, code = fault.NotFound, "not_found"
	case who.everMay(action):
		kind, code = fault.Conflict, "bad_transition"
	}
	if f := fault.From(err); err == nil || f.Kind != kind || f.Code != code {
		d.t.Errorf("%s by %s from %s: %v, want %s", action, who.name, state, err, code)
	}
	if after := d.trace(r.ID); after != before {
		d.t.Errorf("%s by %s from %s: %v, but\n%s became\n%s", action, who.name, state, err, before, after)
		delete(d.kept, key)
	}
}

// What the program itself does: an instant booking goes to scheduled when it is submitted, any
// other when it is approved; nothing else moves a request, not even time.
func TestWhatTheSystemMoves(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		path := func(id int64) (out []string) {
			for _, line := range l.Timeline(id) {
				out = append(out, fmt.Sprintf("%s %s %s by %d", line.ActorRole, line.Action, line.ToState, line.ActorID))
			}
			return out
		}
		wants := func(id int64, want ...string) {
			t.Helper()
			if got := path(id); !slices.Equal(got, want) {
				t.Errorf("%q\nwant %q", got, want)
			}
		}
		me, staff := l.Resident.PersonID, l.Staff.PersonID
		asked := []string{fmt.Sprintf("resident create draft by %d", me), fmt.Sprintf("resident submit submitted by %d", me)}

		instant := l.Ask(l.Resident, l.Asking(l.Class))
		wants(instant.ID, append(slices.Clone(asked), "system approve approved by 0", "system assign assigned by 0", "system schedule scheduled by 0")...)

		booked := l.Ask(l.Resident, l.Asking(l.Talk))
		wants(booked.ID, asked...)
		_, err := l.Requests.Approve(apptest.As(l.Staff), booked.ID, 0)
		apptest.Must(t, err)
		wants(booked.ID, append(slices.Clone(asked), fmt.Sprintf("staff approve approved by %d", staff), "system assign assigned by 0", "system schedule scheduled by 0")...)
		if r := l.Request(booked.ID); r.WorkerID == nil || *r.WorkerID != l.Worker.PersonID || r.AcceptedAt == nil {
			t.Errorf("%+v", r)
		}

		held := l.Ask(l.Resident, l.Asking(l.Talk))
		var all []*request.Request
		for _, state := range request.States {
			all = append(all, l.Put(state))
		}
		l.Clock.Advance(100 * 24 * time.Hour)
		apptest.Must(t, l.Bookings.Sweep(ctx))
		apptest.Must(t, l.Activities.Sweep(ctx))
		for _, r := range all {
			if now := l.Request(r.ID); now.State != r.State || len(l.Timeline(r.ID)) != 0 {
				t.Errorf("%s became %s by time alone", r.State, now.State)
			}
		}
		if b := l.BookingOf(held.ID); l.Request(held.ID).State != request.Submitted || b.State != booking.Lapsed {
			t.Errorf("the hold is %s", b.State)
		}
		l.Whole(t)
	})
}
