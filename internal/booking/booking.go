// Package booking keeps when social workers can be had: their hours, the slots that
// derive from them, and the bookings that take them (rule 1).
package booking

import (
	"time"

	"yimi/internal/age"
	"yimi/internal/catalogue"
	"yimi/internal/fault"
	"yimi/internal/store"
)

// State is where a booking stands.
type State string

// The states of a booking. Held and booked take the provider's time.
const (
	Held      State = "held" // kept for a request that waits for approval
	Booked    State = "booked"
	Done      State = "done"
	NoShow    State = "no_show"
	Cancelled State = "cancelled"
	Lapsed    State = "lapsed" // a hold that ran out; the approval may take the slot again
)

// Booking is a claim on a span of one provider's time for one request.
type Booking struct {
	ID            int64
	ProviderID    int64
	RequestID     int64
	ServiceTypeID int64
	UnitID        int64 // the request's
	State         State
	Live          *int64 // 1 while it takes time, else NULL: one live booking for each request
	Day           string // of the start, in Asia/Shanghai
	StartsAt      store.Time
	EndsAt        store.Time
	BusyUntil     store.Time // the end and the service's buffer
	HoldExpiresAt *store.Time
	Reminded      int // how far its reminders are: of the day before, of the last hours
	CreatedAt     store.Time
}

// cell is five minutes of a provider's time that a booking takes: the primary key
// over provider and cell is what no two bookings can share.
type cell struct {
	ProviderID int64
	Cell       int64
	BookingID  int64
}

func (cell) TableName() string { return "booking_cells" }

// Grain is what all starts and lengths are multiples of.
const Grain = 5 * time.Minute

// cells lists the cells from the start until the provider is free again.
func (b *Booking) cells() []cell {
	grain := Grain.Milliseconds()
	first, after := b.StartsAt.UnixMilli()/grain, (b.BusyUntil.UnixMilli()+grain-1)/grain
	out := make([]cell, 0, after-first)
	for c := first; c < after; c++ {
		out = append(out, cell{b.ProviderID, c, b.ID})
	}
	return out
}

// at gives the booking the provider's time from the start on.
func (b *Booking) at(providerID int64, starts time.Time, length, buffer time.Duration) {
	b.ProviderID, b.Day = providerID, dayOf(starts)
	b.StartsAt, b.EndsAt = store.At(starts), store.At(starts.Add(length))
	b.BusyUntil = store.At(starts.Add(length + buffer))
}

// ranOut tells whether the booking is a hold that has run out, which is in nobody's way before it is swept.
func (b *Booking) ranOut(now store.Time) bool {
	return b.State == Held && !b.HoldExpiresAt.After(now.Time)
}

func dayOf(t time.Time) string { return t.In(store.Shanghai).Format(time.DateOnly) }

// The refusals of booking.
var (
	ErrTaken       = fault.New(fault.Conflict, "slot_taken", "这个时间刚被约走，没有约上。请换一个时间")
	ErrUnavailable = fault.New(fault.Conflict, "slot_unavailable", "这个时间现在不能约，没有约上。请换一个时间")
	errGrain       = fault.BadFields(fault.Field{Name: "starts_at", Message: "时间要是 5 分钟的整数倍"})
	errPast        = fault.New(fault.Unprocessable, "time_in_past", "这个时间已经过去了，请选以后的时间")
	errLength      = fault.BadFields(fault.Field{Name: "length_minutes", Message: "时长要在 10 分钟到 8 小时之间，是 5 分钟的整数倍"})
)

// Length and Buffer are a service's times.
func lengthOf(t *catalogue.Type) time.Duration { return time.Duration(t.LengthMinutes) * time.Minute }
func bufferOf(t *catalogue.Type) time.Duration { return time.Duration(t.BufferMinutes) * time.Minute }

// Minor tells whether the beneficiary of the booking is under 18 on the day.
func (l *Line) Minor(day time.Time) bool {
	return age.Minor(l.BirthDate, day)
}
