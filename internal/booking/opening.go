package booking

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"
)

// Opening is when a station answers: from one minute of the day to another, on its days that are no holidays of its district.
type Opening struct {
	From, Until int
	days        [8]bool // by the week-day, 1 to 7
	holidays    map[string]Holiday
}

// calendarAhead is how far the holidays are looked up: beyond the longest promise, 30 days.
const calendarAhead = 120

// Opening gives when the station at path answers, from the instant on.
func (s *Service) Opening(db *gorm.DB, path string, from time.Time) (Opening, error) {
	said, err := openHours(db, path)
	if err != nil {
		return Opening{}, err
	}
	o := Opening{From: int(s.limits.OpensAt.Minutes()), Until: int(s.limits.ClosesAt.Minutes()), days: workdays}
	for _, text := range said {
		text = mainHours(text)
		if from, until, ok := readHours(text); ok {
			o.From, o.Until, o.days = from, until, readDays(text)
			break
		}
	}
	district, day := districtOf(path), dayOf(from)
	holidays, err := holidaysBetween(db, []int64{district}, day, nextDay(day, calendarAhead))
	o.holidays = holidays[district]
	return o, err
}

var clockTime = regexp.MustCompile(`(\d{1,2})[:：](\d{2})`)

// readHours reads the first and the last time of day of what a station says of its hours: 8:30–18:00.
func readHours(text string) (from, until int, ok bool) {
	times := clockTime.FindAllStringSubmatch(text, -1)
	if len(times) < 2 {
		return 0, 0, false
	}
	minute := func(m []string) int {
		h, _ := strconv.Atoi(m[1])
		n, _ := strconv.Atoi(m[2])
		return h*60 + n
	}
	from, until = minute(times[0]), minute(times[len(times)-1])
	return from, until, from < until && until <= dayMinutes
}

// workdays are those of a station that names none.
var workdays = [8]bool{1: true, 2: true, 3: true, 4: true, 5: true}

const weekDays = "一二三四五六日"

var (
	everyDay = regexp.MustCompile(`每天|天天|每日|全年无休`)
	someDays = regexp.MustCompile(`(?:周|星期|礼拜)([一二三四五六日天])(?:\s*[至到~～—–-]+\s*(?:周|星期|礼拜)?([一二三四五六日天]))?([一二三四五六日天]*)`)
)

var clauses = regexp.MustCompile(`[，,；;。、（(\n]?[^，,；;。、（(\n]+`)

// mainHours is what a station says of its hours until it begins to speak of other days, without those of rest:
// of 周一至周五 8:30–12:00，14:00–18:00，周六 9:00–12:00，周日休息 all before 周六.
func mainHours(text string) (out string) {
	for _, clause := range clauses.FindAllString(text, -1) {
		switch {
		case strings.ContainsAny(clause, "休不关闭"):
		case clockTime.MatchString(out) && someDays.MatchString(clause):
			return out
		default:
			out += clause
		}
	}
	return out
}

// readDays reads the week-days on which a station says that it is open: 周一至周六, 周二、周四, 周六日, 每天.
func readDays(text string) (days [8]bool) {
	named := someDays.FindAllStringSubmatch(text, -1)
	switch {
	case everyDay.MatchString(text):
		return [8]bool{1: true, 2: true, 3: true, 4: true, 5: true, 6: true, 7: true}
	case len(named) == 0:
		return workdays
	}
	for _, m := range named {
		first := weekDay(m[1])
		last := first
		if m[2] != "" {
			last = weekDay(m[2])
		}
		for d := first; ; d = d%7 + 1 { // 周五至周一 goes over the end of the week
			days[d] = true
			if d == last {
				break
			}
		}
		for _, more := range m[3] {
			days[weekDay(string(more))] = true
		}
	}
	return days
}

func weekDay(name string) int {
	if name == "天" {
		name = "日"
	}
	return strings.Index(weekDays, name)/len("一") + 1
}

// on gives when the station is open on a day; nothing on one that is none of its days, or a holiday.
func (o Opening) on(day string) (span, bool) {
	weekday := weekdayOf(o.holidays, day)
	return between(day, o.From, o.Until), o.days[weekday]
}

// after is the instant at which the station has been open for so long since another.
func (o Opening) after(asked time.Time, open time.Duration) time.Time {
	for day, n := dayOf(asked), 0; n < calendarAhead; day, n = nextDay(day, 1), n+1 {
		s, works := o.on(day)
		if asked.After(s.from) {
			s.from = asked
		}
		if !works || !s.from.Before(s.to) {
			continue
		}
		if !s.from.Add(open).After(s.to) {
			return s.from.Add(open)
		}
		open -= s.to.Sub(s.from)
	}
	return asked.Add(open) // more holidays than there can be
}

// lastOpen is the last instant up to another at which the station is open, not before asked.
func (o Opening) lastOpen(asked, until time.Time) time.Time {
	for day := dayOf(until); day >= dayOf(asked); day = nextDay(day, -1) {
		if s, works := o.on(day); works && s.from.Before(until) && s.to.After(asked) {
			return earlier(s.to, until)
		}
	}
	return until
}

// Promise is an answer that is promised.
type Promise struct {
	Asked  time.Time
	Within time.Duration // a day of it is a working day
	Urgent bool          // every hour counts
	Slot   time.Time     // that is held for it; zero: none
	Lead   time.Duration // the answer comes so long before the slot
	Least  time.Duration // but nobody can answer sooner than this
}

// AnswerBy is when the answer is due, in opening hours, and in any case before the slot that is held for it.
func (o Opening) AnswerBy(p Promise) time.Time {
	due := p.Asked.Add(p.Within)
	if !p.Urgent {
		const day = 24 * time.Hour
		minutes := o.Until - o.From // of a working day
		days, rest := int(p.Within/day), p.Within%day
		due = o.after(p.Asked, time.Duration(days*minutes)*time.Minute+min(rest, time.Duration(minutes)*time.Minute))
	}
	if p.Slot.IsZero() {
		return due
	}
	due = earlier(due, o.lastOpen(p.Asked, p.Slot.Add(-p.Lead)))
	return earlier(later(due, p.Asked.Add(p.Least)), p.Slot)
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
