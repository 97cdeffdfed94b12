package booking

import (
	"fmt"
	"slices"
	"strconv"

	"yimi/internal/auth"
	"yimi/internal/catalogue"
	"yimi/internal/fault"
	"yimi/internal/store"
)

// Provider is a social worker as somebody who can be booked.
type Provider struct {
	PersonID     int64
	UnitID       int64
	Level        catalogue.Level
	SupervisorID *int64 // may read the case notes of the worker's cases, from the moment of being named to the end of it
	DailyCap     int    // bookings a day; 0 for no limit
	Active       bool   // offers slots and is suggested for cases
	FeedHash     *string
	CreatedAt    store.Time
}

// ProviderLine is a provider with what screens show beside it.
type ProviderLine struct {
	Provider
	Name           string
	UnitName       string
	UnitPath       string
	SupervisorName string
	OpenCases      int
	Services       []int64     `gorm:"-"`
	Spans          []Span      `gorm:"-"`
	Exceptions     []Exception `gorm:"-"`
	Affected       int         `gorm:"-"` // bookings to come that were made before the worker's absence was known
}

// ProviderChange is what staff may change of a provider; nil stays.
type ProviderChange struct {
	Level        *catalogue.Level
	Services     *[]int64
	SupervisorID **int64 // to nil: none from now on
	DailyCap     *int
	Active       *bool
}

var (
	errSupervisor = fault.BadFields(fault.Field{Name: "supervisor_id", Message: "督导要是另一位社工或工作人员，不能是本人"})
	errServices   = fault.BadFields(fault.Field{Name: "service_type_ids", Message: "有的服务不存在，请刷新后再选"})
)

// mayManage lets staff of the provider's unit change the profile.
func mayManage(a auth.Actor, l *ProviderLine) error {
	if !a.Manages(l.UnitPath) {
		return fault.Missing("社工")
	}
	return nil
}

// CheckSpans refuses weekly spans of one kind that overlap on a day or across its midnight.
func CheckSpans(name string, list []Span) error {
	week := 7 * dayMinutes
	type piece struct{ from, to, of int }
	var pieces []piece
	for i, s := range list {
		from := (s.Weekday-1)*dayMinutes + s.StartMinute
		to := (s.Weekday-1)*dayMinutes + s.EndMinute
		pieces = append(pieces, piece{from, min(to, week), i})
		if to > week { // Sunday night reaches into Monday
			pieces = append(pieces, piece{0, to - week, i})
		}
	}
	slices.SortFunc(pieces, func(a, b piece) int { return a.from - b.from })
	for i := 1; i < len(pieces); i++ {
		if pieces[i].from < pieces[i-1].to {
			return fault.BadFields(fault.Field{Name: name + "." + strconv.Itoa(pieces[i].of), Message: fmt.Sprintf("第 %d 段和另一段时间重叠", pieces[i].of+1)})
		}
	}
	return nil
}
