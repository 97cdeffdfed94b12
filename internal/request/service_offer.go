package request

import (
	"context"
	"fmt"
	"time"

	"yimi/internal/booking"
	"yimi/internal/catalogue"
	"yimi/internal/fault"
	"yimi/internal/outbox"
	"yimi/internal/say"
	"yimi/internal/store"
	"yimi/internal/workflow"
)

var (
	errNoAccount = fault.New(fault.Conflict, "no_account", "这份申请没有账号可以发消息。请打电话告诉他，再在这里改时间")
	errNoTimes   = fault.New(fault.Conflict, "no_times", "这项服务现在没有可以选的时间。请打电话和他约好，再在这里改时间")
)

// OfferTimes asks who asked to choose another time, since the worker is away then. What is booked stays until they
// do: nothing moves without them. They may choose whatever notice and count of changes would say.
func (s *Service) OfferTimes(ctx context.Context, id int64) (*Detail, error) {
	return s.act(ctx, id, "offer_times", func(tx *store.Tx, l *Line, m move) error {
		if l.PersonID == nil {
			return errNoAccount
		}
		if !l.timeAhead(tx.Now.Time) {
			return workflow.ErrBadTransition
		}
		t, err := catalogue.Find(tx.DB, l.ServiceTypeID)
		if err != nil {
			return err
		}
		if given, err := booking.Given(tx.DB, t.ID, t.MinLevel, l.UnitPath); err != nil {
			return err
		} else if !given {
			return errNoTimes
		}
		if err := s.step(tx, l, m.and(func(r *Request) { r.TimeAskedAt = &tx.Now })); err != nil {
			return err
		}
		told := l.notice(NoticeRequestChanged, "请另选一个时间", fmt.Sprintf("%s约在 %s，%s那时候不在。请点开另选一个时间；选好以前，原来的时间还给您留着。也可以打电话给%s",
			l.ServiceName, say.Span(l.Booking.StartsAt.Time, l.Booking.EndsAt.Time), l.Booking.ProviderName, l.UnitName))
		return outbox.Tell(tx, l.saying(told, MessageRequestResult, l.resultWords(tx, "请另选时间", "社工那天不在，请点开另选时间"), l.Booking.StartsAt)...)
	})
}

// timeAhead tells whether the request has a worker's time that is still to come.
func (l *Line) timeAhead(now time.Time) bool {
	return l.ShiftID == nil && l.Booking != nil && l.Booking.Live != nil && l.Booking.StartsAt.After(now)
}

// asksNoMore forgets that another time was asked for: that time is gone, or somebody else's now.
func (l *Line) asksNoMore(tx *store.Tx) error {
	if l.TimeAskedAt == nil {
		return nil
	}
	l.TimeAskedAt = nil
	return tx.Model(&Request{}).Where("id = ?", l.ID).Update("time_asked_at", nil).Error
}
