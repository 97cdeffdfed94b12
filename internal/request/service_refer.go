package request

import (
	"context"
	"fmt"

	"yimi/internal/booking"
	"yimi/internal/outbox"
	"yimi/internal/store"
)

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
		if to.UnitID != 0 {
			r.ToUnitID = &to.UnitID
		}
		name, err := to.name(tx, l)
		if err != nil {
			return err
		}
		m.said = name + "：" + to.Reason
		m = m.and(withoutWorker).and(func(is *Request) { is.ReferredTo, is.RespondedAt = r.ToUnitID, &tx.Now })
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

// name is what the receiver is called; another than where the request is.
func (to *ReferTo) name(tx *store.Tx, l *Line) (string, error) {
	if to.UnitID == 0 {
		return to.Organisation, nil
	}
	name, err := unitName(tx, to.UnitID)
	if err == nil && to.UnitID == l.UnitID {
		err = errSameUnit
	}
	return name, err
}

// Receive takes over what was referred to a unit of the actor's; it is submitted there anew.
func (s *Service) Receive(ctx context.Context, id int64) (*Detail, error) {
	return s.act(ctx, id, "receive", func(tx *store.Tx, l *Line, m move) error {
		return s.resubmit(tx, l, m.and(func(r *Request) { r.UnitID, r.ReferredTo = *l.ReferredTo, nil }))
	})
}

// SendBack gives what was referred back to the unit it came from.
func (s *Service) SendBack(ctx context.Context, id int64, reason string) (*Detail, error) {
	err := s.do(ctx, id, "send_back", func(tx *store.Tx, l *Line, m move) error {
		m.said = reason
		return s.resubmit(tx, l, m.and(func(r *Request) { r.ReferredTo = nil }))
	})
	if err != nil {
		return nil, err
	}
	return s.after(ctx, id)
}
