package app_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/booking"
	"yimi/internal/catalogue"
	"yimi/internal/request"
)

// friday is the first slot of the day after a World begins.
var friday = apptest.Clocked("2026-03-06 09:00")

// askAll has everybody ask for a slot at once.
func askAll(t *testing.T, s *apptest.Site, people []auth.Actor, service *catalogue.Type, provider auth.Actor, starts func(i int) time.Time) []apptest.Answer {
	t.Helper()
	return apptest.All(people, func(i int, p auth.Actor) apptest.Answer {
		return s.Call(t, p, "POST", "/requests", apptest.SlotBody(service, provider, starts(i)), "Idempotency-Key", fmt.Sprintf("ask-%08d-%d", i, service.ID))
	})
}

// offersOthers fails the test unless the refusal offers free times, and not the one taken.
func offersOthers(t *testing.T, a apptest.Answer, taken time.Time) {
	t.Helper()
	var p struct {
		NextFree []struct {
			ProviderID int64     `json:"provider_id"`
			StartsAt   time.Time `json:"starts_at"`
			State      string
		} `json:"next_free"`
	}
	if err := json.Unmarshal(a.Body, &p); err != nil || len(p.NextFree) == 0 {
		t.Errorf("no free times: %s (%v)", a.Body, err)
	}
	for _, o := range p.NextFree {
		if o.StartsAt.Equal(taken) || o.State != "free" || o.ProviderID == 0 {
			t.Errorf("offers what is taken: %s", a.Body)
		}
	}
}

// onlyOne fails the test unless one answer of all is a request in the state, and every other
// a refusal for want of the slot that offers other times; it gives the one's id.
func onlyOne(t *testing.T, answers []apptest.Answer, status int, state string, taken time.Time) (id int64) {
	t.Helper()
	won := 0
	for _, a := range answers {
		var r struct {
			ID    int64
			State string
		}
		switch {
		case a.Status == status:
			won++
			if err := json.Unmarshal(a.Body, &r); err != nil || r.State != state {
				t.Errorf("%s, want %s (%v)", r.State, state, err)
			}
			id = r.ID
		case a.Status == 409 && (a.Problem.Code == "slot_taken" || a.Problem.Code == "slot_unavailable"):
			offersOthers(t, a, taken)
		default:
			t.Errorf("%d %s", a.Status, a.Body)
		}
	}
	if won != 1 {
		t.Errorf("%d have it: %v", won, apptest.Tally(answers))
	}
	return id
}

// Fifty residents at once for one slot (the issue's own figures): one holds it, and where no
// approval is needed one has it.
func TestFiftyForOneSlot(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		held, instant := s.Bookable("心理疏导"), s.Bookable("兴趣发展", apptest.Instantly)
		provider := s.Provider(s.Station, "周文静", held, instant)
		people := s.Crowd(50)
		for service, want := range map[*catalogue.Type]struct {
			state   string
			booking booking.State
			at      time.Time
		}{held: {"submitted", booking.Held, friday}, instant: {"scheduled", booking.Booked, friday.Add(time.Hour)}} {
			began := time.Now()
			answers := askAll(t, s, people, service, provider, func(int) time.Time { return want.at })
			t.Log("50 asks in", time.Since(began))
			id := onlyOne(t, answers, 201, want.state, want.at)
			if b := s.BookingOf(id); b == nil || b.State != want.booking || !b.StartsAt.Equal(want.at) {
				t.Errorf("%+v", b)
			}
			if n := s.Count("requests", "service_type_id = ?", service.ID); n != 1 {
				t.Errorf("%d requests, of those refused none is kept", n)
			}
		}
		if n := s.Count("bookings", "1 = 1"); n != 2 || s.Count("booking_cells", "1 = 1") != 24 {
			t.Errorf("%d bookings", n)
		}
		s.Settled(t)
		s.Whole(t)
	})
}

// A day's cap holds when many ask at once, each for a slot of their own.
func TestManyAtOnceUpToTheDailyCap(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		service := s.Bookable("心理疏导", func(c *catalogue.Type) { c.LengthMinutes, c.BufferMinutes = 10, 0 })
		provider := s.Provider(s.Station, "周文静", service)
		three := 3
		_, err := s.Bookings.ChangeProvider(apptest.As(s.Staff), provider.PersonID, booking.ProviderChange{DailyCap: &three})
		apptest.Must(t, err)
		tally := apptest.Tally(askAll(t, s, s.Crowd(18), service, provider, func(i int) time.Time { return friday.Add(time.Duration(i) * 10 * time.Minute) }))
		if tally["201 "] != 3 || tally["409 slot_taken"] != 15 || s.Count("bookings", "live = 1") != 3 {
			t.Error(tally)
		}
		s.Settled(t)
	})
}

// lapsedTwice makes two submitted requests whose holds of the slot have both run out; the
// second may still be there to be swept.
func lapsedTwice(t *testing.T, s *apptest.Site, service *catalogue.Type, provider auth.Actor, starts time.Time, swept bool) [2]int64 {
	t.Helper()
	var ids [2]int64
	for i, p := range s.People("林晓雯", "王明月") {
		ids[i] = s.Reserve(p, service, provider, starts).ID
		s.Clock.Advance(16 * time.Minute)
		s.Exec("UPDATE bookings SET hold_expires_at = ? WHERE request_id = ?", s.Clock.Now().UnixMilli(), ids[i])
		if swept {
			apptest.Must(t, s.Bookings.Sweep(t.Context()))
		}
	}
	return ids
}

// Fifty approvals at once of two requests for one slot: one of the two is scheduled, and
// the other stays as it was. Their holds have both run out, or the one's did and the other
// took the slot.
func TestFiftyApprovalsOfTwoForOneSlot(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		service := s.Bookable("心理疏导")
		provider := s.Provider(s.Station, "周文静", service)
		for name, c := range map[string]struct {
			starts time.Time
			ids    func(starts time.Time) [2]int64
		}{
			"both lapsed": {friday, func(at time.Time) [2]int64 { return lapsedTwice(t, s, service, provider, at, true) }},
			"one lapsed and taken": {friday.Add(time.Hour), func(at time.Time) [2]int64 {
				return lapsedTwice(t, s, service, provider, at, false)
			}},
		} {
			ids := c.ids(c.starts)
			fifty := make([]auth.Actor, 50)
			answers := apptest.All(fifty, func(i int, _ auth.Actor) apptest.Answer {
				return s.Call(t, []auth.Actor{s.Staff, s.Second}[i/2%2], "POST", fmt.Sprintf("/requests/%d/approve", ids[i%2]), nil,
					"Idempotency-Key", fmt.Sprintf("approve-%08d-%d", i, ids[0]))
			})
			winner := 0
			for i, a := range answers {
				if a.Status == 200 {
					winner = i % 2
				}
			}
			for i, a := range answers {
				switch {
				case a.Status == 200:
				case i%2 == winner && a.Status == 409 && a.Problem.Code == "bad_transition": // it is approved already
				case i%2 != winner && a.Status == 409 && a.Problem.Code == "slot_taken":
					offersOthers(t, a, c.starts)
				default:
					t.Errorf("%s: %d %s", name, a.Status, a.Body)
				}
			}
			if tally := apptest.Tally(answers); tally["200 "] != 1 || tally["409 slot_taken"] != 25 {
				t.Errorf("%s: %v", name, tally)
			}
			if won, lost := s.RequestState(ids[winner]), s.RequestState(ids[1-winner]); won != request.Scheduled || lost != request.Submitted {
				t.Errorf("%s: %s and %s", name, won, lost)
			}
			if b := s.BookingOf(ids[1-winner]); b.State != booking.Lapsed {
				t.Errorf("%s: the other's is %s", name, b.State)
			}
			if n := s.Count("request_timeline", "request_id = ? AND action <> 'create' AND action <> 'submit'", ids[1-winner]); n != 0 {
				t.Errorf("%s: %d lines in the timeline of the one that was refused", name, n)
			}
		}
		s.Settled(t)
		s.Whole(t)
	})
}

// Holds run out while they are approved, cancelled and moved, and while others ask for the
// same slots: whoever is told that the slot is theirs has it.
func TestHoldsRunOutUnderLoad(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		service := s.Bookable("心理疏导")
		provider := s.Provider(s.Station, "周文静", service)
		slot := func(i int) time.Time { return friday.AddDate(0, 0, i/3).Add(time.Duration(i%3) * time.Hour) }
		people := s.Crowd(48)
		first, late := people[:24], people[24:]
		ids := make([]int64, len(first))
		for i, p := range first {
			ids[i] = s.Reserve(p, service, provider, slot(i)).ID
		}
		s.Exec("UPDATE bookings SET hold_expires_at = ?", s.Clock.Now().Add(15*time.Minute).UnixMilli())
		s.Clock.Advance(15*time.Minute - time.Second) // a second before they all run out
		var swept atomic.Int64
		stop, sweepers := make(chan struct{}), sync.WaitGroup{}
		for range 4 {
			sweepers.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					if err := s.Bookings.Sweep(t.Context()); err != nil {
						t.Error(err)
					}
					swept.Add(1)
				}
			})
		}
		var approved, moved, cancelled sync.Map
		answers := apptest.All(slices.Concat(first, late, first), func(i int, p auth.Actor) apptest.Answer {
			k := i % 24
			if i == 20 {
				s.Clock.Advance(2 * time.Second)
			}
			key := []string{"Idempotency-Key", fmt.Sprintf("load-%08d", i)}
			switch {
			case i < 24:
				a := s.Call(t, s.Staff, "POST", fmt.Sprintf("/requests/%d/approve", ids[k]), nil, key...)
				approved.Store(ids[k], a.Status == 200)
				return a
			case i < 48:
				return s.Call(t, p, "POST", "/requests", apptest.SlotBody(service, provider, slot(k)), key...)
			case k%4 == 0:
				a := s.Call(t, p, "POST", fmt.Sprintf("/requests/%d/cancel", ids[k]), map[string]any{}, key...)
				cancelled.Store(ids[k], a.Status == 200)
				return a
			}
			a := s.Call(t, p, "POST", fmt.Sprintf("/requests/%d/reschedule", ids[k]), map[string]any{"provider_id": provider.PersonID, "starts_at": slot(k + 1)}, key...)
			moved.Store(ids[k], a.Status == 200)
			return a
		})
		close(stop)
		sweepers.Wait()
		tally := apptest.Tally(answers)
		t.Log(tally, swept.Load(), "sweeps")
		for what, n := range tally {
			if what[0] != '2' && what[:3] != "409" {
				t.Errorf("%d times %s", n, what)
			}
		}
		for _, id := range ids {
			yes, _ := approved.Load(id)
			gone, _ := cancelled.Load(id)
			if state := s.RequestState(id); yes == true && gone != true && state != request.Scheduled {
				t.Errorf("approved, and %s", state)
			}
		}
		s.Settled(t)
		s.Clock.Advance(10 * 24 * time.Hour) // the answers to all were due
		apptest.Must(t, s.Bookings.Sweep(t.Context()))
		if n := s.Count("bookings", "state = 'held'"); n != 0 {
			t.Errorf("%d holds are left", n)
		}
		s.Settled(t)
		s.Whole(t)
	})
}
