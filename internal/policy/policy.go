// Package policy keeps the limits that districts set for themselves, as dated rows (rule 11): the
// row of a day holds from its first day until a later row's. Who decides by a row copies its id,
// and a row that was used is never changed.
package policy

import (
	"cmp"
	"slices"
	"time"

	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/scope"
	"yimi/internal/store"
)

// Kind is what a policy limits.
type Kind string

// The kinds.
const (
	DailyCap      Kind = "daily_cap"       // minutes of a person on one day beyond which the district approves
	BookingsOfOne Kind = "bookings_of_one" // times to come that one beneficiary has at once; 0: any number
	BookingsByOne Kind = "bookings_by_one" // that one human has for everybody they ask for; 0: any number
	Reschedules   Kind = "reschedules"     // changes of one request's time by who asked; 0: any number
)

// bounds are the values that a kind takes, and the words for who types another.
type bounds struct {
	Kind
	least, most int64
	words       string
}

// kinds are all of them, in the order in which they are shown.
var kinds = []bounds{
	{DailyCap, 60, 24 * 60, "每日上限要在 60 分钟（1 小时）到 1440 分钟（24 小时）之间"},
	{BookingsOfOne, 0, 100, "次数要在 0 到 100 之间，0 是不限"},
	{BookingsByOne, 0, 100, "次数要在 0 到 100 之间，0 是不限"},
	{Reschedules, 0, 100, "次数要在 0 到 100 之间，0 是不限"},
}

// farthest is how long ahead a policy is set.
const farthest = 366 * 24 * time.Hour

// Policy is the value of a kind from a day on.
type Policy struct {
	ID        int64 // 0: the setting, which holds where there is no row
	Kind      Kind
	UnitID    int64  // a district centre or a city; 0: the whole system
	FromDay   string // "2026-03-05"
	Value     int64  // in the kind's own unit
	Used      bool
	CreatedBy int64
	CreatedAt store.Time
}

// Number is the value of a kind that counts.
func (p Policy) Number() int { return int(p.Value) }

// Minutes is the value of a kind that is a time.
func (p Policy) Minutes() time.Duration { return time.Duration(p.Value) * time.Minute }

// Line is a policy of a list.
type Line struct {
	Policy
	InForce bool // today; else it is to come
}

// check refuses a kind that there is not, a value out of bounds, and a day that is over or far away.
func (p *Policy) check(now time.Time) error {
	i := slices.IndexFunc(kinds, func(k bounds) bool { return k.Kind == p.Kind })
	switch {
	case i < 0:
		return fault.BadFields(fault.Field{Name: "kind", Message: "没有这种规定，请重新选择"})
	case p.Value < kinds[i].least || p.Value > kinds[i].most:
		return fault.BadFields(fault.Field{Name: "value", Message: kinds[i].words})
	case p.FromDay < dayOf(now) || p.FromDay > dayOf(now.Add(farthest)):
		return fault.BadFields(fault.Field{Name: "from_day", Message: "开始日期要从今天起，一年以内"})
	}
	return nil
}

func dayOf(at time.Time) string { return at.In(store.Shanghai).Format(time.DateOnly) }

var (
	errTaken = fault.New(fault.Conflict, "policy_taken", "这一项从这一天起的规定已经有了，请刷新后再看。要改，请从另一天起再定一条")
	errBegun = fault.New(fault.Conflict, "policy_begun", "这条规定已经生效或用过，不能删。要改，请从今天或以后的一天起再定一条")
)

// book is all policies, each kind's of each unit by first day.
type book map[place][]Policy

type place struct {
	Kind
	unitID int64
}

func bookOf(rows []Policy) book {
	b := book{}
	for _, p := range rows {
		b[place{p.Kind, p.UnitID}] = append(b[place{p.Kind, p.UnitID}], p)
	}
	for _, list := range b {
		slices.SortFunc(list, func(x, y Policy) int { return cmp.Compare(x.FromDay, y.FromDay) })
	}
	return b
}

// concern gives the units whose policies hold at a path, the nearest first: its district, the city
// above that, the whole system.
func concern(path string) []int64 {
	ids := scope.IDsOn(auth.Top(path))
	slices.Reverse(ids)
	return append(ids, 0)
}

// on gives the row of the day; ok is false where there is none.
func (b book) on(kind Kind, path, day string) (p Policy, ok bool) {
	for _, unitID := range concern(path) {
		for _, p := range slices.Backward(b[place{kind, unitID}]) {
			if p.FromDay <= day {
				return p, true
			}
		}
	}
	return p, false
}

// after gives the rows that begin behind a day, of all units that concern a path, by day.
func (b book) after(kind Kind, path, day string) (out []Policy) {
	for _, unitID := range concern(path) {
		for _, p := range b[place{kind, unitID}] {
			if p.FromDay > day {
				out = append(out, p)
			}
		}
	}
	slices.SortStableFunc(out, func(x, y Policy) int { return cmp.Compare(x.FromDay, y.FromDay) })
	return out
}
