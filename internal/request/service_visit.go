package request

import (
	"context"
	"fmt"
	"time"

	"yimi/internal/booking"
	"yimi/internal/catalogue"
	"yimi/internal/outbox"
	"yimi/internal/store"
	"yimi/internal/workflow"
)

// longestVisit bounds a visit whose end was pressed late.
const longestVisit = 24 * time.Hour

// Record is the service record of a visit.
type Record struct {
	Done        string
	PersonTimes int        // 人次; 0 for one
	StartedAt   *time.Time // when it really began and ended, if that is not when the buttons were pressed
	EndedAt     *time.Time
	Sure        bool // 0 minutes are meant
}

// Start begins a visit; the place is the service's if none is said.
func (s *Service) Start(ctx context.Context, id int64, place string) (*Detail, error) {
	return s.act(ctx, id, "start", func(tx *store.Tx, l *Line, m move) error {
		if l.VisitUnderWay {
			return errVisitOpen
		}
		if place == "" {
			place = l.defaultPlace()
		}
		v := &Visit{Ref: newRef(), RequestID: id, UnitID: l.UnitID, WorkerID: l.WorkerID, ShiftID: l.ShiftID, StartedAt: tx.Now, Place: place}
		if l.Booking != nil && l.Booking.Live != nil {
			v.BookingID = &l.Booking.ID
		}
		if err := insertVisit(tx, v); err != nil {
			if store.IsDuplicate(err) {
				return errVisitOpen.Because(err)
			}
			return err
		}
		if m.who == workflow.ByWorker {
			m = m.and(func(r *Request) { r.AcceptedAt = &tx.Now })
		}
		return s.step(tx, l, m)
	})
}

func (l *Line) defaultPlace() string {
	switch l.Way {
	case catalogue.AtHome:
		return "上门"
	case catalogue.AtStation:
		if l.PlaceName != "" {
			return l.PlaceName
		}
		return l.UnitName
	case "phone":
		return "电话"
	}
	return "视频"
}

// Finish ends the visit under way with its service record; the case goes on.
func (s *Service) Finish(ctx context.Context, id int64, r Record) (*Detail, error) {
	return s.act(ctx, id, "finish", func(tx *store.Tx, l *Line, m move) error {
		minutes, err := s.endVisit(tx, l, r)
		if err != nil {
			return err
		}
		m.said = r.said(minutes)
		return s.step(tx, l, m)
	})
}

// Complete says that all is done; a visit under way ends with it. Without any service record
// there is nothing to complete.
func (s *Service) Complete(ctx context.Context, id int64, r Record) (*Detail, error) {
	return s.act(ctx, id, "complete", func(tx *store.Tx, l *Line, m move) error {
		if l.VisitUnderWay {
			if _, err := s.endVisit(tx, l, r); err != nil {
				return err
			}
		}
		visits, err := countVisits(tx.DB, id)
		if err != nil {
			return err
		}
		if visits == 0 {
			return errNoVisit
		}
		if err := s.step(tx, l, m); err != nil {
			return err
		}
		return outbox.Tell(tx, l.notice(NoticeRequestCompleted, "服务完成了，请您评价", fmt.Sprintf("%s办完了。满不满意，请点开说一说，大约 1 分钟", l.ServiceName))...)
	})
}

// endVisit writes the end, the minutes from start to end, and what was done.
func (s *Service) endVisit(tx *store.Tx, l *Line, r Record) (minutes int, err error) {
	v, err := visitUnderWay(tx.DB, l.ID)
	switch {
	case err != nil:
		return 0, err
	case v == nil:
		return 0, errNoVisit
	case r.Done == "":
		return 0, errDone
	}
	if err := l.setTimes(v, r, tx.Now); err != nil {
		return 0, err
	}
	v.Done, v.PersonTimes = r.Done, max(r.PersonTimes, 1)
	if err := s.data.endVisit(tx, v); err != nil {
		return 0, err
	}
	b, err := booking.Of(tx.DB, l.ID)
	if err != nil || b == nil {
		return v.Minutes, err
	}
	return v.Minutes, s.Bookings.Finish(tx, b, v.StartedAt, *v.EndedAt)
}

// setTimes gives the visit its real start and end, and the minutes between: after the case was taken, at
// most a day, nothing that is to come; none at all are asked about.
func (l *Line) setTimes(v *Visit, r Record, now store.Time) error {
	started, ended := v.StartedAt, now
	if r.StartedAt != nil {
		if started = store.At(*r.StartedAt); started.Before(l.takenBefore(v).Time) || started.After(now.Time) {
			return errStarted
		}
	}
	if r.EndedAt != nil {
		ended = store.At(*r.EndedAt)
	}
	switch length := ended.Sub(started.Time); {
	case length < 0, ended.After(now.Time), length > longestVisit:
		return errEnded
	case length < time.Minute && !r.Sure:
		return errNoMinutes
	default:
		v.StartedAt, v.EndedAt, v.Minutes = started, &ended, int(length/time.Minute)
	}
	return nil
}

// takenBefore is since when the case was somebody's who could come: since it was accepted, but not by pressing
// start itself, which may be late.
func (l *Line) takenBefore(v *Visit) store.Time {
	switch {
	case l.AcceptedAt != nil && l.AcceptedAt.Before(v.StartedAt.Time):
		return *l.AcceptedAt
	case l.SubmittedAt != nil:
		return *l.SubmittedAt
	}
	return l.CreatedAt
}

// said is what the timeline says of a visit.
func (r Record) said(minutes int) string {
	if r.StartedAt == nil {
		return fmt.Sprintf("%d 分钟", minutes)
	}
	return fmt.Sprintf("%d 分钟，开始时间是事后填的", minutes)
}

// NoShow says that nobody was there at the time; the case waits for a new one.
func (s *Service) NoShow(ctx context.Context, id int64, said string) (*Detail, error) {
	return s.act(ctx, id, "no_show", func(tx *store.Tx, l *Line, m move) error {
		if l.Booking == nil || l.ShiftID != nil || l.Booking.StartsAt.After(tx.Now.Time) {
			return workflow.ErrBadTransition
		}
		m.said = said
		if err := s.step(tx, l, m); err != nil {
			return err
		}
		if err := s.release(tx, l, booking.NoShow); err != nil {
			return err
		}
		return outbox.Tell(tx, l.notice(NoticeRequestChanged, "这次没有见到您", fmt.Sprintf("%s约的时间没有见到您。社工会再和您约，也可以打电话给%s", l.ServiceName, l.UnitName))...)
	})
}
