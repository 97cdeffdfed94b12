package request

import (
	"context"
	"fmt"
	"time"

	"yimi/internal/activity"
	"yimi/internal/auth"
	"yimi/internal/booking"
	"yimi/internal/catalogue"
	"yimi/internal/fault"
	"yimi/internal/human"
	"yimi/internal/outbox"
	"yimi/internal/store"
	"yimi/internal/workflow"
)

// Submit hands a draft, or what was returned, to the station.
func (s *Service) Submit(ctx context.Context, id int64) (*Detail, error) {
	return s.act(ctx, id, "submit", func(tx *store.Tx, l *Line, m move) error {
		t, err := catalogue.Find(tx.DB, l.ServiceTypeID)
		if err != nil {
			return err
		}
		return s.submit(tx, l, t, m.who, m.actor)
	})
}

// Approve lets a request go on: a booking takes its slot and is scheduled at once; what
// comes on request waits for a worker, or gets the one named (0 for none).
func (s *Service) Approve(ctx context.Context, id, workerID int64) (*Detail, error) {
	return s.act(ctx, id, "approve", func(tx *store.Tx, l *Line, m move) error { return s.approve(tx, l, m, workerID) })
}

func (s *Service) approve(tx *store.Tx, l *Line, m move, workerID int64) error {
	if l.GuardianMissing(tx.Now.Time) {
		return errGuardian
	}
	m.changes = map[string]any{"responded_at": tx.Now, "reason": ""}
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
	m.said, m.changes = reason, map[string]any{"responded_at": tx.Now, "reason": reason}
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

// ReferTo is where a request is referred to: a unit, or an outside organisation.
type ReferTo struct {
	UnitID       int64
	Organisation string
	Reason       string
	Consent      string
}

// Refer gives a request to another unit or an outside organisation, with the resident's
// consent noted (个人信息保护法 Art 23).
func (s *Service) Refer(ctx context.Context, id int64, to ReferTo) (*Detail, error) {
	if (to.UnitID == 0) == (to.Organisation == "") {
		return nil, errPlace
	}
	return s.act(ctx, id, "refer", func(tx *store.Tx, l *Line, m move) error {
		r := &Referral{RequestID: id, FromUnitID: l.UnitID, Organisation: to.Organisation, Reason: to.Reason, Consent: to.Consent, ReferredBy: m.actor}
		name := to.Organisation
		if to.UnitID != 0 {
			r.ToUnitID = &to.UnitID
			var err error
			if name, err = unitName(tx, to.UnitID); err != nil {
				return err
			}
			if to.UnitID == l.UnitID {
				return errSameUnit
			}
		}
		m.said = name + "：" + to.Reason
		m.changes = map[string]any{"referred_to": r.ToUnitID, "responded_at": tx.Now, "worker_id": nil, "accepted_at": nil}
		if err := s.step(tx, l, m); err != nil {
			return err
		}
		if err := s.release(tx, l, booking.Cancelled); err != nil {
			return err
		}
		if err := insertReferral(tx, r); err != nil {
			return err
		}
		if r.Organisation != "" && l.PersonID != nil {
			if err := s.NoteShare(tx, *l.PersonID, m.actor); err != nil {
				return err
			}
		}
		told := l.notice(NoticeRequestReferred, "申请转给了"+cut(name, 30), fmt.Sprintf("%s的申请经您同意转给了%s：%s", l.ServiceName, name, to.Reason))
		return outbox.Tell(tx, l.saying(told, MessageRequestResult, l.resultWords(tx, "已转介", "请点开看转给了谁"), store.Time{})...)
	})
}

// Receive takes over what was referred to a unit of the actor's; it is submitted there anew.
func (s *Service) Receive(ctx context.Context, id int64) (*Detail, error) {
	return s.act(ctx, id, "receive", func(tx *store.Tx, l *Line, m move) error {
		m.changes = map[string]any{"unit_id": *l.ReferredTo, "referred_to": nil}
		return s.resubmit(tx, l, m)
	})
}

// SendBack gives what was referred back to the unit it came from.
func (s *Service) SendBack(ctx context.Context, id int64, reason string) (*Detail, error) {
	err := s.do(ctx, id, "send_back", func(tx *store.Tx, l *Line, m move) error {
		m.said, m.changes = reason, map[string]any{"referred_to": nil}
		return s.resubmit(tx, l, m)
	})
	if err != nil {
		return nil, err
	}
	return s.after(ctx, id)
}

// resubmit starts the clock of the answer again.
func (s *Service) resubmit(tx *store.Tx, l *Line, m move) error {
	t, err := catalogue.Find(tx.DB, l.ServiceTypeID)
	if err != nil {
		return err
	}
	here := *l
	if m.action == "receive" { // by the hours of where it is now
		here.UnitPath = l.ReferredPath
	}
	by, err := s.answerBy(tx, &here, t, tx.Now.Time, time.Time{})
	if err != nil {
		return err
	}
	m.changes["submitted_at"], m.changes["respond_by"], m.changes["responded_at"] = tx.Now, by, nil
	return s.step(tx, l, m)
}

// after reads a request that the actor has just given out of the own hands, for the answer alone.
func (s *Service) after(ctx context.Context, id int64) (*Detail, error) {
	l, err := s.data.find(s.db.Read(ctx), id)
	if err != nil {
		return nil, err
	}
	return s.detail(ctx, l)
}

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
	m.said, m.changes = reason, map[string]any{"reason": reason, "referred_to": nil}
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

// Close ends a request that was reviewed.
func (s *Service) Close(ctx context.Context, id int64, said string) (*Detail, error) {
	return s.act(ctx, id, "close", func(tx *store.Tx, l *Line, m move) error {
		m.said, m.changes = said, map[string]any{"referred_to": nil}
		return s.step(tx, l, m)
	})
}

// Reopen sends a completed request back into service: the review found more to do. What was said of it so
// far is kept, and who asked may rate it anew when it is done; a call about it is this very deed. One
// whose worker's role has ended meanwhile waits for another worker.
func (s *Service) Reopen(ctx context.Context, id int64, reason string) (*Detail, error) {
	return s.act(ctx, id, "reopen", func(tx *store.Tx, l *Line, m move) error {
		m.said = reason
		if l.Rating != nil {
			if err := keepRating(tx, &l.Request); err != nil {
				return err
			}
			m.changes = map[string]any{"rating": nil, "rating_comment": "", "rated_at": nil, "follow_up": nil}
		}
		serves, err := l.workerStays(tx)
		if err != nil {
			return err
		}
		if l.WorkerID != nil && !serves {
			return s.step(tx, l, m, move{action: "unassign", who: workflow.BySystem, said: roleEnded, changes: map[string]any{"worker_id": nil, "accepted_at": nil}})
		}
		if err := s.step(tx, l, m); err != nil {
			return err
		}
		if l.WorkerID == nil {
			return nil
		}
		return outbox.Tell(tx, caseNotice(l, *l.WorkerID, "结案审核退回", fmt.Sprintf("%s %s 还有要办的：%s", l.ServiceName, l.Number, reason)))
	})
}

// Rate keeps what who asked thinks of it; a low rating waits for a call.
func (s *Service) Rate(ctx context.Context, id int64, rating int, comment string) (*Detail, error) {
	return s.act(ctx, id, "rate", func(tx *store.Tx, l *Line, m move) error {
		if l.Rating != nil {
			return errRated
		}
		m.said = fmt.Sprintf("%d 星", rating)
		m.changes = map[string]any{"rating": rating, "rating_comment": comment, "rated_at": tx.Now}
		if rating <= lowRating {
			m.changes["follow_up"] = 1
		}
		return s.step(tx, l, m)
	})
}

// FollowUp notes the call after a low rating; who asked does not see the note.
func (s *Service) FollowUp(ctx context.Context, id int64, text string) (*Detail, error) {
	return s.act(ctx, id, "follow_up", func(tx *store.Tx, l *Line, m move) error {
		if l.FollowUp == nil {
			return workflow.ErrBadTransition
		}
		m.changes = map[string]any{"follow_up": nil}
		if err := s.step(tx, l, m); err != nil {
			return err
		}
		return s.data.insertNote(tx, &note{RequestID: id, Kind: staffNote, AuthorID: m.actor, AuthorRole: roleName(m.who)}, "回访："+text)
	})
}

// cut keeps the first runes of a text.
func cut(text string, runes int) string {
	if r := []rune(text); len(r) > runes {
		return string(r[:runes])
	}
	return text
}
