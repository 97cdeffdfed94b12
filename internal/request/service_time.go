package request

import (
	"context"
	"fmt"
	"strings"
	"time"

	"yimi/internal/auth"
	"yimi/internal/booking"
	"yimi/internal/catalogue"
	"yimi/internal/outbox"
	"yimi/internal/say"
	"yimi/internal/store"
	"yimi/internal/workflow"
)

func (l *Line) wish(provider *int64, at time.Time) booking.Wish {
	return booking.Wish{RequestID: l.ID, UnitID: l.UnitID, UnitPath: l.UnitPath, ProviderID: *provider, StartsAt: at}
}

// engage approves a request, and assigns and schedules it to whom its booking is with: the
// provider published the time, so there is nothing left to accept.
func (s *Service) engage(tx *store.Tx, l *Line, b *booking.Booking, approval move) error {
	w, err := heldWorker(tx, b.ProviderID, l.ServiceTypeID, l.UnitPath)
	if err != nil {
		return err
	}
	if w == nil {
		return errNoWorker
	}
	if own, err := l.isOfHuman(tx.DB, w.PersonID); err != nil {
		return err
	} else if own {
		return errNoWorker
	}
	span := say.Span(b.StartsAt.Time, b.EndsAt.Time)
	err = s.step(tx, l, approval,
		move{action: "assign", who: workflow.BySystem, said: w.Name}.and(func(r *Request) { r.give(&w.PersonID, &tx.Now) }),
		move{action: "schedule", who: workflow.BySystem, said: span})
	if err != nil {
		return err
	}
	told := l.notice(NoticeRequestScheduled, "已经约好了", fmt.Sprintf("%s约在 %s，%s接待%s", l.ServiceName, span, w.Name, l.where()))
	told = l.saying(told, MessageRequestAssigned, l.visitWords(b.StartsAt, w.Name), b.StartsAt)
	told = append(told, caseNotice(l, w.PersonID, "有新的预约", fmt.Sprintf("%s %s，%s", l.ServiceName, span, l.Number)))
	return outbox.Tell(tx, told...)
}

// release takes a request's live booking out of the calendar, if it has one.
func (s *Service) release(tx *store.Tx, l *Line, to booking.State) error {
	b, err := booking.Of(tx.DB, l.ID)
	if err != nil || b == nil {
		return err
	}
	if err := l.asksNoMore(tx); err != nil {
		return err
	}
	return s.Bookings.End(tx, b, to)
}

// withOpenings adds the next free slots to a refusal for want of one.
func (s *Service) withOpenings(ctx context.Context, err error, l *Line) error {
	if l == nil {
		return err
	}
	t, findErr := catalogue.Find(s.db.Read(ctx), l.ServiceTypeID)
	if findErr != nil {
		return err
	}
	return s.Bookings.WithOpenings(ctx, err, &t.Type, l.UnitPath, l.ID)
}

// Slots gives the slot calendar of a service at a unit (0: the actor's own), to move the time of a
// request that the actor sees (0: to choose a first one).
func (s *Service) Slots(ctx context.Context, serviceTypeID, unitID, providerID, requestID int64, from, to string) (*booking.Calendar, error) {
	db := s.db.Read(ctx)
	if requestID != 0 {
		if _, err := s.seen(ctx, requestID); err != nil {
			return nil, err
		}
	}
	t, err := catalogue.Find(db, serviceTypeID)
	if err != nil {
		return nil, err
	}
	if unitID == 0 {
		if me, err := findPerson(db, auth.From(ctx).PersonID); err == nil && me.UnitID != nil {
			unitID = *me.UnitID
		}
	}
	path, err := stationPath(db, unitID)
	if err != nil {
		return nil, err
	}
	return s.Bookings.Calendar(ctx, &t.Type, path, providerID, requestID, from, to)
}

// Time is a time for the next visit.
type Time struct {
	ProviderID int64 // 0: who has the case
	StartsAt   time.Time
	Length     time.Duration // 0: the service's
	Reason     string
}

// Reschedule sets or changes the time of the next visit: who asked to another slot within the
// notice, worker and staff to any time that is free.
func (s *Service) Reschedule(ctx context.Context, id int64, at Time) (*Detail, error) {
	return s.actOn(ctx, id, func(l *Line) string {
		if l.State == Assigned || l.State == InService {
			return "schedule"
		}
		return "reschedule"
	}, func(tx *store.Tx, l *Line, m move) error {
		if m.who == workflow.ByWorker && at.ProviderID != 0 && at.ProviderID != m.actor && !auth.From(ctx).Manages(l.UnitPath) {
			return auth.ErrForbidden // to give a case away is for staff
		}
		return s.reschedule(ctx, tx, l, m, at)
	})
}

func (s *Service) reschedule(ctx context.Context, tx *store.Tx, l *Line, m move, at Time) error {
	if err := s.mayReschedule(tx, l, m); err != nil {
		return err
	}
	t, err := catalogue.Find(tx.DB, l.ServiceTypeID)
	if err != nil {
		return err
	}
	w := booking.Wish{RequestID: l.ID, UnitID: l.UnitID, UnitPath: l.UnitPath, ProviderID: at.ProviderID, StartsAt: at.StartsAt}
	if m.who == workflow.ByResident {
		if err := s.mayBook(tx, l, t, at.StartsAt, false); err != nil {
			return err
		}
	} else {
		w.AnyTime, w.Length = true, at.Length
	}
	if w.ProviderID == 0 {
		if w.ProviderID = l.provider(); w.ProviderID == 0 {
			return errNoWorker
		}
	}
	if l.State == Submitted { // another time is held, and the answer comes before it
		by, err := s.answerBy(tx, l, t, l.SubmittedAt.Time, at.StartsAt)
		if err != nil {
			return err
		}
		w.HeldUntil, m = by.Time, m.and(func(r *Request) { r.RespondBy = &by })
	}
	b, err := s.retime(tx, l, t, w, at.StartsAt)
	if err != nil {
		return err
	}
	if l.ShiftID != nil { // volunteers came before
		if err := s.Activities.CallOff(ctx, tx, *l.ShiftID, workerInstead); err != nil {
			return err
		}
	}
	return s.settleTime(tx, l, m, b, at.Reason)
}

// mayReschedule refuses a time where there is none to change, and who asked where they are too late or did it often.
func (s *Service) mayReschedule(tx *store.Tx, l *Line, m move) error {
	most := s.limitsOf(l, tx.Now.Time).reschedules
	switch {
	case m.action == "reschedule" && !l.hasTime():
		return workflow.ErrBadTransition
	case l.VisitUnderWay:
		return errVisitOpen
	case m.who == workflow.ByResident && l.tooLateToMove(tx.Now.Time, s.Notice):
		return l.errTooLate("改时间", s.Notice)
	case m.who == workflow.ByResident && l.movedOften(most):
		return errMovedOften(most)
	}
	return nil
}

// provider is whose time a request takes: the worker's, or the one's who is wanted.
func (l *Line) provider() int64 {
	switch {
	case l.WorkerID != nil:
		return *l.WorkerID
	case l.WantedProvider != nil:
		return *l.WantedProvider
	}
	return 0
}

// retime moves the request's live booking, or takes a new one: a hold while it waits for approval.
func (s *Service) retime(tx *store.Tx, l *Line, t *catalogue.Line, w booking.Wish, starts time.Time) (*booking.Booking, error) {
	b, err := booking.Of(tx.DB, l.ID)
	if err != nil {
		return nil, err
	}
	if b != nil && b.Live != nil {
		return b, s.Bookings.Move(tx, &t.Type, b, w)
	}
	if l.State == Submitted {
		return s.Bookings.Hold(tx, &t.Type, w)
	}
	return s.Bookings.Book(tx, &t.Type, w)
}

// settleTime moves the request along and tells the other side.
func (s *Service) settleTime(tx *store.Tx, l *Line, m move, b *booking.Booking, reason string) error {
	span := say.Span(b.StartsAt.Time, b.EndsAt.Time)
	m.said = strings.TrimSpace(span + " " + reason)
	m = m.and(func(r *Request) {
		r.WantedProvider, r.WantedStartsAt, r.ShiftID, r.TimeAskedAt = &b.ProviderID, &b.StartsAt, nil, nil
		if m.who == workflow.ByResident && l.standsByChoice() {
			r.Reschedules++
		}
	})
	worker, anew := l.WorkerName, l.WorkerID == nil || *l.WorkerID != b.ProviderID
	if anew {
		w, err := s.fitWorker(tx, l, b.ProviderID)
		if err != nil {
			return err
		}
		worker = w.Name
		if l.State != Submitted { // who waits for approval gets the worker with it
			m = m.and(func(r *Request) { r.give(&w.PersonID, &tx.Now) })
		}
	} else if m.who == workflow.ByWorker {
		m = m.and(func(r *Request) { r.AcceptedAt = &tx.Now })
	}
	if err := s.step(tx, l, m); err != nil {
		return err
	}
	return outbox.Tell(tx, l.timeNotices(m, b, worker, anew, reason)...)
}

// timeNotices tell a time to who asked, if another set it, and to the worker, who has the case anew or knows it.
func (l *Line) timeNotices(m move, b *booking.Booking, worker string, anew bool, reason string) (told []outbox.Notice) {
	span := say.Span(b.StartsAt.Time, b.EndsAt.Time)
	if m.who != workflow.ByResident {
		told = l.notice(NoticeRequestScheduled, "时间定好了", fmt.Sprintf("%s约在 %s，%s接待%s。%s", l.ServiceName, span, worker, l.where(), reason))
		told = l.saying(told, MessageRequestAssigned, l.visitWords(b.StartsAt, worker), b.StartsAt)
	}
	switch {
	case l.State != Scheduled || b.ProviderID == m.actor:
	case anew:
		told = append(told, caseNotice(l, b.ProviderID, "有新的预约", fmt.Sprintf("%s %s 由您负责，约在 %s", l.ServiceName, l.Number, span)))
	default:
		told = append(told, caseNotice(l, b.ProviderID, "预约时间有变", fmt.Sprintf("%s %s 改到 %s", l.ServiceName, l.Number, span)))
	}
	return told
}

// timeAfter says what becomes of the time of a request that was handed over.
func (l *Line) timeAfter(now time.Time) string {
	if l.Booking != nil && l.Booking.Live != nil && !l.Booking.StartsAt.After(now) {
		return "原来约的时间已经过了，会和您再约"
	}
	return "时间不变"
}
