package activity

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"yimi/internal/fault"
	"yimi/internal/hours"
	"yimi/internal/store"
	"yimi/internal/workflow"
)

// ShiftState tells whether a shift was called off.
type ShiftState string

// The states of a shift.
const (
	ShiftOpen      ShiftState = "open"
	ShiftCancelled ShiftState = "cancelled"
)

// Shift is one time span of an activity with its places.
type Shift struct {
	ID         int64
	ActivityID int64
	UnitID     int64 // the activity's
	SeriesID   *int64
	StartsAt   store.Time
	EndsAt     store.Time
	Capacity   int
	Taken      int // places confirmed or offered; never above Capacity (rule 1)
	Waitlisted int // people waiting
	State      ShiftState
	Secret     string      `audit:"-"` // of its rotating code
	Swept      bool        // the timed work after its end is done
	MovedAt    *store.Time // the last time that its time changed after somebody had signed up
	TimedAt    *store.Time // the last time that its time changed at all
	ByHand     bool        // changed by itself since its series made it, which leaves it alone from then on
	EasedAt    *store.Time // the last time that fence or way of check-in changed after somebody had signed up
	CreatedAt  store.Time
}

// Minutes is the shift's own length.
func (s *Shift) Minutes() int { return int(s.EndsAt.Sub(s.StartsAt.Time) / time.Minute) }

// ShiftLine is a shift with my sign-up for it.
type ShiftLine struct {
	Shift
	Mine *Signup
}

// ShiftChange is what may change of a shift; nil stays.
type ShiftChange struct {
	StartsAt, EndsAt *time.Time
	Capacity         *int
	AskAgain         bool // whoever the new time clashes for is asked again, instead of refusing it

	ofSeries bool // all shifts of the series change
}

// on gives the shift as it would be; one that has started, or would have, is refused.
func (c ShiftChange) on(s *Shift, now time.Time) (*Shift, error) {
	is := *s
	if c.StartsAt != nil {
		is.StartsAt = store.At(*c.StartsAt)
	}
	if c.EndsAt != nil {
		is.EndsAt = store.At(*c.EndsAt)
	}
	if c.Capacity != nil {
		is.Capacity = *c.Capacity
	}
	if s.SeriesID != nil && !c.ofSeries && (is.span() != s.span() || is.Capacity != s.Capacity) {
		is.ByHand = true
	}
	switch {
	case s.State != ShiftOpen:
		return nil, workflow.ErrBadTransition
	case !s.StartsAt.After(now):
		return nil, errStarted
	case !is.StartsAt.After(now):
		return nil, errShiftPast
	}
	return &is, checkTimes(is.StartsAt.Time, is.EndsAt.Time)
}

// Series is a rule that made shifts, by week-day.
type Series struct {
	ID         int64
	ActivityID int64
	Weekdays   string // "2,4": 1 Monday to 7 Sunday
	StartTime  string // "09:00" in Asia/Shanghai
	EndTime    string // before StartTime: on the next day
	FromDate   string
	UntilDate  string
	Capacity   int
	CreatedAt  store.Time
}

// TableName names the table.
func (Series) TableName() string { return "shift_series" }

// SeriesChange is what may change of a series' coming shifts; nil stays.
type SeriesChange struct {
	StartTime, EndTime *string
	Capacity           *int
	FromDate           *string
	AskAgain           bool // as in ShiftChange
}

// from is the instant from which on shifts change: that of 00:00 of the day that is given; else all.
func (c SeriesChange) from() (from time.Time) {
	if c.FromDate != nil {
		from, _ = time.ParseInLocation(time.DateOnly, *c.FromDate, hours.Shanghai) // a date by the contract
	}
	return from
}

const (
	maxShift        = 24 * time.Hour
	maxSeriesShifts = 200
	maxSeriesDays   = 366
	maxCapacity     = 10000 // as the contract has it
)

var (
	errShiftTimes = fault.BadFields(fault.Field{Name: "ends_at", Message: "结束时间要晚于开始时间，且不超过 24 小时"})
	errShiftPast  = fault.New(fault.Unprocessable, "shift_in_past", "班次的开始时间已经过去，请选以后的时间")
	errStarted    = fault.New(fault.Conflict, "shift_started", "班次已经开始，不能再改了")
	errBelowTaken = fault.New(fault.Conflict, "capacity_below_taken", "名额不能少于已占用的名额")
	errSeries     = fault.BadFields(fault.Field{Name: "until_date", Message: "结束日期要晚于开始日期，最多跨一年、200 个班次"})
	errNoTime     = fault.BadFields(fault.Field{Name: "end_time", Message: "结束时间不能和开始时间一样"})
	errSameStart  = fault.New(fault.Conflict, "series_same_start", "这个系列已经有一班在同一时间开始，没有改。请换一个时间")
	errNoDay      = fault.BadFields(fault.Field{Name: "weekdays", Message: "这段日期里没有符合的日子"})
)

// span is the shift's time.
func (s *Shift) span() hours.Span { return hours.Span{From: s.StartsAt, To: s.EndsAt} }

// checkTimes refuses a shift that ends before it starts, or lasts over a day.
func checkTimes(starts, ends time.Time) error {
	if !ends.After(starts) || ends.Sub(starts) > maxShift {
		return errShiftTimes
	}
	return nil
}

// shifts gives the shifts of the rule that are still to come.
func (r *Series) shifts(now time.Time) ([]Shift, error) {
	from, err1 := time.ParseInLocation(time.DateOnly, r.FromDate, hours.Shanghai)
	until, err2 := time.ParseInLocation(time.DateOnly, r.UntilDate, hours.Shanghai)
	if r.StartTime == r.EndTime {
		return nil, errNoTime
	}
	if err1 != nil || err2 != nil || until.Before(from) || until.Sub(from) > maxSeriesDays*24*time.Hour {
		return nil, errSeries
	}
	days := strings.Split(r.Weekdays, ",")
	var out []Shift
	for day := from; !day.After(until); day = day.AddDate(0, 0, 1) {
		starts, ends := r.timesOn(day)
		if !slices.Contains(days, strconv.Itoa(isoWeekday(day))) || !starts.After(now) {
			continue
		}
		out = append(out, Shift{StartsAt: store.At(starts), EndsAt: store.At(ends), Capacity: r.Capacity})
	}
	switch {
	case len(out) == 0:
		return nil, errNoDay
	case len(out) > maxSeriesShifts:
		return nil, errSeries
	}
	return out, nil
}

func isoWeekday(t time.Time) int { return (int(t.Weekday())+6)%7 + 1 }

// timesOn gives start and end on a day; an end before the start is on the next day.
func (r *Series) timesOn(day time.Time) (starts, ends time.Time) {
	starts, ends = atClock(day, r.StartTime), atClock(day, r.EndTime)
	if !ends.After(starts) {
		ends = atClock(day.AddDate(0, 0, 1), r.EndTime)
	}
	return starts, ends
}

func atClock(day time.Time, clock string) time.Time {
	t, _ := time.Parse("15:04", clock) // the contract's pattern
	y, m, d := day.In(hours.Shanghai).Date()
	return time.Date(y, m, d, t.Hour(), t.Minute(), 0, 0, hours.Shanghai)
}

// apply makes the rule what the change says; a time that is none is refused.
func (r *Series) apply(c SeriesChange) error {
	if c.StartTime != nil {
		r.StartTime = *c.StartTime
	}
	if c.EndTime != nil {
		r.EndTime = *c.EndTime
	}
	if c.Capacity != nil {
		r.Capacity = *c.Capacity
	}
	if (c.StartTime != nil || c.EndTime != nil) && r.StartTime == r.EndTime {
		return errNoTime
	}
	return nil
}
