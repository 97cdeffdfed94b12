package booking_test

import (
	"context"
	"flag"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/booking"
	"yimi/internal/catalogue"
	"yimi/internal/fault"
	"yimi/internal/request"
	"yimi/internal/store"
	"yimi/internal/unit"
)

var ctx = context.Background()

// Each step of the property test is a transaction on a real database and a check of all
// of it, so fewer runs than rapid's 100; -rapid.checks asks for more.
func TestMain(m *testing.M) {
	_ = flag.Set("rapid.checks", "6")
	_ = flag.Set("rapid.steps", "30")
	flag.Parse()
	os.Exit(m.Run())
}

func ptr[T any](v T) *T { return &v }

// friday is the first slot of the day after a World begins.
var friday = apptest.Clocked("2026-03-06 09:00")

// station is the World with a service and somebody who gives it.
type station struct {
	*apptest.World
	talk     *catalogue.Type
	provider auth.Actor
	resident auth.Actor
}

func each(t *testing.T, test func(t *testing.T, s *station)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := &station{World: w, talk: w.Bookable("心理疏导")}
		s.provider, s.resident = w.Provider(w.Station, "周文静", s.talk), w.Volunteer("林晓雯")
		test(t, s)
	})
}

// asks asks for a slot of the provider's for the resident.
func (s *station) asks(starts time.Time) (*request.Detail, error) {
	return s.requestOf(s.resident, starts)
}

func (s *station) requestOf(who auth.Actor, starts time.Time) (*request.Detail, error) {
	return s.Requests.Create(apptest.As(who), apptest.SlotAsk(s.talk, s.provider, starts))
}

// free gives the provider's free slots of a day: "09:00 10:00".
func (s *station) free(t *testing.T, day string) string {
	t.Helper()
	c, err := s.Bookings.Calendar(ctx, s.talk, s.Station.Path, s.provider.PersonID, 0, day, day)
	apptest.Must(t, err)
	var out []string
	for _, slot := range c.Days[0].Slots {
		if slot.State == booking.Free {
			out = append(out, slot.StartsAt.Format("15:04"))
		}
	}
	return strings.Join(out, " ")
}

func (s *station) change(t *testing.T, c booking.ProviderChange) {
	t.Helper()
	_, err := s.Bookings.ChangeProvider(apptest.As(s.Staff), s.provider.PersonID, c)
	apptest.Must(t, err)
}

// A hold that cannot lapse holds up no other.
func TestSweepGoesOnAfterABadHold(t *testing.T) {
	each(t, func(t *testing.T, s *station) {
		var holds []int64
		for i := range 2 {
			d, err := s.asks(friday.AddDate(0, 0, 7*i))
			apptest.Must(t, err)
			holds = append(holds, d.ID)
			s.Clock.Advance(time.Second)
		}
		s.Clock.Set(friday.AddDate(0, 0, 6))
		s.Exec("UPDATE provider_days SET taken = 0 WHERE day = ?", s.BookingOf(holds[0]).Day) // no day can be given back: a CHECK
		if err := s.Bookings.Sweep(ctx); err == nil {
			t.Error("no error")
		}
		if bad, good := s.BookingOf(holds[0]), s.BookingOf(holds[1]); bad.State != booking.Held || good.State != booking.Lapsed {
			t.Errorf("%s, %s", bad.State, good.State)
		}
	})
}

// Asked for on Thursday at 9:00, the slot of Friday at 9:00 is held until the station closes on Thursday: an hour of
// lead before it nobody is there.
func TestAHoldKeepsItsSlotUntilTheAnswerIsDue(t *testing.T) {
	each(t, func(t *testing.T, s *station) {
		d, err := s.asks(friday)
		apptest.Must(t, err)
		b := s.BookingOf(d.ID)
		if by := apptest.Clocked("2026-03-05 17:30"); !d.RespondBy.Equal(by) || b.State != booking.Held || !b.HoldExpiresAt.Equal(by) || b.Day != "2026-03-06" || b.UnitID != s.Station.ID ||
			!b.EndsAt.Equal(friday.Add(50*time.Minute)) || !b.BusyUntil.Equal(friday.Add(time.Hour)) {
			t.Errorf("%+v", b)
		}
		s.Clock.Set(b.HoldExpiresAt.Add(-time.Millisecond))
		apptest.Must(t, s.Bookings.Sweep(ctx))
		if got := s.free(t, "2026-03-06"); got != "10:00 11:00" || s.BookingOf(d.ID).State != booking.Held {
			t.Errorf("before it runs out: %q free", got)
		}
		_, err = s.requestOf(s.Volunteer("林国栋"), friday)
		apptest.WantCode(t, err, "slot_taken")
		s.Clock.Advance(time.Millisecond)
		if got := s.free(t, "2026-03-06"); got != "09:00 10:00 11:00" {
			t.Errorf("run out and not yet swept: %q free", got)
		}
		apptest.Must(t, s.Bookings.Sweep(ctx))
		apptest.Must(t, s.Bookings.Sweep(ctx))
		if b := s.BookingOf(d.ID); b.State != booking.Lapsed || b.Live != nil || s.RequestState(d.ID) != request.Submitted {
			t.Errorf("%+v", b)
		}
		if n := s.Count("booking_cells", "1 = 1"); n != 0 || s.Count("provider_days", "taken <> 0") != 0 {
			t.Errorf("%d cells are left", n)
		}
		// The station still approves it, since nobody took the time meanwhile.
		d, err = s.Requests.Approve(apptest.As(s.Staff), d.ID, 0)
		if err != nil || d.State != request.Scheduled || s.BookingOf(d.ID).State != booking.Booked || *d.WorkerID != s.provider.PersonID {
			t.Errorf("%+v %v", d, err)
		}
		s.Clock.Advance(time.Hour)
		apptest.Must(t, s.Bookings.Sweep(ctx)) // what is approved does not run out
		s.Settled(t)
		if got := s.free(t, "2026-03-06"); got != "10:00 11:00" {
			t.Errorf("approved: %q free", got)
		}
	})
}

// Somebody asks for the slot of a hold that ran out a moment ago and that nobody has swept.
func TestAHoldThatRanOutGivesWay(t *testing.T) {
	each(t, func(t *testing.T, s *station) {
		first, err := s.asks(friday)
		apptest.Must(t, err)
		s.Clock.Set(s.BookingOf(first.ID).HoldExpiresAt.Time)
		second, err := s.requestOf(s.Volunteer("林国栋"), friday)
		apptest.Must(t, err)
		if a, b := s.BookingOf(first.ID).State, s.BookingOf(second.ID).State; a != booking.Lapsed || b != booking.Held {
			t.Errorf("%s and %s", a, b)
		}
		_, err = s.Requests.Approve(apptest.As(s.Staff), first.ID, 0)
		apptest.WantCode(t, err, "slot_taken")
		s.Settled(t)
	})
}

func TestATimeThatIsNoSlotIsRefused(t *testing.T) {
	each(t, func(t *testing.T, s *station) {
		other := s.Provider(s.Other, "罗燕", s.talk)
		centre := s.Provider(s.District, "马晓梅", s.talk)
		s.talk.MinLevel = catalogue.Junior
		s.Exec("UPDATE service_types SET min_level = 'junior'")
		s.Exec("UPDATE providers SET level = 'junior'")
		admin := s.AdminOf(s.District, "马建军")
		for name, c := range map[string]struct {
			change, back string
			provider     auth.Actor
			starts       time.Time
			code         string
		}{
			"between two slots":            {"", "", s.provider, friday.Add(5 * time.Minute), "slot_unavailable"},
			"not on five minutes":          {"", "", s.provider, friday.Add(time.Minute), "invalid_fields"},
			"outside the hours":            {"", "", s.provider, friday.Add(3 * time.Hour), "slot_unavailable"},
			"too soon":                     {"", "", s.provider, apptest.Clocked("2026-03-05 09:00"), "slot_unavailable"},
			"over":                         {"", "", s.provider, apptest.Clocked("2026-03-04 09:00"), "slot_unavailable"},
			"beyond the horizon":           {"", "", s.provider, apptest.Clocked("2026-04-03 09:00"), "slot_unavailable"},
			"another station's worker":     {"", "", other, friday, "slot_unavailable"},
			"nobody":                       {"", "", auth.Actor{PersonID: 1 << 40}, friday, "slot_unavailable"},
			"no worker":                    {"", "", s.Staff, friday, "slot_unavailable"},
			"who does not give it":         {"DELETE FROM provider_services", "INSERT INTO provider_services SELECT person_id, 1 FROM providers", s.provider, friday, "slot_unavailable"},
			"who takes nobody":             {"UPDATE providers SET active = 0", "UPDATE providers SET active = 1", s.provider, friday, "slot_unavailable"},
			"who is not qualified":         {"UPDATE providers SET level = 'none'", "UPDATE providers SET level = 'junior'", s.provider, friday, "slot_unavailable"},
			"who is a worker no longer":    {"UPDATE role_grants SET role = 'station_staff' WHERE role = 'social_worker'", "UPDATE role_grants SET role = 'social_worker' WHERE role = 'station_staff'", s.provider, friday, "slot_unavailable"},
			"on a holiday":                 {"INSERT INTO holidays (unit_id, day, name, kind, as_weekday, created_at) SELECT id, '2026-03-06', '节日', 'off', 0, 0 FROM units WHERE parent_id IS NULL", "DELETE FROM holidays", s.provider, friday, "slot_unavailable"},
			"on a day with all it can":     {"INSERT INTO provider_days SELECT person_id, '2026-03-06', 2 FROM providers", "UPDATE provider_days SET taken = 0", centre, friday, "slot_taken"},
			"of a service that ended":      {"UPDATE service_types SET active = 0", "UPDATE service_types SET active = 1", s.provider, friday, "service_not_offered"},
			"of a service of another kind": {"UPDATE service_types SET ways = 'home'", "UPDATE service_types SET ways = 'station'", s.provider, friday, "invalid_fields"},
		} {
			if name == "on a day with all it can" {
				_, err := s.Bookings.ChangeProvider(apptest.As(admin), centre.PersonID, booking.ProviderChange{DailyCap: ptr(2)})
				apptest.Must(t, err)
			}
			if c.change != "" {
				s.Exec(c.change)
			}
			_, err := s.Requests.Create(apptest.As(s.resident), apptest.SlotAsk(s.talk, c.provider, c.starts))
			if err == nil || fault.From(err).Code != c.code {
				t.Errorf("%s: %v, want %s", name, err, c.code)
			}
			if free := fault.From(err).Openings; c.code == "slot_taken" && (len(free) == 0 || free[0].ProviderID == c.provider.PersonID && free[0].StartsAt.Equal(c.starts)) {
				t.Errorf("%s: offers %v", name, free)
			}
			if c.back != "" {
				s.Exec(c.back)
			}
		}
		if n := s.Count("requests", "1 = 1") + s.Count("bookings", "1 = 1"); n != 0 {
			t.Errorf("%d are left", n)
		}
		s.Reserve(s.resident, s.talk, s.provider, friday)     // and all of it stands again
		s.Reserve(s.Volunteer("林国栋"), s.talk, centre, friday) // the district's come to every station
		s.Settled(t)
	})
}

// scheduled is an approved booking of the resident's.
func (s *station) scheduled(t *testing.T, starts time.Time) *request.Detail {
	t.Helper()
	d, err := s.asks(starts)
	apptest.Must(t, err)
	d, err = s.Requests.Approve(apptest.As(s.Staff), d.ID, 0)
	apptest.Must(t, err)
	return d
}

func TestAWorkerSetsAnyTimeThatIsFree(t *testing.T) {
	each(t, func(t *testing.T, s *station) {
		s.change(t, booking.ProviderChange{DailyCap: ptr(2)})
		d, other := s.scheduled(t, friday), s.scheduled(t, friday.Add(time.Hour))
		for _, c := range []struct {
			starts time.Time
			length time.Duration
			code   string
		}{
			{friday.Add(12 * time.Hour), 0, ""},                            // in the evening, outside the hours
			{friday.Add(-time.Hour), 2 * time.Hour, "slot_taken"},          // what is kept free after it counts
			{friday.Add(-time.Hour), 110 * time.Minute, ""},                // to the minute
			{friday.Add(-30 * time.Minute), 30 * time.Minute, ""},          // over the time it has itself
			{friday.Add(110 * time.Minute), time.Hour, "slot_taken"},       // in what is kept free after another's
			{friday.Add(2 * time.Hour), time.Hour, ""},                     // after it
			{apptest.Start, time.Hour, "time_in_past"},                     // now
			{apptest.Start.Add(-time.Hour), time.Hour, "time_in_past"},     // over
			{friday.Add(3 * time.Minute), time.Hour, "invalid_fields"},     // not on five minutes
			{friday.Add(2 * time.Hour), 7 * time.Minute, "invalid_fields"}, // nor is the end
			{friday.Add(2 * time.Hour), 5 * time.Minute, "invalid_fields"},
			{friday.Add(2 * time.Hour), 485 * time.Minute, "invalid_fields"},
			{friday.Add(2 * time.Hour), 8 * time.Hour, ""},
			{apptest.Clocked("2026-03-31 23:30"), time.Hour, ""}, // into another month, beyond the horizon of nobody
			{apptest.Clocked("2026-12-31 23:30"), time.Hour, ""},
			{friday, 0, ""},
		} {
			before := s.BookingOf(d.ID)
			_, err := s.Requests.Reschedule(apptest.As(s.provider), d.ID, request.Time{StartsAt: c.starts, Length: c.length})
			after := s.BookingOf(d.ID)
			switch {
			case c.code != "":
				apptest.WantCode(t, err, c.code)
				if !after.StartsAt.Equal(before.StartsAt.Time) || !after.EndsAt.Equal(before.EndsAt.Time) {
					t.Errorf("%s refused, and moved to %s", c.starts, after.StartsAt)
				}
			case err != nil || !after.StartsAt.Equal(c.starts) || c.length != 0 && after.EndsAt.Sub(after.StartsAt.Time) != c.length:
				t.Errorf("%s for %s: %+v %v", c.starts, c.length, after, err)
			}
			s.Settled(t)
		}
		if b := s.BookingOf(other.ID); !b.StartsAt.Equal(friday.Add(time.Hour)) {
			t.Errorf("the other's moved: %+v", b)
		}
	})
}

// What worker and staff set may go over the cap; what residents take may not, and counts all.
func TestTheDailyCapIsForWhatResidentsTake(t *testing.T) {
	each(t, func(t *testing.T, s *station) {
		s.change(t, booking.ProviderChange{DailyCap: ptr(2)})
		first, second := s.scheduled(t, friday), s.scheduled(t, friday.AddDate(0, 0, 1))
		_, err := s.Requests.Reschedule(apptest.As(s.provider), second.ID, request.Time{StartsAt: friday.Add(6 * time.Hour)})
		apptest.Must(t, err)
		if got := s.free(t, "2026-03-06"); got != "" {
			t.Errorf("free on a full day: %q", got)
		}
		_, err = s.asks(friday.Add(time.Hour))
		apptest.WantCode(t, err, "slot_taken")
		third := s.scheduled(t, friday.AddDate(0, 0, 2))
		_, err = s.Requests.Reschedule(apptest.As(s.resident), third.ID, request.Time{StartsAt: friday.Add(time.Hour)})
		apptest.WantCode(t, err, "slot_taken")
		_, err = s.Requests.Reschedule(apptest.As(s.provider), third.ID, request.Time{StartsAt: friday.Add(8 * time.Hour)})
		apptest.Must(t, err) // a third, by the worker
		_, err = s.Requests.Reschedule(apptest.As(s.resident), first.ID, request.Time{StartsAt: friday.Add(2 * time.Hour)})
		apptest.WantCode(t, err, "slot_taken") // beyond the cap, moving on the day is taking a slot again
		for _, id := range []int64{second.ID, third.ID} {
			_, err = s.Requests.Cancel(apptest.As(s.Staff), id, "")
			apptest.Must(t, err)
		}
		_, err = s.Requests.Reschedule(apptest.As(s.resident), first.ID, request.Time{StartsAt: friday.Add(2 * time.Hour)})
		apptest.Must(t, err)
		if _, err = s.asks(friday); err != nil { // the second of two
			t.Error(err)
		}
		s.Settled(t)
	})
}

// Who asked may take a slot that overlaps the one they have: their own is no obstacle.
func TestAResidentMovesToASlotThatOverlapsTheirOwn(t *testing.T) {
	each(t, func(t *testing.T, s *station) {
		s.change(t, booking.ProviderChange{DailyCap: ptr(1)})
		d := s.scheduled(t, friday)
		_, err := s.Bookings.SetHours(apptest.As(s.provider), []booking.Span{{Weekday: 5, StartMinute: 9*60 + 30, EndMinute: 12 * 60}}, nil, nil)
		apptest.Must(t, err)
		_, err = s.Requests.Reschedule(apptest.As(s.resident), d.ID, request.Time{StartsAt: friday.Add(30 * time.Minute)})
		apptest.Must(t, err)
		if b := s.BookingOf(d.ID); !b.StartsAt.Equal(friday.Add(30*time.Minute)) || b.State != booking.Booked {
			t.Errorf("%+v", b)
		}
		_, err = s.Requests.Reschedule(apptest.As(s.resident), d.ID, request.Time{StartsAt: friday.Add(30 * time.Minute)}) // where it is
		apptest.Must(t, err)
		_, err = s.Requests.Reschedule(apptest.As(s.resident), d.ID, request.Time{StartsAt: friday})
		apptest.WantCode(t, err, "slot_unavailable") // no slot any more
		s.Settled(t)
	})
}

// A hold that is moved is a hold of the new slot: until the answer is due before that one, and one that
// had run out is not swept away the moment after.
func TestAHoldThatIsMovedIsHeldAnew(t *testing.T) {
	each(t, func(t *testing.T, s *station) {
		d, err := s.asks(friday)
		apptest.Must(t, err)
		for _, c := range []struct{ now, to, until string }{
			{"2026-03-05 09:10", "2026-03-06 10:00", "2026-03-06 09:00"},
			{"2026-03-06 09:01", "2026-03-06 11:00", "2026-03-06 10:00"}, // run out, and not swept
			{"2026-03-06 10:30", "2026-03-06 11:30", "2026-03-06 10:45"}, // no slot, so the station's: a moment at least
			{"2026-03-06 10:50", "2026-03-16 09:00", "2026-03-10 09:00"}, // the promise of three working days
		} {
			s.Clock.Set(apptest.Clocked(c.now))
			who := s.resident
			if c.to == "2026-03-06 11:30" {
				who = s.Staff
			}
			now, err := s.Requests.Reschedule(apptest.As(who), d.ID, request.Time{ProviderID: s.provider.PersonID, StartsAt: apptest.Clocked(c.to)})
			apptest.Must(t, err)
			apptest.Must(t, s.Bookings.Sweep(ctx))
			if b := s.BookingOf(d.ID); b.State != booking.Held || b.HoldExpiresAt == nil || !b.HoldExpiresAt.Equal(apptest.Clocked(c.until)) || now.RespondBy.After(b.StartsAt.Time) {
				t.Errorf("%+v: %+v", c, b)
			}
		}
		s.Settled(t)
	})
}

// Somebody who was just made a social worker sets a time before ever opening the own hours.
func TestANewWorkerSetsATime(t *testing.T) {
	each(t, func(t *testing.T, s *station) {
		visit := s.Bookable("居家安全", func(c *catalogue.Type) { c.Mode = catalogue.OnRequest })
		d, err := s.Requests.Create(apptest.As(s.resident), request.Ask{ServiceTypeID: visit.ID, Way: catalogue.AtStation, Urgency: "normal", Words: "想装扶手"})
		apptest.Must(t, err)
		s.Exec("INSERT INTO role_grants (person_id, unit_id, role, granted_by, created_at) VALUES (?, ?, 'social_worker', 0, 0)", s.Second.PersonID, s.Station.ID)
		_, err = s.Requests.Approve(apptest.As(s.Staff), d.ID, s.Second.PersonID)
		apptest.Must(t, err)
		d, err = s.Requests.Reschedule(apptest.As(s.Second), d.ID, request.Time{StartsAt: friday})
		apptest.Must(t, err)
		if d.State != request.Scheduled || s.BookingOf(d.ID).ProviderID != s.Second.PersonID {
			t.Errorf("%+v", d)
		}
		s.Settled(t)
	})
}

// Holds are moved to another day in the instant in which they are swept: each deed is done
// or refused, and none fails.
func TestMovingHoldsAgainstTheSweep(t *testing.T) {
	each(t, func(t *testing.T, s *station) {
		people := s.Crowd(24)
		ids := make([]int64, len(people))
		for i, p := range people {
			ids[i] = s.Reserve(p, s.talk, s.provider, friday.AddDate(0, 0, i)).ID
		}
		s.Clock.Advance(16 * time.Minute)
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if err := s.Bookings.Sweep(ctx); err != nil {
					t.Error(err)
				}
			})
		}
		for i, p := range people {
			wg.Go(func() {
				_, err := s.Requests.Reschedule(apptest.As(p), ids[i], request.Time{ProviderID: s.provider.PersonID, StartsAt: friday.AddDate(0, 0, i).Add(time.Hour)})
				if err != nil && fault.From(err).Kind != fault.Conflict {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		s.Settled(t)
	})
}

// Two swap their slots at once, again and again: each move is all or nothing.
func TestSwappingSlotsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s *station) {
		a, b := s.scheduled(t, friday), s.scheduled(t, friday.Add(time.Hour))
		for range 8 {
			var wg sync.WaitGroup
			for id, starts := range map[int64]time.Time{a.ID: s.BookingOf(b.ID).StartsAt.Time, b.ID: s.BookingOf(a.ID).StartsAt.Time} {
				wg.Go(func() {
					if _, err := s.Requests.Reschedule(apptest.As(s.Staff), id, request.Time{StartsAt: starts}); err != nil {
						apptest.WantCode(t, err, "slot_taken")
					}
				})
			}
			wg.Wait()
			s.Settled(t)
		}
	})
}

// Before the approval too, staff give a booking only to somebody who may take the case.
func TestStaffHoldTimeOfThoseWhoMayTakeTheCase(t *testing.T) {
	each(t, func(t *testing.T, s *station) {
		far, err := s.Units.Bootstrap(ctx, "利通区社会工作中心")
		apptest.Must(t, err)
		unfit, elsewhere := s.Provider(s.Station, "罗燕", s.talk), s.Provider(s.Station, "别处的", s.talk)
		s.Exec("UPDATE providers SET level = 'junior' WHERE person_id <> ?", unfit.PersonID)
		s.Exec("UPDATE service_types SET min_level = 'junior'")
		s.Exec("UPDATE role_grants SET unit_id = ? WHERE person_id = ?", far.ID, elsewhere.PersonID)
		s.Exec("UPDATE providers SET unit_id = ? WHERE person_id = ?", far.ID, elsewhere.PersonID)
		asker := s.provider // a worker who asks for themselves
		colleague := s.Provider(s.Station, "李志强", s.talk)
		s.Exec("UPDATE providers SET level = 'senior' WHERE person_id = ?", colleague.PersonID)
		d, err := s.Requests.Create(apptest.As(asker), apptest.SlotAsk(s.talk, colleague, friday))
		apptest.Must(t, err)
		for name, c := range map[string]struct {
			provider auth.Actor
			code     string
		}{
			"not qualified":          {unfit, "worker_not_qualified"},
			"of another district":    {elsewhere, "not_a_worker"},
			"who asked":              {asker, "own_request"},
			"staff who is no worker": {s.Second, "not_found"},
		} {
			_, err := s.Requests.Reschedule(apptest.As(s.Staff), d.ID, request.Time{ProviderID: c.provider.PersonID, StartsAt: friday.Add(5 * time.Hour)})
			if err == nil || fault.From(err).Code != c.code {
				t.Errorf("%s: %v, want %s", name, err, c.code)
			}
			if b := s.BookingOf(d.ID); b.ProviderID != colleague.PersonID || !b.StartsAt.Equal(friday) {
				t.Errorf("%s: %+v", name, b)
			}
		}
		_, err = s.Requests.Reschedule(apptest.As(s.Staff), d.ID, request.Time{StartsAt: friday.Add(5 * time.Hour)})
		apptest.Must(t, err)
		d, err = s.Requests.Approve(apptest.As(s.Staff), d.ID, 0)
		if err != nil || d.State != request.Scheduled || *d.WorkerID != colleague.PersonID {
			t.Errorf("%+v %v", d, err)
		}
		s.Settled(t)
	})
}

// A district's holidays are its own with a city above it, whose are nobody's.
func TestHolidaysOfADistrictUnderACity(t *testing.T) {
	each(t, func(t *testing.T, s *station) {
		var city, district unit.Unit
		apptest.Must(t, s.Tx(func(tx *store.Tx) (err error) {
			city, err = unit.BootstrapIn(tx, unit.City, "吴忠市社会工作中心", true)
			return err
		}))
		of := func(u unit.Unit) context.Context {
			return apptest.As(auth.Actor{PersonID: s.Staff.PersonID, Grants: []auth.Grant{{Role: auth.DistrictAdmin, UnitID: u.ID, UnitPath: u.Path}}})
		}
		district, err := s.Units.Create(of(city), unit.Input{ParentID: city.ID, Kind: unit.DistrictCentre, Name: "青铜峡市社会工作中心"})
		apptest.Must(t, err)
		below, err := s.Units.Create(of(city), unit.Input{ParentID: district.ID, Kind: unit.Station, Name: "小坝社工站"})
		apptest.Must(t, err)
		_, err = s.Bookings.SetHoliday(of(district), booking.Holiday{Day: "2026-10-01", Name: "国庆节", Kind: "off"})
		apptest.Must(t, err)
		_, err = s.Bookings.SetHoliday(of(city), booking.Holiday{UnitID: below.ID, Day: "2026-10-02", Name: "国庆节", Kind: "off"})
		apptest.Must(t, err)
		_, err = s.Bookings.SetHoliday(of(city), booking.Holiday{Day: "2026-10-03", Name: "国庆节", Kind: "off"})
		apptest.WantCode(t, err, "invalid_fields")
		got, err := s.Bookings.Holidays(of(below), 0)
		if err != nil || got.UnitID != district.ID || len(got.Holidays) != 2 {
			t.Errorf("%+v, %v", got, err)
		}
	})
}
