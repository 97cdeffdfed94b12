package booking

import (
	"slices"
	"time"

	"yimi/internal/catalogue"
	"yimi/internal/store"
)

// SlotState tells whether a slot can be booked.
type SlotState string

// The states of a slot.
const (
	Free  SlotState = "free"
	Taken SlotState = "taken"
	Past  SlotState = "past" // over, or too soon
)

// Slot is a bookable time of one provider.
type Slot struct {
	ProviderID       int64
	StartsAt, EndsAt time.Time
	State            SlotState
}

// DayState tells what a calendar shows of a day.
type DayState string

// The states of a day.
const (
	DayOpen  DayState = "open"
	DayFull  DayState = "full"
	DayOff   DayState = "off"
	DayPast  DayState = "past"
	DayLater DayState = "later" // beyond the horizon
)

// Day is one day of a provider's calendar for a service.
type Day struct {
	Date  string
	State DayState
	Note  string // the holiday's name
	Free  int
	Slots []Slot
}

// Span is a weekly span of work or of a break, in minutes of the day; an end above
// 1440 is on the next day.
type Span struct {
	ID          int64
	ProviderID  int64
	Kind        string // work, break
	Weekday     int    // 1 Monday to 7 Sunday
	StartMinute int
	EndMinute   int
}

// TableName names the table.
func (Span) TableName() string { return "provider_spans" }

// Exception is a day, or a part of one, that differs from the week.
type Exception struct {
	ID          int64
	ProviderID  int64
	Day         string
	Kind        string // off, extra
	StartMinute int
	EndMinute   int
	Note        string
	CreatedAt   store.Time
}

// TableName names the table.
func (Exception) TableName() string { return "provider_exceptions" }

// WholeDay tells whether the exception is for the whole day.
func (e *Exception) WholeDay() bool { return e.StartMinute == 0 && e.EndMinute == dayMinutes }

// Holiday is a day without slots, or a make-up day that works as another week-day, in one district.
type Holiday struct {
	UnitID    int64 // the district: the top of its units
	Day       string
	Name      string
	Kind      string // off, work
	AsWeekday int
	CreatedAt store.Time
}

const (
	work, pause = "work", "break"
	off, extra  = "off", "extra"
	dayMinutes  = 24 * 60
)

// span is a time of the calendar.
type span struct{ from, to time.Time }

// plan is all that the slots of one provider derive from.
type plan struct {
	spans      []Span
	exceptions []Exception
	holidays   map[string]Holiday
	busy       []Booking      // live ones, holds that ran out left out
	taken      map[string]int // bookings by day
	cap        int            // of a day; 0 for none
}

func midnight(day string) time.Time {
	t, _ := time.ParseInLocation(time.DateOnly, day, store.Shanghai)
	return t
}

func nextDay(day string, n int) string { return midnight(day).AddDate(0, 0, n).Format(time.DateOnly) }

// weekday is the week-day whose hours a day has; 0 on a holiday.
func (p *plan) weekday(day string) int { return weekdayOf(p.holidays, day) }

func weekdayOf(holidays map[string]Holiday, day string) int {
	if h, ok := holidays[day]; ok {
		if h.Kind == off {
			return 0
		}
		return h.AsWeekday
	}
	return (int(midnight(day).Weekday())+6)%7 + 1
}

// windows gives when the provider works, of the spans that begin on the day: the week's
// without its breaks and without holidays, and the extra hours, without what is off.
func (p *plan) windows(day string) []span {
	around := []string{nextDay(day, -1), day, nextDay(day, 1)} // what is taken out may cross midnight
	out := merged(p.weekly(day, work))
	for _, d := range around {
		out = without(out, p.weekly(d, pause))
		if p.weekday(d) == 0 { // the night before a holiday ends at midnight
			out = without(out, []span{between(d, 0, dayMinutes)})
		}
	}
	out = merged(append(out, p.exceptional(day, extra)...))
	for _, d := range around {
		out = without(out, p.exceptional(d, off))
	}
	return out
}

func (p *plan) weekly(day, kind string) (out []span) {
	weekday := p.weekday(day)
	for _, s := range p.spans {
		if s.Kind == kind && s.Weekday == weekday {
			out = append(out, between(day, s.StartMinute, s.EndMinute))
		}
	}
	return out
}

func (p *plan) exceptional(day, kind string) (out []span) {
	for _, e := range p.exceptions {
		if e.Kind == kind && e.Day == day {
			out = append(out, between(day, e.StartMinute, e.EndMinute))
		}
	}
	return out
}

func between(day string, start, end int) span {
	m := midnight(day)
	return span{m.Add(time.Duration(start) * time.Minute), m.Add(time.Duration(end) * time.Minute)}
}

// merged sorts spans and joins those that touch.
func merged(in []span) (out []span) {
	slices.SortFunc(in, func(a, b span) int { return a.from.Compare(b.from) })
	for _, s := range in {
		if n := len(out); n > 0 && !s.from.After(out[n-1].to) {
			if s.to.After(out[n-1].to) {
				out[n-1].to = s.to
			}
			continue
		}
		out = append(out, s)
	}
	return out
}

// without takes the spans of cut out of those of in.
func without(in, cut []span) []span {
	for _, c := range cut {
		var left []span
		for _, s := range in {
			if !c.from.Before(s.to) || !c.to.After(s.from) {
				left = append(left, s)
				continue
			}
			if s.from.Before(c.from) {
				left = append(left, span{s.from, c.from})
			}
			if c.to.Before(s.to) {
				left = append(left, span{c.to, s.to})
			}
		}
		in = left
	}
	return in
}

// day gives a provider's slots for a service on a day, as they are now.
func (p *plan) day(providerID int64, t *catalogue.Type, day string, now time.Time) Day {
	d := Day{Date: day, Slots: []Slot{}, Note: p.holidays[day].Name}
	for _, w := range p.windows(day) {
		for starts := onGrain(w.from); !starts.Add(lengthOf(t)).After(w.to); starts = starts.Add(lengthOf(t) + bufferOf(t)) {
			slot := Slot{ProviderID: providerID, StartsAt: starts, EndsAt: starts.Add(lengthOf(t))}
			slot.State = p.stateOf(&slot, t, now)
			if slot.State == Free {
				d.Free++
			}
			d.Slots = append(d.Slots, slot)
		}
	}
	d.State = d.stateOn(now, t)
	if d.State == DayLater {
		d.Free, d.Slots = 0, []Slot{}
	}
	return d
}

// onGrain is the instant, or the next one that a booking may begin at.
func onGrain(t time.Time) time.Time { return t.Add(Grain - 1).Truncate(Grain) }

func (p *plan) stateOf(s *Slot, t *catalogue.Type, now time.Time) SlotState {
	switch {
	case s.StartsAt.Before(now.Add(time.Duration(t.LeadMinutes) * time.Minute)):
		return Past
	case p.cap > 0 && p.taken[dayOf(s.StartsAt)] >= p.cap, p.isBusy(s.StartsAt, s.EndsAt.Add(bufferOf(t))):
		return Taken
	}
	return Free
}

func (p *plan) isBusy(from, to time.Time) bool {
	return slices.ContainsFunc(p.busy, func(b Booking) bool { return b.StartsAt.Before(to) && b.BusyUntil.After(from) })
}

func (d *Day) stateOn(now time.Time, t *catalogue.Type) DayState {
	today := dayOf(now)
	past := !slices.ContainsFunc(d.Slots, func(s Slot) bool { return s.State != Past })
	switch {
	case d.Date > nextDay(today, t.HorizonDays):
		return DayLater
	case d.Date < today:
		return DayPast
	case len(d.Slots) == 0:
		return DayOff
	case past:
		return DayPast
	case d.Free == 0:
		return DayFull
	}
	return DayOpen
}

// find gives the slot that starts at the instant, if there is one.
func (p *plan) find(providerID int64, t *catalogue.Type, starts, now time.Time) (Slot, bool) {
	for _, day := range []string{nextDay(dayOf(starts), -1), dayOf(starts)} { // a night's span begins the day before
		for _, s := range p.day(providerID, t, day, now).Slots {
			if s.StartsAt.Equal(starts) {
				return s, true
			}
		}
	}
	return Slot{}, false
}
