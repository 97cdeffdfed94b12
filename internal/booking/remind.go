package booking

import (
	"context"
	"time"

	"yimi/internal/store"
)

// Reminder is one of the two times that somebody is reminded of a booking.
type Reminder struct {
	Before time.Duration
	rank   int
}

// The reminders; who books within the time before needs none.
var (
	DayBefore   = Reminder{24 * time.Hour, 1}
	HoursBefore = Reminder{2 * time.Hour, 2}
)

// remindBatch bounds one round.
const remindBatch = 200

// Due gives the bookings whose reminder has come.
func (s *Service) Due(ctx context.Context, r Reminder) ([]Booking, error) {
	now := s.db.Now()
	return toRemind(s.db.Read(ctx), now, store.At(now.Add(r.Before)), r.rank, remindBatch)
}

// Remind notes the reminder in the caller's transaction; false when there is nothing to
// say: another server was faster, the booking moved, or it was made within the time.
func Remind(tx *store.Tx, b *Booking, r Reminder) (bool, error) {
	noted, err := setReminded(tx, b, r.rank)
	return noted && b.CreatedAt.Before(b.StartsAt.Add(-r.Before)), err
}
