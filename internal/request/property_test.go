package request_test

import (
	"flag"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/booking"
	"yimi/internal/catalogue"
	"yimi/internal/fault"
	"yimi/internal/request"
)

// Each step below is a transaction on a real database and a check of all of it, so
// fewer runs than rapid's 100; -rapid.checks asks for more.
func TestMain(m *testing.M) {
	_ = flag.Set("rapid.checks", "8")
	_ = flag.Set("rapid.steps", "40")
	flag.Parse()
	os.Exit(m.Run())
}

// machine is three requests of one resident and everybody who can have to do with them.
type machine struct {
	*desk
	ids    []int64
	people []auth.Actor
	done   map[string]int // what went through, to see that the test reaches far
}

// In whatever order things are done, a request's timeline is a way along the table, its state
// is where that ends, and its time is taken just while the state says so.
func TestAnyOrderOfDeeds(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		done := map[string]int{}
		rapid.Check(t, func(r *rapid.T) {
			m := &machine{desk: &desk{Loop: l, t: t}, done: done, people: []auth.Actor{l.Worker, l.Staff, l.Resident, l.Colleague, l.Receiver, l.Admin}}
			m.anew(r)
			steps := map[string]func(*rapid.T){"": m.holds, "time": m.time, "to the booking": m.toTheBooking, "message": m.message, "edit": m.edit,
				"anew": m.anew, "blindly": m.blindly, "blindly again": m.blindly}
			for _, again := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
				steps["offered "+again] = m.offered
			}
			r.Repeat(steps)
		})
		l.Whole(t)
		t.Log(done)
	})
}

func (m *machine) request(r *rapid.T) request.Request { return m.Request(one(r, m.ids)) }

// anew asks for what is over, or was never asked for.
func (m *machine) anew(r *rapid.T) {
	for i, service := range []catalogue.Type{m.Care, m.Talk, m.Class} {
		if i < len(m.ids) && m.Request(m.ids[i]).IsOpen == 1 {
			continue
		}
		d, err := m.Requests.Create(apptest.As(m.Resident), m.Asking(service))
		if err != nil {
			r.Fatal(err)
		}
		m.ids = append(m.ids[:min(i, len(m.ids))], append([]int64{d.ID}, m.ids[min(i+1, len(m.ids)):]...)...)
	}
}

// one draws any of a list alike: rapid itself likes the first ones.
func one[T any](r *rapid.T, list []T) T {
	seed := rapid.Uint64().Draw(r, "seed")
	return list[rand.New(rand.NewPCG(seed, 7)).IntN(len(list))] //nolint:gosec // a test
}

// blindly does anything, by anybody.
func (m *machine) blindly(r *rapid.T) {
	_ = m.do(r, one(r, actions()), one(r, m.people), one(r, m.ids))
}

// offered does something that is offered to somebody; what leads away more seldom.
func (m *machine) offered(r *rapid.T) {
	type move struct {
		who    auth.Actor
		action string
	}
	var may []move
	id, away := one(r, m.ids), one(r, []bool{true, false, false, false, false, false})
	for _, who := range m.people {
		d, err := m.Requests.Get(apptest.As(who), id)
		if err != nil {
			continue
		}
		for _, a := range d.Actions {
			if tries[a] != nil && (away || !slices.Contains([]string{"cancel", "reject", "refer", "hand_back", "return"}, a)) {
				may = append(may, move{who, a})
			}
		}
	}
	if len(may) == 0 {
		r.Skip("nothing to do")
	}
	next := one(r, may)
	press := presses[next.action]
	if press == nil {
		press = tries[next.action]
	}
	err := press(m.desk, apptest.As(next.who), id)
	if err == nil {
		m.done[next.action]++
	} else {
		r.Fatalf("%s of %d was offered to %d, and refused: %v", next.action, id, next.who.PersonID, err)
	}
}

func (m *machine) do(r *rapid.T, action string, who auth.Actor, id int64) error {
	err := tries[action](m.desk, apptest.As(who), id)
	if err == nil {
		m.done[action]++
	}
	m.refusedAtMost(r, err)
	return err
}

func (m *machine) time(r *rapid.T) {
	m.Clock.Advance(time.Duration(rapid.IntRange(1, 40).Draw(r, "minutes")) * time.Minute)
	if err := m.Bookings.Sweep(ctx); err != nil {
		r.Fatal(err)
	}
}

func (m *machine) toTheBooking(r *rapid.T) {
	b := m.BookingOf(m.request(r).ID)
	if b == nil || b.Live == nil || b.StartsAt.Before(m.Clock.Now()) {
		r.Skip("none ahead")
	}
	m.Clock.Set(b.StartsAt.Time)
}

func (m *machine) message(r *rapid.T) {
	_, err := m.Requests.AddMessage(apptest.As(m.Resident), m.request(r).ID, "您好")
	m.refusedAtMost(r, err)
}

func (m *machine) edit(r *rapid.T) {
	_, err := m.Requests.Edit(apptest.As(m.Resident), m.request(r).ID, request.Patch{Slot: &request.SlotWish{ProviderID: m.Worker.PersonID, StartsAt: m.Slot()}})
	m.refusedAtMost(r, err)
}

func (m *machine) refusedAtMost(r *rapid.T, err error) {
	if err != nil && fault.From(err).Kind == fault.Internal {
		r.Fatal(err)
	}
}

// holds checks what must be so after every step.
func (m *machine) holds(r *rapid.T) {
	for _, id := range m.ids {
		is, at := m.Request(id), request.State("")
		for _, line := range m.Timeline(id) {
			if line.FromState != at && line.Action != "create" {
				r.Fatalf("%d: %s from %s after %s", id, line.Action, line.FromState, at)
			}
			if _, ok := tries[line.Action]; !ok && line.Action != "create" {
				r.Fatalf("%d: %s is no action", id, line.Action)
			}
			at = line.ToState
		}
		if is.State != at {
			r.Fatalf("%d: %s, but its timeline ends with %s", id, is.State, at)
		}
		m.timeFits(r, &is)
		open := m.Count("request_visits", "request_id = ? AND under_way = 1", id)
		if open > 1 || open == 1 && is.State != request.InService {
			r.Fatalf("%d: %d visits under way in %s", id, open, is.State)
		}
		needs := is.State == request.Assigned || is.State == request.Scheduled && is.ShiftID == nil
		if needs && is.WorkerID == nil || is.WorkerID != nil && (is.State == request.Submitted || is.State == request.Approved || is.State == request.Referred) {
			r.Fatalf("%d: %s with worker %v", id, is.State, is.WorkerID)
		}
	}
	problems, err := m.Bookings.Verify(ctx)
	if err != nil || len(problems) > 0 {
		r.Fatal(problems, err)
	}
}

// timeFits checks that a booking is live just where the state says that there is a time.
func (m *machine) timeFits(r *rapid.T, is *request.Request) {
	b := m.BookingOf(is.ID)
	live := b != nil && b.Live != nil
	switch is.State {
	case request.Scheduled:
		if is.ShiftID == nil && (!live || b.State != booking.Booked || b.ProviderID != *is.WorkerID && b.StartsAt.After(m.Clock.Now())) {
			r.Fatalf("%d: scheduled with %+v", is.ID, b)
		}
		if is.ShiftID != nil && live {
			r.Fatalf("%d: volunteers, and a booking %+v", is.ID, b)
		}
	case request.InService:
		if live && m.Count("request_visits", "booking_id = ?", b.ID) == 0 {
			r.Fatalf("%d: in service with a time ahead: %+v", is.ID, b)
		}
	case request.Submitted:
		if live && b.State != booking.Held {
			r.Fatalf("%d: submitted and %s", is.ID, b.State)
		}
	default:
		if live {
			r.Fatalf("%d: %s with %+v", is.ID, is.State, b)
		}
	}
	if is.ShiftID != nil {
		open := m.Count("shifts", "id = ? AND state = 'open'", *is.ShiftID)
		if over := is.State == request.Cancelled || is.State == request.Assigned; over && open != 0 && m.FindShift(*is.ShiftID).StartsAt.After(m.Clock.Now()) {
			r.Fatalf("%d: %s, and its shift is open", is.ID, is.State)
		}
	} else if n := m.Count("shifts", "state = 'open' AND starts_at > ? AND id NOT IN (SELECT shift_id FROM requests WHERE shift_id IS NOT NULL)", m.Clock.Now().UnixMilli()); n != 0 {
		r.Fatalf("%d shifts stand that no request has", n)
	}
}
