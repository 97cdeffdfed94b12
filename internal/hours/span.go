package hours

import (
	"fmt"
	"time"

	"yimi/internal/fault"
	"yimi/internal/say"
	"yimi/internal/store"
)

// Span is a time that was given: presence within a shift, or what two people say it was.
type Span struct{ From, To store.Time }

// Minutes is the span's length, floored to the minute.
func (s Span) Minutes() int {
	if !s.To.After(s.From.Time) {
		return 0
	}
	return int(s.To.Sub(s.From.Time) / time.Minute)
}

// Within tells whether the span lies inside the other.
func (s Span) Within(o Span) bool { return !s.From.Before(o.From.Time) && !s.To.After(o.To.Time) }

// overlaps tells whether both have a moment in common; touching is none.
func (s Span) overlaps(o Span) bool { return s.From.Before(o.To.Time) && o.From.Before(s.To.Time) }

// clip cuts off what lies outside of the other.
func (s Span) clip(o Span) Span {
	if s.From.Before(o.From.Time) {
		s.From = o.From
	}
	if s.To.After(o.To.Time) {
		s.To = o.To
	}
	return s
}

// credited is the time that an entry credits somebody with, as long as corrections have left
// something of it. No two of one person overlap (rule 13).
type credited struct {
	EntryID  int64 `gorm:"primaryKey;autoIncrement:false"`
	PersonID int64 // whose totals the entry moves: follows a merge
	FromAt   store.Time
	ToAt     store.Time
	Assumed  bool // not known: the minutes from the shift's start
	Old      bool // of an entry older than spans
}

// TableName names the table.
func (credited) TableName() string { return "credited_spans" }

func (c credited) span() Span { return Span{c.FromAt, c.ToAt} }

// around gives the beginning and the end of the days that a span touches.
func (s Span) around() (from, to store.Time) {
	days := s.days()
	return days[0].From, days[len(days)-1].To
}

// days gives the calendar days in Asia/Shanghai that a span touches.
func (s Span) days() (out []Span) {
	y, m, d := s.From.In(Shanghai).Date()
	for day := time.Date(y, m, d, 0, 0, 0, 0, Shanghai); day.Before(s.To.Time); day = day.AddDate(0, 0, 1) {
		out = append(out, Span{store.At(day), store.At(day.AddDate(0, 0, 1))})
	}
	return out
}

// overCap tells whether a day comes to more than the cap with the span; each day counts what of
// a span falls into it.
func (s Span) overCap(others []credited, most time.Duration) bool {
	for _, day := range s.days() {
		today := s.clip(day)
		sum := today.To.Sub(today.From.Time)
		for _, o := range others {
			if part := o.span().clip(day); part.To.After(part.From.Time) {
				sum += part.To.Sub(part.From.Time)
			}
		}
		if sum > most {
			return true
		}
	}
	return false
}

// rest is the longest part of the span that none of the others takes; false when nothing is left.
// The others are in time order.
func (s Span) rest(others []credited) (longest Span, ok bool) {
	free := Span{From: s.From}
	try := func(to store.Time) {
		free.To = to
		if free.Minutes() > longest.Minutes() {
			longest = free
		}
	}
	for _, o := range others {
		if !o.span().overlaps(s) {
			continue
		}
		try(o.FromAt)
		if o.ToAt.After(free.From.Time) {
			free.From = o.ToAt
		}
	}
	try(s.To)
	return longest, longest.Minutes() > 0
}

// String says the span as screens do: 11月29日 09:00–11:30.
func (s Span) String() string { return say.Credited(s.From.Time, s.To.Time) }

// The refusals of a time.
var (
	// ErrTimeCredited: a minute is counted once. It names the entry that has it.
	ErrTimeCredited = fault.New(fault.Conflict, "time_credited", "这段时间已经记过时长")
	// ErrDailyCap: the entry waits for a second person of the district.
	ErrDailyCap  = fault.New(fault.Conflict, "daily_cap", "这一天的时长会超过一天的上限，须由区级管理员复核")
	errSpan      = fault.BadFields(fault.Field{Name: "from", Message: "起止时间要在班次时间以内，结束晚于开始"})
	errOverSpan  = fault.BadFields(fault.Field{Name: "minutes", Message: "分钟数不能超过起止时间的长度"})
	errSpanNeeds = fault.BadFields(fault.Field{Name: "from", Message: "改多时要写明实际的起止时间"})
)

// alreadyCredited names the entry that has the time, and what of the span is left.
func alreadyCredited(l *Line, wanted Span, others []credited) error {
	has := Span{*l.FromAt, *l.ToAt}
	e := fault.Newf(ErrTimeCredited.Kind, ErrTimeCredited.Code, "%s 已经在“%s”（%s）记过时长，同一分钟只记一次", has, l.ActivityTitle, l.UnitName)
	if rest, ok := wanted.rest(others); ok {
		e.Message += fmt.Sprintf("。可以只记其余的 %s", rest)
		return e.Offering([]fault.Opening{{StartsAt: rest.From.Time, EndsAt: rest.To.Time}})
	}
	e.Message += "。这次没有其余时间可记"
	return e
}

// CheckSpan refuses a span that is empty or not inside the shift, and minutes that do not fit into it.
func CheckSpan(s Span, minutes int, shift Span) error {
	switch {
	case s.Minutes() == 0 || !s.Within(shift):
		return errSpan
	case minutes > s.Minutes():
		return errOverSpan
	}
	return nil
}
