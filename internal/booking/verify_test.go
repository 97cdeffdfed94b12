package booking_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"yimi/internal/apptest"
	"yimi/internal/booking"
	"yimi/internal/catalogue"
	"yimi/internal/request"
)

func TestVerifyFindsTampering(t *testing.T) {
	each(t, func(t *testing.T, s *station) {
		a, b := s.BookingOf(s.scheduled(t, friday).ID), s.BookingOf(s.scheduled(t, friday.Add(time.Hour)).ID)
		held, err := s.asks(friday.Add(2 * time.Hour))
		apptest.Must(t, err)
		gone := s.scheduled(t, friday.AddDate(0, 0, 1))
		_, err = s.Requests.Cancel(apptest.As(s.resident), gone.ID, "")
		apptest.Must(t, err)
		done := s.scheduled(t, friday.AddDate(0, 0, 2)) // one that took place counts for its day
		_, err = s.Requests.Start(apptest.As(s.provider), done.ID, "")
		apptest.Must(t, err)
		_, err = s.Requests.Complete(apptest.As(s.provider), done.ID, request.Record{Done: "谈了谈", Sure: true})
		apptest.Must(t, err)
		over, finished := s.BookingOf(gone.ID), s.BookingOf(done.ID)

		cell := friday.UnixMilli() / 300_000
		set := func(sql string, args ...any) func() { return func() { s.Exec(sql, args...) } }
		addCell := func(provider, cell, booking int64) func() {
			return set("INSERT INTO booking_cells (provider_id, cell, booking_id) VALUES (?, ?, ?)", provider, cell, booking)
		}
		dropCell := func(provider, cell int64) func() {
			return set("DELETE FROM booking_cells WHERE provider_id = ? AND cell = ?", provider, cell)
		}
		day := func(day string, by int) func() {
			return set("UPDATE provider_days SET taken = taken + ? WHERE day = ?", by, day)
		}
		one, two := s.provider.PersonID, s.Staff.PersonID
		for _, c := range []struct {
			name       string
			break_, up func()
			says       string
			id         int64
		}{
			{"the first cell is missing", dropCell(one, cell), addCell(one, cell, a.ID), "whose cells are not those of their time", a.ID},
			{"the last of what is kept free is missing", dropCell(one, cell+11), addCell(one, cell+11, a.ID), "whose cells are not those of their time", a.ID},
			{"a hold's cell is missing", dropCell(one, cell+24), addCell(one, cell+24, s.BookingOf(held.ID).ID), "whose cells are not those of their time", s.BookingOf(held.ID).ID},
			{"a cell too many, outside its time", addCell(one, cell+500, a.ID), dropCell(one, cell+500), "whose cells are not those of their time", a.ID},
			{"a cell too many, of another provider", addCell(two, cell, a.ID), dropCell(two, cell), "whose cells are not those of their time", a.ID},
			{"a cell outside its time instead of one inside", set("UPDATE booking_cells SET cell = cell + 500 WHERE cell = ?", cell), set("UPDATE booking_cells SET cell = cell - 500 WHERE cell = ?", cell+500), "whose cells are not those of their time", a.ID},
			{"a cell of another's", set("UPDATE booking_cells SET booking_id = ? WHERE cell = ?", b.ID, cell+11), set("UPDATE booking_cells SET booking_id = ? WHERE cell = ?", a.ID, cell+11), "whose cells are not those of their time", b.ID},
			{"a cell of a cancelled booking", addCell(one, cell+500, over.ID), dropCell(one, cell+500), "cells of no live booking", over.ID},
			{"a cell of one that took place", addCell(one, cell+500, finished.ID), dropCell(one, cell+500), "cells of no live booking", finished.ID},
			{"a cell of no booking", addCell(one, cell+500, 1<<40), dropCell(one, cell+500), "cells of no live booking", 1 << 40},
			{"a booking moved without its cells", set("UPDATE bookings SET starts_at = starts_at + 600000, ends_at = ends_at + 600000, busy_until = busy_until + 600000 WHERE id = ?", a.ID),
				set("UPDATE bookings SET starts_at = starts_at - 600000, ends_at = ends_at - 600000, busy_until = busy_until - 600000 WHERE id = ?", a.ID), "whose cells are not those of their time", a.ID},
			{"a booking that runs into the next", set("UPDATE bookings SET ends_at = ends_at + 900000, busy_until = busy_until + 900000 WHERE id = ?", a.ID),
				set("UPDATE bookings SET ends_at = ends_at - 900000, busy_until = busy_until - 900000 WHERE id = ?", a.ID), "bookings that overlap one before", b.ID},
			{"a booking within another", set("UPDATE bookings SET starts_at = ?, ends_at = ? WHERE id = ?", friday.Add(10*time.Minute).UnixMilli(), friday.Add(20*time.Minute).UnixMilli(), b.ID),
				set("UPDATE bookings SET starts_at = ?, ends_at = ? WHERE id = ?", b.StartsAt, b.EndsAt, b.ID), "bookings that overlap one before", b.ID},
			{"given to a provider without the cells", set("UPDATE bookings SET provider_id = ? WHERE id = ?", two, a.ID), set("UPDATE bookings SET provider_id = ? WHERE id = ?", one, a.ID), "whose cells are not those of their time", a.ID},
			{"cancelled with its cells left", set("UPDATE bookings SET state = 'cancelled', live = NULL WHERE id = ?", a.ID), set("UPDATE bookings SET state = 'booked', live = 1 WHERE id = ?", a.ID), "cells of no live booking", a.ID},
			{"a day counts one too many", day("2026-03-06", 1), day("2026-03-06", -1), "whose day is miscounted", one},
			{"a day counts one too few", day("2026-03-06", -1), day("2026-03-06", 1), "whose day is miscounted", one},
			{"a free day counts one", day("2026-03-07", 1), day("2026-03-07", -1), "whose day is miscounted", one},
			{"a day forgets what took place", day(finished.Day, -1), day(finished.Day, 1), "whose day is miscounted", one},
			{"a day's count is gone", set("DELETE FROM provider_days WHERE day = '2026-03-06'"), set("INSERT INTO provider_days (provider_id, day, taken) VALUES (?, '2026-03-06', 3)", one), "whose day is not counted", one},
			{"a booking of another day", set("UPDATE bookings SET day = '2026-03-20' WHERE id = ?", a.ID), set("UPDATE bookings SET day = '2026-03-06' WHERE id = ?", a.ID), "whose day is miscounted", one},
		} {
			c.break_()
			found, err := s.Bookings.Verify(ctx)
			if want := fmt.Sprintf("%s: %d", c.says, c.id); err != nil || !strings.Contains(strings.Join(found, "\n")+"\n", want+"\n") {
				t.Errorf("%s: found %q (%v), want %q", c.name, found, err, want)
			}
			c.up()
			if found, err := s.Bookings.Verify(ctx); err != nil || len(found) != 0 {
				t.Fatalf("%s: not as it was: %q (%v)", c.name, found, err)
			}
		}
		s.Settled(t)
	})
}

// What is kept free after a service need not be a multiple of five minutes in old rows;
// Verify finds nothing wrong with that.
func TestVerifyOfATimeKeptFreeThatIsOdd(t *testing.T) {
	each(t, func(t *testing.T, s *station) {
		s.Exec("UPDATE service_types SET buffer_minutes = 7")
		s.scheduled(t, friday)
		s.Settled(t)
	})
}

// counted counts the statements that reading sends to the database.
func counted(t *testing.T, w *apptest.World) (count func(deed func() error) int) {
	t.Helper()
	n := 0
	callbacks := w.Store.Read(ctx).Callback()
	see := func(*gorm.DB) { n++ }
	apptest.Must(t, callbacks.Query().After("gorm:query").Register("test:query", see))
	apptest.Must(t, callbacks.Row().After("gorm:row").Register("test:row", see))
	apptest.Must(t, callbacks.Raw().After("gorm:raw").Register("test:raw", see))
	return func(deed func() error) int {
		t.Helper()
		n = 0
		apptest.Must(t, deed())
		return n
	}
}

// However many providers there are, a calendar is a handful of reads.
func TestListsTakeAsManyReadsForTwentyAsForTwo(t *testing.T) {
	each(t, func(t *testing.T, s *station) {
		count := counted(t, s.World)
		from := "2026-03-05"
		lists := map[string]func() error{
			"slots": func() error {
				cal, err := s.Requests.Slots(apptest.As(s.resident), s.talk.ID, s.Station.ID, 0, 0, from, "2026-04-02")
				if err == nil && (len(cal.Days) != 29 || len(cal.NextFree()) != 3) {
					t.Errorf("%d days", len(cal.Days))
				}
				return err
			},
			"workers":   func() error { _, err := s.Bookings.Workers(apptest.As(s.Staff)); return err },
			"calendar":  func() error { _, err := s.Bookings.MyBookings(apptest.As(s.provider), from, "2026-04-02"); return err },
			"requests":  func() error { _, err := s.Requests.List(apptest.As(s.Staff), request.Filter{Limit: 50}); return err },
			"catalogue": func() error { _, err := s.Catalogue.List(ctx, s.Station.ID); return err },
		}
		fill := func(n int) {
			for i := range n {
				p := s.Provider(s.Station, "社工", s.talk)
				_, err := s.Bookings.AddException(apptest.As(p), booking.Exception{Day: "2026-03-09", Kind: "off", StartMinute: 10 * i, EndMinute: 600})
				apptest.Must(t, err)
				s.Reserve(s.Volunteer(fmt.Sprint("居民", p.PersonID)), s.talk, p, friday.Add(time.Hour))
				s.Bookable(fmt.Sprint("服务", s.Count("service_types", "1 = 1")), func(c *catalogue.Type) { c.Mode = catalogue.OnRequest })
			}
		}
		fill(1)
		few := map[string]int{}
		for name, list := range lists {
			few[name] = count(list)
		}
		fill(18)
		for name, list := range lists {
			if n := count(list); n != few[name] || n == 0 || n > 10 {
				t.Errorf("%s: %d reads for twenty, %d for two", name, n, few[name])
			}
		}
		t.Log(few)
	})
}
