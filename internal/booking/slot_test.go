package booking

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yimi/internal/catalogue"
	"yimi/internal/fault"
	"yimi/internal/store"
)

// talk is a service of 50 minutes with 10 kept free after it, four weeks ahead.
var talk = &catalogue.Type{ID: 1, LengthMinutes: 50, BufferMinutes: 10, HorizonDays: 28}

// 2026-03-05 is a Thursday.
const (
	wednesday, thursday, friday = "2026-03-04", "2026-03-05", "2026-03-06"
	saturday, sunday            = "2026-03-07", "2026-03-08"
)

// at is an instant in Shanghai: "2026-03-05 09:00".
func at(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", text, store.Shanghai)
	if err != nil {
		panic(err)
	}
	return t
}

// span reads "4 09:00-12:00"; an end not after the start is on the next day.
func spanOf(kind, text string) Span {
	var day, h1, m1, h2, m2 int
	if _, err := fmt.Sscanf(text, "%d %d:%d-%d:%d", &day, &h1, &m1, &h2, &m2); err != nil {
		panic(text)
	}
	s := Span{Kind: kind, Weekday: day, StartMinute: h1*60 + m1, EndMinute: h2*60 + m2}
	if s.EndMinute <= s.StartMinute {
		s.EndMinute += dayMinutes
	}
	return s
}

// planOf reads a plan, a line each: "work 4 09:00-12:00", "break …", "off 2026-03-05",
// "off 2026-03-05 09:00-10:00", "extra …", "holiday 2026-03-05", "makeup 2026-03-07 4".
func planOf(lines ...string) *plan {
	p := &plan{holidays: map[string]Holiday{}, taken: map[string]int{}}
	for _, line := range lines {
		kind, rest, _ := strings.Cut(line, " ")
		day, more, timed := strings.Cut(rest, " ")
		switch kind {
		case work, pause:
			p.spans = append(p.spans, spanOf(kind, rest))
		case off, extra:
			e := Exception{Kind: kind, Day: day, EndMinute: dayMinutes}
			if timed {
				s := spanOf(kind, "1 "+more)
				e.StartMinute, e.EndMinute = s.StartMinute, s.EndMinute
			}
			p.exceptions = append(p.exceptions, e)
		case "holiday":
			p.holidays[day] = Holiday{Day: day, Name: "节日", Kind: off}
		case "makeup":
			h := Holiday{Day: day, Name: "调休", Kind: work}
			if _, err := fmt.Sscan(more, &h.AsWeekday); err != nil {
				panic(line)
			}
			p.holidays[day] = h
		default:
			panic(line)
		}
	}
	return p
}

// busy is a booking of the provider, from start to end and what is kept free after it.
func busy(from, to string, buffer time.Duration) Booking {
	return Booking{StartsAt: store.At(at(from)), EndsAt: store.At(at(to)), BusyUntil: store.At(at(to).Add(buffer))}
}

// clocks are the starts of slots: "09:00 10:00"; those of the next day have a +.
func clocks(day string, slots []Slot, states ...SlotState) string {
	var out []string
	for _, s := range slots {
		if len(states) > 0 && s.State != states[0] {
			continue
		}
		clock := s.StartsAt.In(store.Shanghai).Format("15:04")
		if dayOf(s.StartsAt) > day {
			clock += "+"
		}
		out = append(out, clock)
	}
	return strings.Join(out, " ")
}

func TestSlotsComeFromHoursBreaksExceptionsAndHolidays(t *testing.T) {
	t.Parallel()
	weekdays := []string{"work 1 09:00-12:00", "work 2 09:00-12:00", "work 3 09:00-12:00", "work 4 09:00-12:00", "work 5 09:00-12:00"}
	with := func(more ...string) []string { return append(append([]string{}, weekdays...), more...) }
	for name, c := range map[string]struct {
		plan []string
		day  string
		want string
	}{
		"hours of the week-day":                   {weekdays, thursday, "09:00 10:00 11:00"},
		"no hours on the week-day":                {weekdays, saturday, ""},
		"no hours at all":                         {nil, thursday, ""},
		"the last one needs its length alone":     {[]string{"work 4 09:00-11:50"}, thursday, "09:00 10:00 11:00"},
		"a minute less, and it does not fit":      {[]string{"work 4 09:00-11:49"}, thursday, "09:00 10:00"},
		"two spans":                               {[]string{"work 4 14:00-15:00", "work 4 09:00-10:00"}, thursday, "09:00 14:00"},
		"spans that touch are one":                {[]string{"work 4 10:30-12:00", "work 4 09:00-10:30"}, thursday, "09:00 10:00 11:00"},
		"a start that is not on five minutes":     {[]string{"work 4 09:03-11:00"}, thursday, "09:05 10:05"},
		"a break":                                 {with("break 4 10:00-10:30"), thursday, "09:00 10:30"},
		"a break of another day":                  {with("break 3 10:00-10:30"), thursday, "09:00 10:00 11:00"},
		"a break over everything":                 {with("break 4 08:00-13:00"), thursday, ""},
		"a break at the start":                    {with("break 4 08:00-10:00"), thursday, "10:00 11:00"},
		"a break at the end":                      {with("break 4 11:00-13:00"), thursday, "09:00 10:00"},
		"a break that ends when work begins":      {with("break 4 08:00-09:00"), thursday, "09:00 10:00 11:00"},
		"two breaks":                              {with("break 4 09:50-10:00", "break 4 10:50-11:00"), thursday, "09:00 10:00 11:00"},
		"a whole day off":                         {with("off " + thursday), thursday, ""},
		"another day off":                         {with("off " + friday), thursday, "09:00 10:00 11:00"},
		"part of a day off":                       {with("off " + thursday + " 09:30-10:30"), thursday, "10:30"},
		"off until a time that is not on five":    {with("off " + thursday + " 09:00-10:07"), thursday, "10:10 11:10"},
		"extra hours on a day without":            {with("extra " + saturday + " 19:00-21:00"), saturday, "19:00 20:00"},
		"extra hours after the hours":             {with("extra " + thursday + " 12:00-13:00"), thursday, "09:00 10:00 11:00 12:00"},
		"extra hours instead of a break":          {with("break 4 10:00-11:00", "extra "+thursday+" 10:00-11:00"), thursday, "09:00 10:00 11:00"},
		"off goes before extra":                   {with("extra "+saturday+" 09:00-12:00", "off "+saturday+" 09:00-10:00"), saturday, "10:00 11:00"},
		"a holiday":                               {with("holiday " + thursday), thursday, ""},
		"extra hours on a holiday":                {with("holiday "+thursday, "extra "+thursday+" 10:00-11:00"), thursday, "10:00"},
		"a make-up day has another day's hours":   {with("makeup " + saturday + " 4"), saturday, "09:00 10:00 11:00"},
		"a make-up day has another day's breaks":  {with("makeup "+saturday+" 4", "break 4 10:00-12:00"), saturday, "09:00"},
		"a make-up day has not its own":           {with("makeup "+saturday+" 4", "work 6 15:00-16:00", "break 6 09:00-10:00"), saturday, "09:00 10:00 11:00"},
		"a make-up day may be off for one":        {with("makeup "+saturday+" 4", "off "+saturday), saturday, ""},
		"a make-up day for a day without hours":   {with("makeup " + saturday + " 7"), saturday, ""},
		"a night":                                 {[]string{"work 4 22:00-02:00"}, thursday, "22:00 23:00 00:00+ 01:00+"},
		"a night is the day's on which it begins": {[]string{"work 4 22:00-02:00"}, friday, ""},
		"up to midnight":                          {[]string{"work 4 22:00-00:00"}, thursday, "22:00 23:00"},
		"a day's length":                          {[]string{"work 4 22:00-22:00"}, thursday, "22:00 23:00 00:00+ 01:00+ 02:00+ 03:00+ 04:00+ 05:00+ 06:00+ 07:00+ 08:00+ 09:00+ 10:00+ 11:00+ 12:00+ 13:00+ 14:00+ 15:00+ 16:00+ 17:00+ 18:00+ 19:00+ 20:00+ 21:00+"},
		"a night before a day off":                {[]string{"work 4 22:00-02:00", "off " + friday}, thursday, "22:00 23:00"},
		"a night before a holiday":                {[]string{"work 4 22:00-02:00", "holiday " + friday}, thursday, "22:00 23:00"},
		"a night before a holiday with extra":     {[]string{"work 4 22:00-02:00", "holiday " + friday, "extra " + friday + " 00:00-01:00"}, thursday, "22:00 23:00"},
		"a night with off across midnight":        {[]string{"work 4 22:00-02:00", "off " + thursday + " 23:00-01:00"}, thursday, "22:00 01:00+"},
		"a night with a break after midnight":     {[]string{"work 4 22:00-02:00", "break 5 00:00-01:00"}, thursday, "22:00 23:00 01:00+"},
		"a break that began the evening before":   {[]string{"work 5 00:00-03:00", "break 4 23:00-01:00"}, friday, "01:00 02:00"},
		"off since the evening before":            {[]string{"work 5 00:00-03:00", "off " + thursday + " 23:00-01:00"}, friday, "01:00 02:00"},
		"extra hours across midnight":             {[]string{"extra " + thursday + " 23:00-01:00"}, thursday, "23:00 00:00+"},
		"the end of February":                     {[]string{"work 6 23:00-01:00"}, "2026-02-28", "23:00 00:00+"},
		"the end of February in a leap year":      {[]string{"work 1 23:00-01:00", "off 2028-02-29 00:30-01:00"}, "2028-02-28", "23:00"},
		"29 February":                             {[]string{"work 2 23:00-01:00"}, "2028-02-29", "23:00 00:00+"},
		"the end of a year":                       {[]string{"work 4 22:00-02:00"}, "2026-12-31", "22:00 23:00 00:00+ 01:00+"},
		"the end of a year before a holiday":      {[]string{"work 4 22:00-02:00", "holiday 2027-01-01"}, "2026-12-31", "22:00 23:00"},
		"Sunday night into Monday":                {[]string{"work 7 23:00-01:00", "break 1 00:00-00:30"}, sunday, "23:00"},
	} {
		d := planOf(c.plan...).day(7, talk, c.day, at(c.day+" 00:00").AddDate(0, 0, -1))
		if got := clocks(c.day, d.Slots); got != c.want || d.Free != len(d.Slots) {
			t.Errorf("%s: %q, %d free, want %q", name, got, d.Free, c.want)
		}
		for _, s := range d.Slots {
			if s.ProviderID != 7 || s.EndsAt.Sub(s.StartsAt) != 50*time.Minute || s.State != Free {
				t.Errorf("%s: %+v", name, s)
			}
		}
	}
}

func TestSlotsStandOnTheGridOfLengthAndBuffer(t *testing.T) {
	t.Parallel()
	p := planOf("work 4 09:00-11:00")
	for grid, want := range map[[2]int]string{
		{60, 0}:   "09:00 10:00",
		{50, 10}:  "09:00 10:00",
		{40, 5}:   "09:00 09:45",
		{25, 5}:   "09:00 09:30 10:00 10:30",
		{30, 60}:  "09:00 10:30",
		{120, 30}: "09:00",
		{125, 0}:  "",
		{10, 45}:  "09:00 09:55 10:50",
	} {
		s := &catalogue.Type{LengthMinutes: grid[0], BufferMinutes: grid[1], HorizonDays: 28}
		if got := clocks(thursday, p.day(7, s, thursday, at(wednesday+" 09:00")).Slots); got != want {
			t.Errorf("%v: %q, want %q", grid, got, want)
		}
	}
}

func TestASlotIsTakenByWhatIsKeptFreeToo(t *testing.T) {
	t.Parallel()
	now := at(wednesday + " 09:00")
	for name, c := range map[string]struct {
		busy []Booking
		free string
	}{
		"nothing":                   {nil, "09:00 10:00 11:00"},
		"the slot itself":           {[]Booking{busy(thursday+" 10:00", thursday+" 10:50", 10*time.Minute)}, "09:00 11:00"},
		"between two":               {[]Booking{busy(thursday+" 10:15", thursday+" 11:05", 0)}, "09:00"},
		"up to the start":           {[]Booking{busy(thursday+" 08:00", thursday+" 09:00", 0)}, "09:00 10:00 11:00"},
		"kept free into the start":  {[]Booking{busy(thursday+" 08:00", thursday+" 09:00", 5*time.Minute)}, "10:00 11:00"},
		"in what is kept free":      {[]Booking{busy(thursday+" 09:55", thursday+" 10:00", 0)}, "10:00 11:00"},
		"right after":               {[]Booking{busy(thursday+" 12:00", thursday+" 13:00", 0)}, "09:00 10:00 11:00"},
		"over all, and from before": {[]Booking{busy(wednesday+" 23:00", thursday+" 14:00", 0)}, ""},
		"two":                       {[]Booking{busy(thursday+" 09:00", thursday+" 09:10", 0), busy(thursday+" 11:40", thursday+" 12:10", 0)}, "10:00"},
	} {
		p := planOf("work 4 09:00-12:00")
		p.busy = c.busy
		d := p.day(7, talk, thursday, now)
		if got := clocks(thursday, d.Slots, Free); got != c.free || len(d.Slots) != 3 {
			t.Errorf("%s: free %q of %d, want %q", name, got, len(d.Slots), c.free)
		}
	}
}

func TestASlotIsOfferedUntilTheLead(t *testing.T) {
	t.Parallel()
	p := planOf("work 4 09:00-12:00")
	for now, want := range map[string]string{
		thursday + " 06:59": "09:00 10:00 11:00",
		thursday + " 07:00": "09:00 10:00 11:00", // two hours before, to the minute
		thursday + " 07:01": "10:00 11:00",
		thursday + " 09:00": "11:00",
		thursday + " 09:01": "",
		thursday + " 13:00": "",
	} {
		s := *talk
		s.LeadMinutes = 120
		if got := clocks(thursday, p.day(7, &s, thursday, at(now)).Slots, Free); got != want {
			t.Errorf("at %s: %q, want %q", now, got, want)
		}
	}
	if got := clocks(thursday, p.day(7, talk, thursday, at(thursday+" 10:00")).Slots, Free); got != "10:00 11:00" {
		t.Errorf("without a lead: %q", got)
	}
}

func TestTheDailyCapTakesTheRest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cap, thursday, friday int
		want                  string
	}{
		{0, 99, 99, "22:00 23:00 00:00+ 01:00+"},
		{3, 2, 2, "22:00 23:00 00:00+ 01:00+"},
		{3, 3, 2, "00:00+ 01:00+"}, // a night's slots count on the day on which each begins
		{3, 2, 3, "22:00 23:00"},
		{3, 4, 4, ""},
	} {
		p := planOf("work 4 22:00-02:00")
		p.cap, p.taken[thursday], p.taken[friday] = c.cap, c.thursday, c.friday
		d := p.day(7, talk, thursday, at(wednesday+" 09:00"))
		if got := clocks(thursday, d.Slots, Free); got != c.want || len(clocks(thursday, d.Slots, Taken))+len(got) == 0 {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

func TestWhatACalendarShowsOfADay(t *testing.T) {
	t.Parallel()
	all := busy(thursday+" 09:00", thursday+" 12:00", 0)
	late := busy(thursday+" 10:00", thursday+" 12:00", 0)
	for name, c := range map[string]struct {
		plan []string
		busy []Booking
		cap  int
		day  string
		now  string
		want DayState
		free int
	}{
		"open":                      {[]string{"work 4 09:00-12:00"}, nil, 0, thursday, wednesday + " 12:00", DayOpen, 3},
		"partly taken":              {[]string{"work 4 09:00-12:00"}, []Booking{late}, 0, thursday, wednesday + " 12:00", DayOpen, 1},
		"full":                      {[]string{"work 4 09:00-12:00"}, []Booking{all}, 0, thursday, wednesday + " 12:00", DayFull, 0},
		"full by the cap":           {[]string{"work 4 09:00-12:00"}, nil, 1, thursday, wednesday + " 12:00", DayFull, 0},
		"past and full":             {[]string{"work 4 09:00-12:00"}, []Booking{late}, 0, thursday, thursday + " 09:30", DayFull, 0},
		"today, all over":           {[]string{"work 4 09:00-12:00"}, nil, 0, thursday, thursday + " 11:30", DayPast, 0},
		"today, nothing":            {nil, nil, 0, thursday, thursday + " 11:30", DayOff, 0},
		"off":                       {[]string{"work 4 09:00-12:00", "off " + thursday}, nil, 0, thursday, wednesday + " 12:00", DayOff, 0},
		"hours too short for one":   {[]string{"work 4 09:00-09:30"}, nil, 0, thursday, wednesday + " 12:00", DayOff, 0},
		"yesterday":                 {[]string{"work 3 09:00-12:00"}, nil, 0, wednesday, thursday + " 00:00", DayPast, 0},
		"yesterday, off":            {nil, nil, 0, wednesday, thursday + " 09:00", DayPast, 0},
		"the last of the horizon":   {[]string{"work 4 09:00-12:00"}, nil, 0, "2026-04-02", thursday + " 09:00", DayOpen, 3},
		"beyond the horizon":        {[]string{"work 5 09:00-12:00"}, nil, 0, "2026-04-03", thursday + " 09:00", DayLater, 0},
		"beyond it, and off":        {nil, nil, 0, "2026-04-03", thursday + " 09:00", DayLater, 0},
		"the horizon moves at home": {[]string{"work 5 09:00-12:00"}, nil, 0, "2026-04-03", friday + " 00:00", DayOpen, 3}, // midnight there, not in London
	} {
		p := planOf(c.plan...)
		p.busy, p.cap, p.taken[c.day] = c.busy, c.cap, c.cap
		d := p.day(7, talk, c.day, at(c.now))
		if d.State != c.want || d.Free != c.free || d.Date != c.day {
			t.Errorf("%s: %s with %d free, want %s with %d", name, d.State, d.Free, c.want, c.free)
		}
		if d.Slots == nil || d.State == DayLater && len(d.Slots) > 0 {
			t.Errorf("%s: slots %v", name, d.Slots)
		}
	}
	if d := planOf("holiday "+thursday).day(7, talk, thursday, at(wednesday+" 12:00")); d.Note != "节日" || d.State != DayOff {
		t.Errorf("%+v", d)
	}
}

func TestTheNextFreeSlots(t *testing.T) {
	t.Parallel()
	daily := []string{}
	for day := range 7 {
		daily = append(daily, fmt.Sprintf("work %d 09:00-11:00", day+1))
	}
	for name, c := range map[string]struct {
		plan []string
		busy []Booking
		now  string
		want string
	}{
		"of today and tomorrow":  {daily, nil, thursday + " 08:00", "05 09:00, 05 10:00, 06 09:00"},
		"of what is left":        {daily, nil, thursday + " 09:30", "05 10:00, 06 09:00, 06 10:00"},
		"not the taken":          {daily, []Booking{busy(thursday+" 10:00", friday+" 09:30", 0)}, thursday + " 09:30", "06 10:00, 07 09:00, 07 10:00"},
		"of last night":          {[]string{"work 4 22:00-03:00"}, nil, friday + " 00:30", "06 01:00, 06 02:00, 12 22:00"},
		"weeks on":               {[]string{"work 4 09:00-10:00"}, nil, friday + " 00:00", "12 09:00, 19 09:00, 26 09:00"},
		"across the month's end": {daily, nil, "2026-03-31 10:30", "01 09:00, 01 10:00, 02 09:00"},
		"to the horizon":         {[]string{"extra 2026-04-02 09:00-10:00", "extra 2026-04-03 09:00-10:00"}, nil, thursday + " 09:00", "02 09:00"},
		"none":                   {nil, nil, thursday + " 09:00", ""},
	} {
		p := planOf(c.plan...)
		p.busy = c.busy
		var got []string
		for _, s := range p.nextFree(7, talk, at(c.now)) {
			got = append(got, s.StartsAt.In(store.Shanghai).Format("02 15:04"))
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestTheEarliestOfSeveralProviders(t *testing.T) {
	t.Parallel()
	offer := func(id int64, starts ...string) Offer {
		o := Offer{ProviderLine: ProviderLine{Provider: Provider{PersonID: id}}}
		for _, s := range starts {
			o.NextFree = append(o.NextFree, Slot{ProviderID: id, StartsAt: at(s)})
		}
		return o
	}
	offers := []Offer{offer(1), offer(2, friday+" 09:00", friday+" 10:00", friday+" 11:00"), offer(3, thursday+" 15:00", friday+" 09:30")}
	got := ""
	for _, s := range earliest(offers) {
		got += fmt.Sprint(s.ProviderID, " ", s.StartsAt.Format("02 15:04"), "; ")
	}
	if got != "3 05 15:00; 2 06 09:00; 3 06 09:30; " {
		t.Error(got)
	}
	if len(earliest(offers[:1])) != 0 || !offers[0].first().After(offers[1].first()) {
		t.Error("somebody without a free slot comes last")
	}
}

func TestASlotIsFoundByItsStartAlone(t *testing.T) {
	t.Parallel()
	p := planOf("work 4 22:00-02:00", "work 5 09:00-10:00")
	now := at(wednesday + " 09:00")
	for starts, want := range map[string]bool{
		thursday + " 22:00": true, thursday + " 22:05": false, friday + " 01:00": true, friday + " 02:00": false,
		friday + " 09:00": true, friday + " 10:00": false, saturday + " 09:00": false, "2026-04-03 09:00": false, // beyond the horizon
	} {
		if s, ok := p.find(7, talk, at(starts), now); ok != want || ok && !s.StartsAt.Equal(at(starts)) {
			t.Errorf("%s: %v %+v", starts, ok, s)
		}
	}
}

func TestABookingTakesItsCellsAndWhatIsKeptFree(t *testing.T) {
	t.Parallel()
	make := func(starts string, length, buffer time.Duration) *Booking {
		b := &Booking{ID: 3}
		b.at(7, at(starts), length, buffer)
		return b
	}
	a, next := make(thursday+" 23:30", 50*time.Minute, 10*time.Minute), make(friday+" 00:30", 10*time.Minute, 0)
	if a.Day != thursday || next.Day != friday || !a.EndsAt.Equal(at(friday+" 00:20")) || !a.BusyUntil.Equal(at(friday+" 00:30")) {
		t.Errorf("%+v %+v", a, next)
	}
	mine, others := a.cells(), next.cells()
	if len(mine) != 12 || len(others) != 2 || mine[11].Cell+1 != others[0].Cell || mine[0] != (cell{7, at(thursday+" 23:30").UnixMilli() / 300_000, 3}) {
		t.Errorf("%+v, %+v", mine, others)
	}
	if odd := make(thursday+" 09:00", 10*time.Minute, 3*time.Minute).cells(); len(odd) != 3 {
		t.Errorf("what is kept free in part is kept free: %d cells", len(odd))
	}
}

// Whatever a plan is made of, its slots stand within the work, on five minutes, in order,
// and none overlaps another. (After a short break one may still begin while the time kept
// free after the one before goes on: whoever comes first has it.)
func TestSlotsOfAnyPlan(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		for range 20 { // the property tests on databases ask for few runs
			slotsOfOnePlan(r)
		}
	})
}

func slotsOfOnePlan(r *rapid.T) {
	p := planOf()
	minute := rapid.IntRange(0, 1439)
	for range rapid.IntRange(0, 4).Draw(r, "spans") {
		from := minute.Draw(r, "from")
		p.spans = append(p.spans, Span{Kind: rapid.SampledFrom([]string{work, work, pause}).Draw(r, "kind"), Weekday: rapid.IntRange(3, 5).Draw(r, "weekday"),
			StartMinute: from, EndMinute: from + rapid.IntRange(1, 1440).Draw(r, "long")})
	}
	for range rapid.IntRange(0, 3).Draw(r, "exceptions") {
		from := minute.Draw(r, "from")
		p.exceptions = append(p.exceptions, Exception{Kind: rapid.SampledFrom([]string{off, extra}).Draw(r, "kind"),
			Day: rapid.SampledFrom([]string{wednesday, thursday, friday}).Draw(r, "day"), StartMinute: from, EndMinute: from + rapid.IntRange(1, 1440).Draw(r, "long")})
	}
	if day := rapid.SampledFrom([]string{"", wednesday, thursday, friday}).Draw(r, "holiday"); day != "" {
		p.holidays[day] = Holiday{Kind: off}
		if rapid.Bool().Draw(r, "make-up") {
			p.holidays[day] = Holiday{Kind: work, AsWeekday: 3 + rapid.IntRange(0, 2).Draw(r, "as")}
		}
	}
	s := &catalogue.Type{LengthMinutes: 5 * rapid.IntRange(2, 96).Draw(r, "length"), BufferMinutes: 5 * rapid.IntRange(0, 24).Draw(r, "buffer"), HorizonDays: 28}
	d := p.day(7, s, thursday, at(wednesday+" 00:00"))
	var last time.Time
	for _, slot := range d.Slots {
		switch {
		case slot.StartsAt.UnixMilli()%Grain.Milliseconds() != 0:
			r.Fatalf("%s is not on five minutes", slot.StartsAt)
		case slot.StartsAt.Before(last):
			r.Fatalf("%s overlaps the one before", slot.StartsAt)
		}
		last = slot.EndsAt
		for at := slot.StartsAt; at.Before(slot.EndsAt); at = at.Add(time.Minute) {
			if !worksAt(p, at) {
				r.Fatalf("no work at %s: %+v %+v", at, p.spans, p.exceptions)
			}
		}
	}
}

// worksAt says in the plainest way whether the provider works at an instant.
func worksAt(p *plan, t time.Time) bool {
	in := func(kind string) (yes bool) {
		for _, day := range []string{nextDay(dayOf(t), -1), dayOf(t)} {
			minute := int(t.Sub(midnight(day)) / time.Minute)
			for _, s := range p.spans {
				yes = yes || s.Kind == kind && s.Weekday == p.weekday(day) && s.StartMinute <= minute && minute < s.EndMinute
			}
			for _, e := range p.exceptions {
				yes = yes || e.Kind == kind && e.Day == day && e.StartMinute <= minute && minute < e.EndMinute
			}
		}
		return yes
	}
	return !in(off) && (in(extra) || in(work) && !in(pause) && p.weekday(dayOf(t)) != 0)
}

func TestSpansThatOverlapAreRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spans []string
		bad   string
	}{
		"none":                             {nil, ""},
		"apart":                            {[]string{"1 14:00-18:00", "1 09:00-12:00"}, ""},
		"touching":                         {[]string{"1 09:00-12:00", "1 12:00-14:00"}, ""},
		"the same time on other days":      {[]string{"1 09:00-12:00", "2 09:00-12:00"}, ""},
		"overlapping":                      {[]string{"1 09:00-12:00", "1 11:55-14:00"}, "hours.1"},
		"overlapping, the later one first": {[]string{"1 11:55-14:00", "1 09:00-12:00"}, "hours.0"},
		"the same twice":                   {[]string{"3 09:00-12:00", "4 09:00-12:00", "3 09:00-12:00"}, "hours.2"},
		"one in another":                   {[]string{"1 09:00-18:00", "1 12:00-12:30"}, "hours.1"},
		"a night up to the morning":        {[]string{"1 22:00-02:00", "2 02:00-04:00"}, ""},
		"a night into the morning":         {[]string{"1 22:00-02:00", "2 01:00-04:00"}, "hours.1"},
		"Sunday night up to Monday":        {[]string{"7 22:00-02:00", "1 02:00-04:00"}, ""},
		"Sunday night into Monday":         {[]string{"7 22:00-02:00", "1 01:55-04:00"}, "hours.1"},
		"Sunday night into Monday, named":  {[]string{"1 01:55-04:00", "7 22:00-02:00"}, "hours.0"},
		"Sunday up to midnight":            {[]string{"7 22:00-00:00", "1 00:00-04:00"}, ""},
		"the whole week":                   {[]string{"1 00:00-00:00", "2 00:00-00:00", "3 00:00-00:00", "4 00:00-00:00", "5 00:00-00:00", "6 00:00-00:00", "7 00:00-00:00"}, ""},
		"a Sunday of a day's length":       {[]string{"7 12:00-12:00", "1 11:00-13:00"}, "hours.1"},
	} {
		var list []Span
		for _, s := range c.spans {
			list = append(list, spanOf(work, s))
		}
		err := CheckSpans("hours", list)
		if (err != nil) != (c.bad != "") {
			t.Errorf("%s: %v", name, err)
		}
		var f *fault.Error
		if errors.As(err, &f) && (f.Code != "invalid_fields" || len(f.Fields) != 1 || f.Fields[0].Name != c.bad) {
			t.Errorf("%s: %+v, want %s", name, f.Fields, c.bad)
		}
	}
}

func TestAMinorIsUnderEighteenByTheDayInShanghai(t *testing.T) {
	t.Parallel()
	born := func(day string) *Line { return &Line{BirthDate: &day} }
	for _, c := range []struct {
		born, now string
		minor     bool
	}{
		{"2008-03-05", "2026-03-04 23:59", true},
		{"2008-03-05", "2026-03-05 00:00", false}, // still the day before in London
		{"2008-03-05", "2026-03-05 09:00", false},
		{"2008-02-29", "2026-02-28 23:59", true},
		{"2008-02-29", "2026-03-01 00:00", false},
		{"1950-01-01", "2026-03-05 00:00", false},
	} {
		if got := born(c.born).Minor(at(c.now)); got != c.minor {
			t.Errorf("born %s, at %s: %v", c.born, c.now, got)
		}
	}
	if (&Line{}).Minor(at(thursday + " 09:00")) {
		t.Error("nobody is a minor whose birth date is not known")
	}
}
