package city

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"yimi/internal/catalogue"
	"yimi/internal/identity"
	"yimi/internal/request"
	"yimi/internal/store"
)

// asking writes requests and all that hangs on them.
type asking struct {
	c     *city
	taken map[providerDay]int // bookings of a provider's day

	requests, timeline, bookings, cells, visits, consents, notices *store.Rows
	asked                                                          map[int64]bool // people with the consent that requests need
}

type providerDay struct {
	provider int64
	day      string
}

// dealt is a request on its way into the tables.
type dealt struct {
	id, person, unit, worker int64
	station                  int
	number                   string
	service                  catalogue.Type
	state                    request.State
	urgency                  int
	submitted, since         time.Time
	start                    time.Time // of the booking
	booking                  string    // its state; "" for none
}

// states are where requests stand, by how many in a hundred.
var states = []struct {
	state request.State
	share int
}{{request.Closed, 70}, {request.Cancelled, 6}, {request.Rejected, 3}, {request.Submitted, 7}, {request.Approved, 2}, {request.Assigned, 4},
	{request.Scheduled, 5}, {request.InService, 1}, {request.Completed, 2}}

func (c *city) makeRequests() error {
	a := &asking{c: c, taken: map[providerDay]int{}, asked: map[int64]bool{}}
	a.requests = c.b.Into("requests", "id", "number", "unit_id", "service_type_id", "person_id", "person_name", "beneficiary_name", "relation", "groups_of", "guardian",
		"consent", "health_by", "health_way", "state", "is_open", "way", "urgency", "urgency_rank", "sealed", "wanted_provider", "wanted_starts_at", "reason", "worker_id", "accepted_at", "submitted_at",
		"respond_by", "responded_at", "state_since", "turns", "rating", "rating_comment", "rated_at", "emptied", "created_at", "person_key", "beneficiary_key")
	a.timeline = c.b.Into("request_timeline", "request_id", "action", "from_state", "to_state", "actor_id", "actor_role", "said", "at")
	a.bookings = c.b.Into("bookings", "id", "provider_id", "request_id", "service_type_id", "unit_id", "state", "live", "day", "starts_at", "ends_at", "busy_until", "reminded", "created_at")
	a.cells = c.b.Into("booking_cells", "provider_id", "cell", "booking_id")
	a.visits = c.b.Into("request_visits", "ref", "request_id", "unit_id", "worker_id", "started_at", "ended_at", "minutes", "person_times", "place", "sealed")
	a.consents = c.b.Into("consents", "person_id", "kind", "version", "given", "by_person_id", "by_role", "at")
	a.notices = c.b.Into("notices", "person_id", "kind", "event", "title", "body", "subject", "subject_id", "read_at", "created_at", "template", "words", "delivery", "lease", "attempts", "fault")
	for i := range c.size.requests {
		if err := a.one(i); err != nil {
			return err
		}
	}
	return a.writeDays()
}

func (a *asking) one(i int) error {
	d := a.deal(i)
	for _, write := range []func(*dealt) error{a.writeConsent, a.writeRequest, a.writeTimeline, a.writeBooking, a.writeVisit, a.writeNotice} {
		if err := write(d); err != nil {
			return err
		}
	}
	return nil
}

// deal decides who asks for what, where it stands, and when.
func (a *asking) deal(i int) *dealt {
	c := a.c
	d := &dealt{id: c.first.request, state: a.state(), service: pick(c.rng, c.services), urgency: 2 - c.rng.IntN(20)/16}
	c.first.request++
	d.station = c.rng.IntN(stations)
	d.unit = c.places[d.station].id
	d.person = c.first.person + int64(hands()+c.rng.IntN(c.people-hands()))
	d.worker = c.workerOf(d.station, c.rng.IntN(workersEach))
	back := time.Duration(2+c.rng.IntN(20*24)) * time.Hour
	switch d.state {
	case request.Closed, request.Cancelled, request.Rejected:
		back = time.Duration(30*24+c.rng.IntN((historyDays-31)*24)) * time.Hour
	case request.Submitted:
		back = time.Duration(1+c.rng.IntN(5*24)) * time.Hour
	}
	d.submitted = c.now.Add(-back)
	d.since = d.submitted.Add(back / 3)
	if d.state == request.Submitted {
		d.since = d.submitted
	}
	d.number = fmt.Sprintf("%s-%06d", d.submitted.In(store.Shanghai).Format("20060102"), i%1_000_000)
	a.book(d)
	return d
}

func (a *asking) state() request.State {
	n := a.c.rng.IntN(100)
	for _, s := range states {
		if n -= s.share; n < 0 {
			return s.state
		}
	}
	return request.Closed
}

// book finds the worker an hour: for what is over soon after it was asked for, for what is
// agreed in the weeks to come. A worker has six hours a day.
func (a *asking) book(d *dealt) {
	c := a.c
	from, within := d.submitted.AddDate(0, 0, 1), 10
	switch d.state {
	case request.Closed, request.Completed:
		d.booking = "done"
		if d.state == request.Completed {
			from, within = d.since, 1
		}
	case request.Scheduled:
		d.booking, from, within = "booked", c.now.AddDate(0, 0, 1), 24
	default:
		return
	}
	for range 40 {
		day := from.In(store.Shanghai).AddDate(0, 0, c.rng.IntN(within))
		key := providerDay{d.worker, day.Format(time.DateOnly)}
		if day.Weekday() == time.Sunday || a.taken[key] == len(hoursOfDay) {
			continue
		}
		y, m, dd := day.Date()
		d.start = time.Date(y, m, dd, hoursOfDay[a.taken[key]], 0, 0, 0, store.Shanghai)
		if d.booking == "done" && d.start.After(c.now.Add(-2*time.Hour)) {
			continue
		}
		a.taken[key]++
		return
	}
	d.booking = ""
	if d.state == request.Scheduled {
		d.state = request.Assigned
	}
}

var hoursOfDay = []int{9, 10, 11, 14, 15, 16}

func (a *asking) writeConsent(d *dealt) error {
	if a.asked[d.person] {
		return nil
	}
	a.asked[d.person] = true
	return a.consents.Add(d.person, identity.Sensitive, a.c.Notice.VersionOf(identity.Sensitive), true, d.person, identity.BySelf, ms(d.submitted))
}

func (a *asking) writeRequest(d *dealt) error {
	c := a.c
	text, err := json.Marshal(map[string]any{"words": pick(c.rng, asks), "answers": []any{}, "phone": fmt.Sprintf("17%09d", d.person), "address": c.places[d.station].name + " 3 号楼"})
	if err != nil {
		return err
	}
	open := 1
	if slices.Contains([]request.State{request.Closed, request.Cancelled, request.Rejected}, d.state) {
		open = 0
	}
	var worker, responded, rating, rated, reason any = nil, nil, nil, nil, ""
	if slices.Contains(withWorker, d.state) {
		worker = d.worker
	}
	if d.state != request.Submitted {
		responded = ms(d.submitted.Add(5 * time.Hour))
	}
	if d.state == request.Closed && c.rng.IntN(2) == 0 {
		rating, rated = 3+c.rng.IntN(3), ms(d.since)
	}
	if d.state == request.Rejected || d.state == request.Cancelled {
		reason = "已经有人帮忙了"
	}
	name := c.name()
	way := d.service.WayWords()[0]
	return a.requests.Add(d.id, d.number, d.unit, d.service.ID, d.person, name, name, request.Self, "", false, "", "", "", d.state, open, way, catalogue.Urgencies[d.urgency], d.urgency,
		c.Box.Seal("requests/"+d.number, text), nil, nil, reason, worker, worker2(worker, d.since), ms(d.submitted), ms(d.submitted.Add(72*time.Hour)), responded, ms(d.since), 0,
		rating, "", rated, 0, ms(d.submitted), request.NameKey(name), request.NameKey(name))
}

var withWorker = []request.State{request.Closed, request.Assigned, request.Scheduled, request.InService, request.Completed}

// worker2 is when the worker accepted the case.
func worker2(worker any, when time.Time) any {
	if worker == nil {
		return nil
	}
	return ms(when)
}

// paths are the steps from submitted to a state.
var paths = map[request.State][]struct {
	action string
	to     request.State
	role   string
}{}

func init() { //nolint:gochecknoinits // one path grows out of another
	type step = struct {
		action string
		to     request.State
		role   string
	}
	approved := []step{{"approve", request.Approved, "staff"}}
	assigned := append(slices.Clone(approved), step{"assign", request.Assigned, "staff"})
	scheduled := append(slices.Clone(assigned), step{"schedule", request.Scheduled, "worker"})
	inService := append(slices.Clone(scheduled), step{"start", request.InService, "worker"})
	completed := append(slices.Clone(inService), step{"complete", request.Completed, "worker"})
	paths[request.Approved], paths[request.Assigned], paths[request.Scheduled] = approved, assigned, scheduled
	paths[request.InService], paths[request.Completed] = inService, completed
	paths[request.Closed] = append(slices.Clone(completed), step{"close", request.Closed, "staff"})
	paths[request.Rejected] = []step{{"reject", request.Rejected, "staff"}}
	paths[request.Cancelled] = []step{{"cancel", request.Cancelled, "resident"}}
}

func (a *asking) writeTimeline(d *dealt) error {
	from, when := request.Submitted, d.submitted
	if err := a.timeline.Add(d.id, "submit", request.Draft, from, d.person, "resident", "", ms(when)); err != nil {
		return err
	}
	steps := paths[d.state]
	for _, s := range steps {
		when = when.Add(d.since.Sub(d.submitted) / time.Duration(len(steps)))
		actor := map[string]int64{"staff": a.c.staffOf(d.station, 0), "worker": d.worker, "resident": d.person}[s.role]
		if err := a.timeline.Add(d.id, s.action, from, s.to, actor, s.role, "", ms(when)); err != nil {
			return err
		}
		from = s.to
	}
	return nil
}

const grain = 5 * 60_000 // milliseconds of a cell: booking.Grain

func (a *asking) writeBooking(d *dealt) error {
	if d.booking == "" {
		return nil
	}
	c := a.c
	id := c.first.booking
	c.first.booking++
	ends := d.start.Add(time.Duration(d.service.LengthMinutes) * time.Minute)
	busy := ends.Add(time.Duration(d.service.BufferMinutes) * time.Minute)
	var live any
	if d.booking == "booked" {
		live = 1
		for cell := ms(d.start) / grain; cell*grain < ms(busy); cell++ {
			if err := a.cells.Add(d.worker, cell, id); err != nil {
				return err
			}
		}
	}
	return a.bookings.Add(id, d.worker, d.id, d.service.ID, d.unit, d.booking, live, d.start.Format(time.DateOnly), ms(d.start), ms(ends), ms(busy), 0, ms(d.submitted))
}

func (a *asking) writeVisit(d *dealt) error {
	if d.booking != "done" {
		return nil
	}
	ref := fmt.Sprintf("city-%d", d.id)
	minutes := 30 + a.c.rng.IntN(31)
	return a.visits.Add(ref, d.id, d.unit, d.worker, ms(d.start), ms(d.start)+int64(minutes)*60_000, minutes, 1, "家中", a.c.Box.Seal("visits/"+ref, []byte("聊了近况，量了血压。")))
}

func (a *asking) writeNotice(d *dealt) error {
	if d.state == request.Submitted || d.since.Before(a.c.now.AddDate(0, 0, -330)) {
		return nil
	}
	var read any
	if d.state == request.Closed {
		read = ms(d.since) + 3_600_000
	}
	return a.notices.Add(d.person, "request_approved", fmt.Sprintf("request:%d:approve", d.id), "申请有了答复", "您申请的“"+d.service.Name+"”有了答复，点开看看", "request", d.id, read, ms(d.since), "", "", "", "", 0, "")
}

// writeDays counts the bookings of each provider's day.
func (a *asking) writeDays() error {
	rows := a.c.b.Into("provider_days", "provider_id", "day", "taken")
	keys := make([]providerDay, 0, len(a.taken))
	for k := range a.taken {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(x, y providerDay) int {
		if x.provider != y.provider {
			return int(x.provider - y.provider)
		}
		if x.day < y.day {
			return -1
		}
		return 1
	})
	for _, k := range keys {
		if err := rows.Add(k.provider, k.day, a.taken[k]); err != nil {
			return err
		}
	}
	return nil
}
