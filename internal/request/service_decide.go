package request

import (
	"context"
	"fmt"

	"yimi/internal/activity"
	"yimi/internal/auth"
	"yimi/internal/booking"
	"yimi/internal/catalogue"
	"yimi/internal/fault"
	"yimi/internal/human"
	"yimi/internal/outbox"
	"yimi/internal/store"
)

// Approve lets a request go on: a booking takes its slot and is scheduled at once; what
// comes on request waits for a worker, or gets the one named (0 for none).
func (s *Service) Approve(ctx context.Context, id, workerID int64) (*Detail, error) {
	return s.act(ctx, id, "approve", func(tx *store.Tx, l *Line, m move) error { return s.approve(tx, l, m, workerID) })
}

func (s *Service) approve(tx *store.Tx, l *Line, m move, workerID int64) error {
	if l.GuardianMissing(tx.Now.Time) {
		return errGuardian
	}
	m = m.and(func(r *Request) { r.RespondedAt, r.Reason = &tx.Now, "" })
	if b := l.Booking; b != nil && (b.State == booking.Held || b.State == booking.Lapsed) {
		if b.State == booking.Lapsed { // who it is for may be somewhere else by now
			t, err := catalogue.Find(tx.DB, l.ServiceTypeID)
			if err != nil {
				return err
			}
			if err := s.mayBook(tx, l, t, b.StartsAt.Time, false); err != nil {
				return err
			}
		}
		if err := s.Bookings.Confirm(tx, &b.Booking); err != nil {
			return err
		}
		return s.engage(tx, l, &b.Booking, m)
	}
	if err := s.step(tx, l, m); err != nil {
		return err
	}
	if workerID != 0 {
		return s.assign(tx, l, move{action: "assign", who: m.who, actor: m.actor}, workerID)
	}
	told := l.notice(NoticeRequestApproved, "申请通过了", fmt.Sprintf("%s的申请通过了，%s正在安排社工，安排好会告诉您", l.ServiceName, l.UnitName))
	return outbox.Tell(tx, l.saying(told, MessageRequestResult, l.resultWords(tx, "已通过", "正在安排社工，安排好会告诉您"), store.Time{})...)
}

// Reject refuses a request, with a reason that is told to who asked.
func (s *Service) Reject(ctx context.Context, id int64, reason string) (*Detail, error) {
	return s.act(ctx, id, "reject", func(tx *store.Tx, l *Line, m move) error { return s.turnDown(tx, l, m, reason) })
}

// Return gives a request back for more.
func (s *Service) Return(ctx context.Context, id int64, what string) (*Detail, error) {
	return s.act(ctx, id, "return", func(tx *store.Tx, l *Line, m move) error { return s.turnDown(tx, l, m, what) })
}

// turnDown rejects or returns; the slot that was held is free again.
func (s *Service) turnDown(tx *store.Tx, l *Line, m move, reason string) error {
	m.said = reason
	m = m.and(func(r *Request) { r.RespondedAt, r.Reason = &tx.Now, reason })
	if err := s.step(tx, l, m); err != nil {
		return err
	}
	if err := s.release(tx, l, booking.Cancelled); err != nil {
		return err
	}
	if m.action == "return" {
		told := l.notice(NoticeRequestReturned, "申请要补充一下", fmt.Sprintf("%s的申请请补充：%s。补好后再交一次就行", l.ServiceName, reason))
		return outbox.Tell(tx, l.saying(told, MessageRequestResult, l.resultWords(tx, "请补充", "请点开看要补充什么"), store.Time{})...)
	}
	told := l.notice(NoticeRequestRejected, "申请没有通过", fmt.Sprintf("%s的申请没有通过：%s。有疑问请打电话给%s", l.ServiceName, reason, l.UnitName))
	return outbox.Tell(tx, l.saying(told, MessageRequestResult, l.resultWords(tx, "未通过", "请点开看原因"), store.Time{})...)
}

// Outcome is what became of one item of a batch.
type Outcome = activity.Outcome

var errWhy = fault.BadFields(fault.Field{Name: "reason", Message: "请写明原因，会告诉申请的人"})

// Decide approves, rejects or returns each request by itself.
func (s *Service) Decide(ctx context.Context, ids []int64, decision, reason string) ([]Outcome, error) {
	if decision != "approve" && reason == "" {
		return nil, errWhy
	}
	mine, err := human.Accounts(s.db.Read(ctx), auth.From(ctx).PersonID)
	if err != nil {
		return nil, err
	}
	out := make([]Outcome, len(ids))
	for i, id := range ids {
		out[i] = s.decideOne(ctx, mine, id, decision, reason)
	}
	return out, ctx.Err()
}

func (s *Service) decideOne(ctx context.Context, mine human.Set, id int64, decision, reason string) Outcome {
	out := Outcome{ID: id}
	out.Err = s.db.Tx(ctx, func(tx *store.Tx) error {
		l, err := s.data.hold(tx, id)
		if err != nil {
			return err
		}
		who, err := byWhom(auth.From(ctx), mine, l, decision)
		if err != nil {
			return err
		}
		m := move{action: decision, who: who, actor: auth.From(ctx).PersonID}
		if decision == "approve" {
			err = s.approve(tx, l, m, 0)
		} else {
			err = s.turnDown(tx, l, m, reason)
		}
		out.State = string(l.State)
		return err
	})
	return out
}
