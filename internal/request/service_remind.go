package request

import (
	"context"
	"fmt"
	"time"

	"yimi/internal/booking"
	"yimi/internal/jobs"
	"yimi/internal/outbox"
	"yimi/internal/say"
	"yimi/internal/store"
)

// Remind tells who asked of a booking a day and two hours before. It is safe on several
// servers at once, and a booking that moves is reminded of anew.
func (s *Service) Remind(ctx context.Context) error {
	each := func(r booking.Reminder) func(context.Context) error {
		return func(ctx context.Context) error { return s.remindEach(ctx, r) }
	}
	return jobs.Steps(ctx, each(booking.HoursBefore), each(booking.DayBefore))
}

func (s *Service) remindEach(ctx context.Context, r booking.Reminder) error {
	due, err := s.Bookings.Due(ctx, r)
	if err != nil {
		return err
	}
	return jobs.Each(ctx, due, func(b booking.Booking) int64 { return b.ID }, func(b booking.Booking) error { return s.remind(ctx, &b, r) })
}

func (s *Service) remind(ctx context.Context, b *booking.Booking, r booking.Reminder) error {
	return s.Store.Tx(ctx, func(tx *store.Tx) error {
		say, err := booking.Remind(tx, b, r)
		if err != nil || !say {
			return err
		}
		l, err := s.data.find(tx.DB, b.RequestID)
		if err != nil {
			return err
		}
		return outbox.Tell(tx, l.reminder(b, r, tx.Now.Time)...)
	})
}

// reminder says the day as it is when it is told: a server that was away tells it late.
func (l *Line) reminder(b *booking.Booking, r booking.Reminder, now time.Time) []outbox.Notice {
	title, span := say.Near(now, b.StartsAt.Time)+"有预约", say.Span(b.StartsAt.Time, b.EndsAt.Time)
	told := l.notice(NoticeBookingReminder, title, fmt.Sprintf("%s %s，%s接待%s。来不了请早些说，可以打电话给%s", l.ServiceName, span, l.WorkerName, l.where(), l.UnitName))
	for i := range told {
		told[i].Event = fmt.Sprintf("remind:%d:%d:%s", b.ID, b.StartsAt.UnixMilli(), r.Before)
	}
	words := outbox.Words{"service": l.openName(), "time": say.Full(b.StartsAt.Time), "place": l.openPlace(), "note": "来不了请早些告诉社工站"}
	return l.saying(told, MessageBookingReminder, words, b.StartsAt)
}
