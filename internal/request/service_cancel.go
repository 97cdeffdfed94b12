package request

import (
	"context"
	"fmt"

	"yimi/internal/booking"
	"yimi/internal/outbox"
	"yimi/internal/store"
	"yimi/internal/workflow"
)

// Cancel ends a request: who asked within the notice, staff at any time.
func (s *Service) Cancel(ctx context.Context, id int64, reason string) (*Detail, error) {
	return s.act(ctx, id, "cancel", func(tx *store.Tx, l *Line, m move) error {
		switch {
		case l.VisitUnderWay:
			return errVisitOpen
		case m.who == workflow.ByResident && l.tooLate(tx.Now.Time, s.Notice):
			return l.errTooLate("取消", s.Notice)
		}
		return s.cancel(ctx, tx, l, m, reason)
	})
}

// calledOff is why a volunteers' shift is called off when its request ends.
const calledOff = "这次服务取消了"

// cancel ends a request and gives back the time that it has.
func (s *Service) cancel(ctx context.Context, tx *store.Tx, l *Line, m move, reason string) error {
	m.said = reason
	m = m.and(func(r *Request) { r.Reason, r.ReferredTo = reason, nil })
	if err := s.step(tx, l, m); err != nil {
		return err
	}
	if err := s.callOff(ctx, tx, l, calledOff); err != nil { // the reason is not for volunteers
		return err
	}
	return s.tellCancelled(tx, l, m, reason)
}

// callOff frees the time that a request has: its booking, and its volunteers' shift.
func (s *Service) callOff(ctx context.Context, tx *store.Tx, l *Line, reason string) error {
	if err := s.release(tx, l, booking.Cancelled); err != nil || l.ShiftID == nil {
		return err
	}
	return s.Activities.CallOff(ctx, tx, *l.ShiftID, reason)
}

func (s *Service) tellCancelled(tx *store.Tx, l *Line, m move, reason string) error {
	var told []outbox.Notice
	if m.who != workflow.ByResident {
		told = l.notice(NoticeRequestChanged, "申请取消了", fmt.Sprintf("%s的申请由工作人员取消。%s", l.ServiceName, reason))
		told = l.saying(told, MessageRequestResult, l.resultWords(tx, "已取消", "请点开看原因"), store.Time{})
	}
	if l.WorkerID != nil && *l.WorkerID != m.actor {
		told = append(told, caseNotice(l, *l.WorkerID, "申请取消了", fmt.Sprintf("%s %s 取消了。%s", l.ServiceName, l.Number, reason)))
	}
	return outbox.Tell(tx, told...)
}
