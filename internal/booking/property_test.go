package booking_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/booking"
	"yimi/internal/catalogue"
	"yimi/internal/fault"
	"yimi/internal/request"
	"yimi/internal/store"
)

// office is two workers, who give three services day and night, and four residents in any
// order of deeds, over the end of a month.
type office struct {
	*apptest.World
	workers, residents []auth.Actor
	talk, play, visit  *catalogue.Type // held until approved, had at once, any time by the worker
	began              time.Time       // in the evening of a month's last day
	since              int64           // the last request before this run
	done               map[string]int  // deeds that went through, to see that the test reaches far
}

func TestAnyOrderOfBookings(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		done := map[string]int{}
		services := []*catalogue.Type{
			w.Bookable("心理疏导", func(c *catalogue.Type) { c.LeadMinutes = 10 }),
			w.Bookable("兴趣发展", apptest.Instantly, func(c *catalogue.Type) { c.LengthMinutes, c.BufferMinutes, c.LeadMinutes = 35, 10, 0 }),
			w.Bookable("居家安全", func(c *catalogue.Type) { c.Mode, c.BufferMinutes = catalogue.OnRequest, 15 }),
		}
		rapid.Check(t, func(r *rapid.T) {
			o := newOffice(r, w, services, done)
			o.hours(r) // a good start
			o.ask(r)
			r.Repeat(map[string]func(*rapid.T){
				"":               o.holds,
				"hours":          o.hours,
				"exception":      o.exception,
				"cap":            o.cap,
				"ask":            o.ask,
				"ask at once":    o.askAtOnce,
				"ask for a case": o.askForCase,
				"approve":        o.approve,
				"turn down":      o.turnDown,
				"submit":         o.submit,
				"cancel":         o.cancel,
				"move":           o.moveBySlot,
				"set a time":     o.setTime,
				"shift a time":   o.shiftTime,
				"hand over":      o.handOver,
				"hand back":      o.handBack,
				"assign":         o.assign,
				"visit":          o.visited,
				"visit more":     o.visited,
				"no show":        o.noShow,
				"time":           o.time,
				"later":          o.time,
				"sweep":          o.sweep,
			})
		})
		t.Log(done)
		for _, deed := range []string{"hold", "book at once", "ask for a case", "approve", "return", "submit", "cancel", "move", "set a time", "shift a time", "hand over", "hand back", "assign", "start", "complete", "no show", "hours", "off", "extra", "lapse", "take again", "across the month's end"} {
			if done[deed] == 0 && !testing.Short() {
				t.Logf("no run came to %q", deed)
			}
		}
	})
}

// newOffice begins on the evening of the next month's last day.
func newOffice(r *rapid.T, w *apptest.World, services []*catalogue.Type, done map[string]int) *office {
	now := w.Clock.Now().In(store.Shanghai)
	began := time.Date(now.Year(), now.Month()+2, 0, 20, 0, 0, 0, store.Shanghai)
	w.Clock.Set(began)
	o := &office{World: w, began: began, talk: services[0], play: services[1], visit: services[2], residents: w.Crowd(4), done: done}
	w.Exec("UPDATE providers SET active = ?", false) // those of the runs before
	for i := range 2 {
		o.workers = append(o.workers, w.Provider(w.Station, fmt.Sprint("社工", i), services...))
	}
	if err := w.Store.Read(ctx).Table("requests").Select("COALESCE(MAX(id), 0)").Scan(&o.since).Error; err != nil {
		r.Fatal(err)
	}
	return o
}

// print is all that a refused deed must leave as it is.
func (o *office) print(r *rapid.T) string {
	var out []string
	for _, sql := range []string{
		"SELECT id, request_id, provider_id, state, COALESCE(live, 0) AS live, starts_at, busy_until, COALESCE(hold_expires_at, 0) AS until_at FROM bookings WHERE request_id > ? ORDER BY id",
		"SELECT c.booking_id, COUNT(*) AS n, MIN(c.cell) AS a, MAX(c.cell) AS z FROM booking_cells c JOIN bookings b ON b.id = c.booking_id WHERE b.request_id > ? GROUP BY c.booking_id ORDER BY c.booking_id",
		"SELECT id, state, turns, COALESCE(worker_id, 0) AS worker, COALESCE(accepted_at, 0) AS accepted FROM requests WHERE id > ? ORDER BY id",
		"SELECT COUNT(*) AS n, COALESCE(MAX(id), 0) AS z FROM request_timeline WHERE request_id > ?",
		"SELECT COUNT(*) AS n, COALESCE(MAX(id), 0) AS z FROM notices WHERE subject_id > ?",
	} {
		out = append(out, o.rows(r, sql, o.since))
	}
	both := []int64{o.workers[0].PersonID, o.workers[1].PersonID}
	for _, sql := range []string{
		"SELECT provider_id, day, taken FROM provider_days WHERE provider_id IN ? AND taken <> 0 ORDER BY provider_id, day",
		"SELECT id, kind, weekday, start_minute FROM provider_spans WHERE provider_id IN ? ORDER BY id",
		"SELECT id, kind, day, start_minute FROM provider_exceptions WHERE provider_id IN ? ORDER BY id",
	} {
		out = append(out, o.rows(r, sql, both))
	}
	return strings.Join(out, "\n")
}

func (o *office) rows(r *rapid.T, sql string, arg any) string {
	var rows []map[string]any
	if err := o.Store.Read(ctx).Raw(sql, arg).Scan(&rows).Error; err != nil {
		r.Fatal(err)
	}
	return fmt.Sprint(rows)
}

// try does a deed: it is done, or refused and leaves all as it was.
func (o *office) try(r *rapid.T, deed string, do func() error) bool {
	before := o.print(r)
	err := do()
	if err == nil {
		o.done[deed]++
		return true
	}
	if fault.From(err).Kind == fault.Internal {
		r.Fatalf("%s: %v", deed, err)
	}
	o.done["not "+deed]++
	if after := o.print(r); after != before {
		r.Fatalf("%s was refused (%v) and changed\n%s\nto\n%s", deed, err, before, after)
	}
	return false
}

// outcome is try's deed for one that answers for each item.
func outcome(out []request.Outcome, err error) error {
	if err != nil || len(out) == 0 {
		return err
	}
	return out[0].Err
}

func (o *office) worker(r *rapid.T) auth.Actor {
	return o.workers[rapid.IntRange(0, 1).Draw(r, "worker")]
}

func (o *office) resident(r *rapid.T) auth.Actor {
	return o.residents[rapid.IntRange(0, 3).Draw(r, "resident")]
}

// one draws a request of this run in one of the states; skips when there is none.
func (o *office) one(r *rapid.T, states ...request.State) *request.Request {
	var rows []request.Request
	if err := o.Store.Read(ctx).Where("id > ? AND state IN ?", o.since, states).Order("id").Find(&rows).Error; err != nil {
		r.Fatal(err)
	}
	if len(rows) == 0 {
		r.Skip("no request")
	}
	return &rows[rapid.IntRange(0, len(rows)-1).Draw(r, "request")]
}

func (o *office) as(q *request.Request) auth.Actor { return auth.Actor{PersonID: *q.PersonID} }

// free draws a slot that the calendar offers, or one time in six any time at all.
func (o *office) free(r *rapid.T, t *catalogue.Type) (provider int64, starts time.Time) {
	today := o.Clock.Now().In(store.Shanghai)
	p := o.worker(r).PersonID
	if rapid.IntRange(0, 5).Draw(r, "offered") == 0 {
		return p, today.Truncate(5 * time.Minute).Add(time.Duration(rapid.IntRange(-12, 60).Draw(r, "five minutes")) * 5 * time.Minute)
	}
	cal, err := o.Requests.Slots(apptest.As(o.residents[0]), t.ID, o.Station.ID, p, 0, today.AddDate(0, 0, -1).Format(time.DateOnly), today.AddDate(0, 0, 1).Format(time.DateOnly))
	if err != nil {
		r.Fatal(err)
	}
	var slots []booking.Slot
	for _, d := range cal.Days {
		for _, s := range d.Slots {
			if s.State == booking.Free {
				slots = append(slots, s)
			}
		}
	}
	if len(slots) == 0 {
		r.Skip("no slot")
	}
	s := slots[min(rapid.IntRange(0, 9).Draw(r, "slot"), len(slots)-1)]
	return p, s.StartsAt
}

// within fails when a slot that a resident took went beyond the day's cap.
func (o *office) within(r *rapid.T, requestID int64) {
	b := o.BookingOf(requestID)
	if n := o.Count("provider_days", "provider_id = ? AND day = ? AND taken > (SELECT daily_cap FROM providers WHERE person_id = provider_id AND daily_cap > 0)", b.ProviderID, b.Day); n != 0 {
		r.Fatalf("a resident's slot beyond the daily cap: %+v", b)
	}
}

func (o *office) askFor(r *rapid.T, deed string, t *catalogue.Type) {
	who := o.resident(r)
	provider, starts := o.free(r, t)
	var d *request.Detail
	if o.try(r, deed, func() (err error) {
		d, err = o.Requests.Create(apptest.As(who), apptest.SlotAsk(t, auth.Actor{PersonID: provider}, starts))
		return err
	}) {
		o.within(r, d.ID)
	}
}

func (o *office) ask(r *rapid.T)       { o.askFor(r, "hold", o.talk) }
func (o *office) askAtOnce(r *rapid.T) { o.askFor(r, "book at once", o.play) }

func (o *office) askForCase(r *rapid.T) {
	who, worker := o.resident(r), o.worker(r)
	o.try(r, "ask for a case", func() error {
		d, err := o.Requests.Create(apptest.As(who), request.Ask{ServiceTypeID: o.visit.ID, Way: catalogue.AtStation, Urgency: "normal", Words: "想装扶手"})
		if err != nil {
			return err
		}
		_, err = o.Requests.Approve(apptest.As(o.Staff), d.ID, worker.PersonID)
		return err
	})
}

func (o *office) approve(r *rapid.T) {
	q := o.one(r, request.Submitted)
	b := o.BookingOf(q.ID)
	if o.try(r, "approve", func() error { _, err := o.Requests.Approve(apptest.As(o.Staff), q.ID, 0); return err }) && b != nil && b.State == booking.Lapsed {
		o.done["take again"]++
		o.within(r, q.ID)
	}
}

func (o *office) turnDown(r *rapid.T) {
	q := o.one(r, request.Submitted, request.Returned)
	how := rapid.SampledFrom([]string{"return", "return", "reject"}).Draw(r, "how")
	o.try(r, how, func() error { return outcome(o.Requests.Decide(apptest.As(o.Staff), []int64{q.ID}, how, "补一下")) })
}

func (o *office) submit(r *rapid.T) {
	q := o.one(r, request.Returned)
	if o.try(r, "submit", func() error { _, err := o.Requests.Submit(apptest.As(o.as(q)), q.ID); return err }) {
		o.within(r, q.ID)
	}
}

func (o *office) cancel(r *rapid.T) {
	if rapid.IntRange(0, 2).Draw(r, "really") > 0 {
		r.Skip("stays")
	}
	q := o.one(r, request.Submitted, request.Scheduled, request.Assigned)
	who := o.Staff
	if rapid.Bool().Draw(r, "self") {
		who = o.as(q)
	}
	o.try(r, "cancel", func() error { _, err := o.Requests.Cancel(apptest.As(who), q.ID, "有事"); return err })
}

// moveBySlot is who asked choosing another slot, which may overlap the one they have.
func (o *office) moveBySlot(r *rapid.T) {
	q := o.one(r, request.Submitted, request.Scheduled)
	t := map[int64]*catalogue.Type{o.talk.ID: o.talk, o.play.ID: o.play}[q.ServiceTypeID]
	if t == nil {
		r.Skip("not by slots")
	}
	provider, starts := o.free(r, t)
	if o.try(r, "move", func() error {
		_, err := o.Requests.Reschedule(apptest.As(o.as(q)), q.ID, request.Time{ProviderID: provider, StartsAt: starts})
		return err
	}) {
		o.within(r, q.ID)
	}
}

// setTime is worker or staff setting any time, and any length, for either worker.
func (o *office) setTime(r *rapid.T) {
	q := o.one(r, request.Assigned, request.Scheduled, request.InService)
	at := request.Time{StartsAt: o.Clock.Now().Truncate(5 * time.Minute).Add(time.Duration(rapid.IntRange(0, 72).Draw(r, "five minutes")) * 5 * time.Minute),
		Length: time.Duration(rapid.SampledFrom([]int{0, 10, 30, 45, 120, 480, 7}).Draw(r, "minutes")) * time.Minute}
	who := o.Staff
	switch rapid.SampledFrom([]string{"worker", "staff", "to another"}).Draw(r, "by") {
	case "worker":
		who = auth.Actor{PersonID: *q.WorkerID}
	case "to another":
		at.ProviderID = o.worker(r).PersonID
	}
	o.try(r, "set a time", func() error { _, err := o.Requests.Reschedule(apptest.As(who), q.ID, at); return err })
}

// shiftTime moves a booking by some minutes, over the time it has itself.
func (o *office) shiftTime(r *rapid.T) {
	q := o.one(r, request.Scheduled)
	b := o.BookingOf(q.ID)
	by := time.Duration(rapid.IntRange(-6, 6).Draw(r, "five minutes")) * 5 * time.Minute
	o.try(r, "shift a time", func() error {
		_, err := o.Requests.Reschedule(apptest.As(o.Staff), q.ID, request.Time{StartsAt: b.StartsAt.Add(by)})
		return err
	})
}

func (o *office) handOver(r *rapid.T) {
	q := o.one(r, request.Assigned, request.Scheduled, request.InService)
	to := o.worker(r).PersonID
	o.try(r, "hand over", func() error {
		return outcome(o.Requests.HandOver(apptest.As(o.Staff), *q.WorkerID, to, []int64{q.ID}, "休假"))
	})
}

func (o *office) handBack(r *rapid.T) {
	q := o.one(r, request.Assigned, request.Scheduled)
	o.try(r, "hand back", func() error {
		_, err := o.Requests.HandBack(apptest.As(auth.Actor{PersonID: *q.WorkerID}), q.ID, "排不开")
		return err
	})
}

func (o *office) assign(r *rapid.T) {
	q := o.one(r, request.Approved, request.Approved, request.Assigned, request.Scheduled)
	to := o.worker(r).PersonID
	o.try(r, "assign", func() error { _, err := o.Requests.Assign(apptest.As(o.Staff), q.ID, to); return err })
}

// visited starts a visit, ends one, or completes the case.
func (o *office) visited(r *rapid.T) {
	q := o.one(r, request.InService, request.Scheduled)
	me := apptest.As(auth.Actor{PersonID: *q.WorkerID})
	what := "start"
	if q.State == request.InService {
		what = rapid.SampledFrom([]string{"finish", "complete", "complete", "start"}).Draw(r, "what")
	}
	switch what {
	case "start":
		o.try(r, "start", func() error { _, err := o.Requests.Start(me, q.ID, ""); return err })
	case "finish":
		o.try(r, "finish", func() error {
			_, err := o.Requests.Finish(me, q.ID, request.Record{Done: "谈了谈", Sure: true})
			return err
		})
	case "complete":
		o.try(r, "complete", func() error {
			_, err := o.Requests.Complete(me, q.ID, request.Record{Done: "谈了谈", Sure: true})
			return err
		})
	}
}

func (o *office) noShow(r *rapid.T) {
	q := o.one(r, request.Scheduled)
	o.try(r, "no show", func() error { _, err := o.Requests.NoShow(apptest.As(o.Staff), q.ID, ""); return err })
}

// hours publishes hours anew: by day, by night, both, or what would overlap.
func (o *office) hours(r *rapid.T) {
	night := apptest.Daily(20, 26)
	list := [][]booking.Span{night, night, apptest.Daily(0, 24), slices.Concat(apptest.Daily(8, 12), apptest.Daily(21, 25)), apptest.Daily(1, 26)}[rapid.IntRange(0, 4).Draw(r, "hours")]
	var breaks []booking.Span
	if rapid.Bool().Draw(r, "break") {
		breaks = []booking.Span{{Weekday: rapid.IntRange(1, 7).Draw(r, "weekday"), StartMinute: 23*60 + 40, EndMinute: 24*60 + 20}}
	}
	for _, w := range o.workers {
		o.try(r, "hours", func() error { _, err := o.Bookings.SetHours(apptest.As(w), list, breaks, nil); return err })
	}
}

func (o *office) cap(r *rapid.T) {
	n := rapid.IntRange(0, 3).Draw(r, "cap")
	o.try(r, "cap", func() error {
		_, err := o.Bookings.ChangeProvider(apptest.As(o.Staff), o.worker(r).PersonID, booking.ProviderChange{DailyCap: &n})
		return err
	})
}

// exception adds an exception around now, or takes one back.
func (o *office) exception(r *rapid.T) {
	me := o.worker(r)
	l, err := o.Bookings.Mine(apptest.As(me))
	if err != nil {
		r.Fatal(err)
	}
	if len(l.Exceptions) > 0 && rapid.Bool().Draw(r, "back") {
		o.try(r, "exception back", func() error { return o.Bookings.RemoveException(apptest.As(me), l.Exceptions[0].ID) })
		return
	}
	from := rapid.IntRange(0, 287).Draw(r, "from") * 5
	e := booking.Exception{Kind: rapid.SampledFrom([]string{"off", "extra"}).Draw(r, "kind"), StartMinute: from, EndMinute: from + rapid.IntRange(1, 60).Draw(r, "long")*5,
		Day: o.Clock.Now().In(store.Shanghai).AddDate(0, 0, rapid.IntRange(-1, 1).Draw(r, "day")).Format(time.DateOnly)}
	o.try(r, e.Kind, func() error { _, err := o.Bookings.AddException(apptest.As(me), e); return err })
}

func (o *office) time(r *rapid.T) {
	o.Clock.Advance(time.Duration(rapid.SampledFrom([]int{16, 3, 16, 45, 120}).Draw(r, "minutes")) * time.Minute)
}

func (o *office) sweep(r *rapid.T) {
	held := o.Count("bookings", "state = 'held'")
	o.try(r, "sweep", func() error { return o.Bookings.Sweep(ctx) })
	if n := o.Count("bookings", "state = 'held'"); n < held {
		o.done["lapse"]++
	}
	if n := o.Count("bookings", "state = 'held' AND hold_expires_at <= ?", store.At(o.Clock.Now())); n != 0 {
		r.Fatalf("%d holds that ran out are left", n)
	}
}

// holds is rule 1, and that bookings fit their requests: what must be true after every deed.
func (o *office) holds(r *rapid.T) {
	if wrong := o.Unsettled(); len(wrong) > 0 {
		r.Fatalf("%q", wrong)
	}
	midnight := time.Date(o.began.Year(), o.began.Month(), o.began.Day()+1, 0, 0, 0, 0, store.Shanghai).UnixMilli()
	if o.Count("bookings", "live = 1 AND starts_at < ? AND ends_at > ?", midnight, midnight) > 0 {
		o.done["across the month's end"]++
	}
}
