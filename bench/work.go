package main

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"time"

	"yimi/bench/script"
	"yimi/internal/activity"
)

// work is one thing that is measured.
type work struct {
	name    string // of the script and on the command line
	title   string
	writes  bool
	creates string // the table whose new id later statements use, under the name "created"
	like    string // the work whose scripts it shares
	kinds   int    // requests of one item, each a script of its own: NAME, NAME_2
	items   func(ctx context.Context, w *world, n int) ([]item, error)
}

func (k *work) scriptName(n int) string {
	name := cmp.Or(k.like, k.name)
	if n == 0 {
		return name
	}
	return name + "_" + strconv.Itoa(n+1)
}

const farPage = 4_000

var works = []work{
	{name: "signup_spread", title: "sign-ups, over 200 shifts", writes: true, creates: "signups", kinds: 1, items: signups(200)},
	{name: "signup_rush", title: "sign-ups, all for one shift", writes: true, like: "signup_spread", kinds: 1, items: signups(1)},
	{name: "checkin", title: "check-in, then check-out", writes: true, kinds: 2, items: checkins},
	{name: "confirmation", title: "confirmation of attendance", writes: true, creates: "hour_entries", kinds: 1, items: confirmations},
	{name: "approval", title: "approval of a booking", writes: true, kinds: 1, items: approvals},
	{name: "activities_first", title: "activities, first page", kinds: 1, items: activities(func(*world) int64 { return 0 })},
	{name: "activities_far", title: "activities, page 4,000", kinds: 1, items: activities(func(w *world) int64 { return w.far })},
	{name: "my_hours", title: "my hours", kinds: 1, items: reads("/me/hours", (*world).anybody)},
	{name: "campaign", title: "a campaign", kinds: 1, items: reads("/campaigns/1", (*world).anybody)},
	{name: "leaderboard", title: "a leaderboard's first page", kinds: 1, items: reads("/campaigns/1/leaderboard", (*world).anybody)},
	{name: "home", title: "home", kinds: 1, items: reads("/home", (*world).anybody)},
	{name: "workbench", title: "a staff workbench", kinds: 1, items: reads("/workbench", (*world).anyStaff)},
}

func workNamed(name string) work {
	return works[slices.IndexFunc(works, func(k work) bool { return k.name == name })]
}

func (w *world) anybody(n int) caller  { return w.people[n*7919%len(w.people)] }
func (w *world) anyStaff(n int) caller { return w.staff[n%len(w.staff)] }
func (w *world) anyAdmin(n int) caller { return w.admins[n%len(w.admins)] }

func valuesOf(c caller) script.Values {
	return script.Values{"person": text(c.id), "session": text(c.session), "unit": text(c.unit)}
}

// reads gets one path, each time as somebody else.
func reads(path string, who func(*world, int) caller) func(context.Context, *world, int) ([]item, error) {
	return func(_ context.Context, w *world, n int) ([]item, error) {
		out := make([]item, n)
		for i := range out {
			c := who(w, i)
			out[i] = item{{method: "GET", path: path, token: c.token, values: valuesOf(c)}}
		}
		return out, nil
	}
}

const pageSize = 25

// activities gets the page of all activities before one (0: the first page), as a district admin
// reads them: the newest first.
func activities(before func(*world) int64) func(context.Context, *world, int) ([]item, error) {
	return func(ctx context.Context, w *world, n int) ([]item, error) {
		path := "/activities?managed=true&limit=25"
		if id := before(w); id > 0 {
			path += "&cursor=" + base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(id, 36)))
		}
		return reads(path, (*world).anyAdmin)(ctx, w, n)
	}
}

// signups puts people on shifts that have places for all of them, each person once.
func signups(over int) func(context.Context, *world, int) ([]item, error) {
	return func(ctx context.Context, w *world, n int) ([]item, error) {
		n = min(n, len(w.people))
		w.shiftDay += day // nobody has another shift on that day
		starts := w.shiftDay
		shifts, err := w.shifts(ctx, w.staff[:1], over, starts, 150, n, 0)
		if err != nil {
			return nil, err
		}
		out := make([]item, n)
		for i := range out {
			out[i] = w.signup(w.people[i], shifts[i%over])
		}
		return out, nil
	}
}

func (w *world) signup(c caller, s shift) item {
	v := valuesOf(c)
	v["shift"], v["activity"], v["starts"], v["ends"], v["key"] = text(s.id), text(s.activity), text(s.starts), text(s.ends), w.key()
	return item{{method: "POST", path: fmt.Sprintf("/shifts/%d/signups", s.id), body: "{}", token: c.token, key: v["key"], values: v}}
}

const spots = 20

// checkins are people on the spot of twenty shifts of today, who come and go.
func checkins(ctx context.Context, w *world, n int) ([]item, error) {
	n = min(n, len(w.people))
	n -= n % spots
	shifts, err := w.shifts(ctx, w.staff[:1], spots, nowMS()-hour, 120, n/spots, n/spots)
	if err != nil {
		return nil, err
	}
	first, err := w.putOn(ctx, shifts, w.people[:n])
	if err != nil {
		return nil, err
	}
	out := make([]item, n)
	for i := range out {
		s := shifts[i%spots]
		for _, kind := range []activity.Kind{activity.In, activity.Out} {
			token := w.codes.ForShift(&activity.Shift{ID: s.id, Secret: s.secret}, kind, time.Now()).Token
			c := w.people[i]
			v := valuesOf(c)
			v["shift"], v["activity"], v["signup"], v["starts"], v["ends"], v["key"] = text(s.id), text(s.activity), text(first+int64(i)), text(s.starts), text(s.ends), w.key()
			out[i] = append(out[i], request{method: "POST", path: "/checkins", body: fmt.Sprintf(`{"token":%q,"sure":%t}`, token, kind == activity.Out), token: c.token, key: v["key"], values: v})
		}
	}
	return out, nil
}

// putOn gives people places on the shifts by turns; the first has the sign-up of that id, the others the next ones.
func (w *world) putOn(ctx context.Context, shifts []shift, people []caller) (first int64, err error) {
	if err := w.read.QueryRowContext(ctx, "SELECT COALESCE(MAX(id), 0) + 1 FROM signups").Scan(&first); err != nil {
		return 0, err
	}
	list := w.into("signups", "id", "shift_id", "person_id", "unit_id", "activity_id", "starts_at", "ends_at", "state", "live", "reason", "created_at")
	for i, c := range people {
		s := shifts[i%len(shifts)]
		if err := list.add(ctx, first+int64(i), s.id, c.id, s.unit, s.activity, s.starts, s.ends, "confirmed", 1, "", min(s.starts, nowMS())-day); err != nil {
			return 0, err
		}
	}
	return first, list.done(ctx)
}

const pastShifts = 200

// confirmations are volunteers who came and went on two hundred shifts that are over, all stations',
// and whom the station's staff confirm one by one. Nobody of staff had a hand in those shifts.
func confirmations(ctx context.Context, w *world, n int) ([]item, error) {
	people, sequences, err := w.served(ctx, n)
	if err != nil {
		return nil, err
	}
	w.pastDay -= day // nobody is credited with anything on that day
	var shifts []shift
	for _, starts := range []int64{w.pastDay, w.pastDay + 5*hour} { // two times, or they would pass for constants
		places := len(people)/pastShifts + 1
		half, err := w.shifts(ctx, w.staff, pastShifts/2, starts, 120, places, places)
		if err != nil {
			return nil, err
		}
		shifts = append(shifts, half...)
	}
	first, err := w.putOn(ctx, shifts, people)
	if err != nil {
		return nil, err
	}
	came := w.into("attendances", "signup_id", "shift_id", "unit_id", "in_at", "in_method", "out_at", "out_method", "attention", "needs_look")
	out := make([]item, len(people))
	for i := range out {
		s, id, apart := shifts[i%pastShifts], first+int64(i), int64(i/pastShifts)*minute // many within moments would need a look
		if err := came.add(ctx, id, s.id, s.unit, s.starts-apart, "code", s.ends+apart, "code", "", 0); err != nil {
			return nil, err
		}
		out[i] = w.confirmation(s, id, people[i].id, sequences[people[i].id]+1)
	}
	return out, came.done(ctx)
}

// confirmation is the request for one volunteer, whose entry is of that number in the chain.
func (w *world) confirmation(s shift, signup, volunteer, sequence int64) item {
	v := valuesOf(s.staff)
	v["shift"], v["activity"], v["signup"], v["starts"], v["ends"], v["key"] = text(s.id), text(s.activity), text(signup), text(s.starts), text(s.ends), w.key()
	v["volunteer"], v["sequence"], v["stripe"] = text(volunteer), text(sequence), text(volunteer%stripes)
	return item{{method: "POST", path: fmt.Sprintf("/shifts/%d/attendance", s.id), body: fmt.Sprintf(`{"items":[{"signup_id":%d,"action":"confirm"}]}`, signup),
		says: `"state":"attended"`, token: s.staff.token, key: v["key"], values: v}}
}

// approvals are requests that hold a worker's hour and wait for the station's staff.
func approvals(ctx context.Context, w *world, n int) ([]item, error) {
	n = min(n, 4_000)
	var request, booking int64
	if err := w.read.QueryRowContext(ctx, "SELECT (SELECT COALESCE(MAX(id), 0) + 1 FROM requests), (SELECT COALESCE(MAX(id), 0) + 1 FROM bookings)").Scan(&request, &booking); err != nil {
		return nil, err
	}
	requests := w.into("requests", "id", "number", "unit_id", "service_type_id", "person_id", "person_name", "beneficiary_name", "relation", "groups_of", "guardian", "consent", "health_by", "health_way", "state", "is_open",
		"way", "urgency", "urgency_rank", "sealed", "wanted_provider", "wanted_starts_at", "reason", "submitted_at", "respond_by", "state_since", "turns", "rating_comment", "emptied", "created_at")
	bookings := w.into("bookings", "id", "provider_id", "request_id", "service_type_id", "unit_id", "state", "live", "day", "starts_at", "ends_at", "busy_until", "hold_expires_at", "reminded", "created_at")
	cells := w.into("booking_cells", "provider_id", "cell", "booking_id")
	days := w.into("provider_days", "provider_id", "day", "taken")
	out := make([]item, 0, n)
	for i := 0; len(out) < n; i++ {
		if i == len(w.staff) { // everybody of a day has one
			i, w.slot = 0, w.slot+day
		}
		c := w.staff[i]
		for _, provider := range w.providers[c.unit][:min(len(w.providers[c.unit]), 4)] {
			if i%2 == 1 || len(out) == n {
				break
			}
			starts, resident := w.slot+2*hour, w.people[w.asked%len(w.people)]
			w.asked++
			date := time.UnixMilli(starts).UTC().Add(8 * time.Hour).Format(time.DateOnly)
			id, held := request+int64(len(out)), booking+int64(len(out))
			if err := requests.add(ctx, id, "B"+text(id), c.unit, w.service, resident.id, "林国栋", "林国栋", "self", "", false, "", "", "", "submitted", 1, "station", "normal", 2, []byte{},
				provider, starts, "", nowMS(), nowMS()+3*day, nowMS(), 0, "", 0, nowMS()); err != nil {
				return nil, err
			}
			if err := bookings.add(ctx, held, provider, id, w.service, c.unit, "held", 1, date, starts, starts+50*60_000, starts+hour, nowMS()+hour, 0, nowMS()); err != nil {
				return nil, err
			}
			for cell := starts / cellLength; cell < (starts+hour)/cellLength; cell++ {
				if err := cells.add(ctx, provider, cell, held); err != nil {
					return nil, err
				}
			}
			if err := days.add(ctx, provider, date, 1); err != nil {
				return nil, err
			}
			v := valuesOf(c)
			v["request"], v["booking"], v["provider"], v["resident"], v["starts"], v["ends"], v["key"] = text(id), text(held), text(provider), text(resident.id), text(starts), text(starts+50*60_000), w.key()
			v["supervisor"] = text(w.providers[c.unit][0])
			out = append(out, item{{method: "POST", path: fmt.Sprintf("/requests/%d/approve", id), body: "{}", token: c.token, key: v["key"], values: v}})
		}
	}
	w.slot += day
	for _, r := range []*rows{requests, bookings, cells, days} {
		if err := r.done(ctx); err != nil {
			return nil, err
		}
	}
	return out, nil
}
