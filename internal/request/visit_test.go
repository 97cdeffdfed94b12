package request_test

import (
	"strings"
	"testing"
	"time"

	"yimi/internal/apptest"
	"yimi/internal/booking"
	"yimi/internal/request"
)

// A visit has the start and the end that the worker says, within reason: after the case was taken, the end after the
// start, neither to come, at most a day.
func TestAVisitHasItsRealTimes(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		worker := apptest.As(l.Worker)
		r := l.Put(request.Scheduled)
		taken := l.Clock.Now()
		l.Exec("UPDATE requests SET accepted_at = ? WHERE id = ?", taken.UnixMilli(), r.ID)
		l.Clock.Advance(3 * time.Hour)
		_, err := l.Requests.Start(worker, r.ID, "") // pressed late
		apptest.Must(t, err)
		l.Clock.Advance(10 * time.Minute)
		now := l.Clock.Now()
		at := func(from, to time.Time) error {
			_, err := l.Requests.Finish(worker, r.ID, request.Record{Done: "聊了", StartedAt: &from, EndedAt: &to})
			return err
		}
		wantFields(t, at(taken.Add(-time.Millisecond), now), "started_at")
		wantFields(t, at(now.Add(time.Minute), now), "started_at")
		wantFields(t, at(now.Add(-time.Hour), now.Add(time.Minute)), "ended_at")
		wantFields(t, at(now.Add(-time.Hour), now.Add(-2*time.Hour)), "ended_at")
		from, to := taken.Add(30*time.Minute), taken.Add(95*time.Minute)
		apptest.Must(t, at(from, to))
		d, err := l.Requests.Get(worker, r.ID)
		apptest.Must(t, err)
		if v := d.Visits[0]; v.Minutes != 65 || !v.StartedAt.Equal(from) || !v.EndedAt.Equal(to) || v.UnderWay != nil {
			t.Errorf("%+v", v)
		}
		if said := l.Timeline(r.ID)[1].Said; !strings.Contains(said, "65 分钟") || !strings.Contains(said, "事后") {
			t.Error(said)
		}
		l.Whole(t)
	})
}

// Who pressed start as the first thing of all, at the end of the visit, may say that it began before.
func TestAVisitMayBeginBeforeStartAccepted(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		r := l.Put(request.Assigned)
		asked := l.Clock.Now()
		l.Clock.Advance(2 * time.Hour)
		_, err := l.Requests.Start(apptest.As(l.Worker), r.ID, "")
		apptest.Must(t, err)
		began := func(from time.Time) error {
			return just(l.Requests.Finish(apptest.As(l.Worker), r.ID, request.Record{Done: "聊了", StartedAt: &from}))
		}
		wantFields(t, began(asked.Add(-time.Minute)), "started_at")
		apptest.Must(t, began(asked.Add(time.Hour)))
	})
}

// A visit without a minute is asked about, once; nothing is half done meanwhile.
func TestNoMinutesAreAskedAbout(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		worker := apptest.As(l.Worker)
		r := l.Put(request.Scheduled)
		for _, end := range []func(r request.Record) error{
			func(of request.Record) error { return just(l.Requests.Finish(worker, r.ID, of)) },
			func(of request.Record) error { return just(l.Requests.Complete(worker, r.ID, of)) },
		} {
			apptest.Must(t, just(l.Requests.Start(worker, r.ID, "")))
			l.Clock.Advance(59 * time.Second)
			apptest.WantCode(t, end(request.Record{Done: "没人，留了话"}), "visit_no_minutes")
			if n := l.Count("request_visits", "request_id = ? AND under_way = 1", r.ID); n != 1 {
				t.Error("it is over")
			}
			apptest.Must(t, end(request.Record{Done: "没人，留了话", Sure: true}))
		}
		l.Whole(t)
	})
}

// What was booked for tomorrow and done today stands in today's calendar, where it was; tomorrow has the time back.
func TestAVisitFinishedEarlyLeavesNothingTomorrow(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		worker := apptest.As(l.Worker)
		for _, sure := range []bool{false, true} { // also one without a minute
			r := l.Put(request.Scheduled)
			was := l.BookingOf(r.ID)
			apptest.Must(t, just(l.Requests.Start(worker, r.ID, "")))
			began := l.Clock.Now()
			if !sure {
				l.Clock.Advance(40 * time.Minute)
			}
			apptest.Must(t, just(l.Requests.Complete(worker, r.ID, request.Record{Done: "聊了", Sure: sure})))
			is := l.BookingOf(r.ID)
			if !was.StartsAt.After(l.Clock.Now()) || is.State != booking.Done || is.Live != nil || !is.StartsAt.Equal(began) || is.Day == was.Day || l.Count("booking_cells", "booking_id = ?", is.ID) != 0 {
				t.Errorf("%+v", is)
			}
			rows, err := l.Bookings.MyBookings(worker, was.Day, was.Day)
			if err != nil || len(rows) != 0 {
				t.Errorf("tomorrow: %v %v", rows, err)
			}
			l.Clock.Advance(time.Minute)
		}
		l.Whole(t)
	})
}
