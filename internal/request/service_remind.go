package request

import (
	"context"
	"fmt"

	"yimi/internal/activity"
	"yimi/internal/booking"
	"yimi/internal/outbox"
	"yimi/internal/store"
)

// Remind tells who asked of a booking a day and two hours before. It is safe on several
// servers at once, and a booking that moves is reminded of anew.
func (s *Service) Remind(ctx context.Context) error {
	for _, r := range []booking.Reminder{booking.HoursBefore, booking.DayBefore} {
		due, err := s.Bookings.Due(ctx, r)
		if err != nil {
			return err
		}
		for i := range due {
			if err := s.remind(ctx, &due[i], r); err != nil {
				return err
			}
		}
	}
	return nil
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
		return outbox.Tell(tx, l.reminder(b, r)...)
	})
}

func (l *Line) reminder(b *booking.Booking, r booking.Reminder) []outbox.Notice {
	title, span := "明天有预约", activity.SpokenSpan(b.StartsAt.Time, b.EndsAt.Time)
	if r == booking.HoursBefore {
		title = "马上有预约"
	}
	told := l.notice(outbox.BookingReminder, title, fmt.Sprintf("%s %s，%s接待%s。来不了请早些说，可以打电话给%s", l.ServiceName, span, l.WorkerName, l.where(), l.UnitName))
	for i := range told {
		told[i].Event = fmt.Sprintf("remind:%d:%d:%s", b.ID, b.StartsAt.UnixMilli(), r.Before)
	}
	words := outbox.Words{"service": l.openName(), "time": outbox.Clock(b.StartsAt.Time), "place": l.openPlace(), "note": "来不了请早些告诉社工站"}
	return l.saying(told, outbox.BookingReminderMessage, words, b.StartsAt)
}
