package request

import (
	"context"
	"fmt"

	"yimi/internal/auth"
	"yimi/internal/booking"
	"yimi/internal/catalogue"
	"yimi/internal/human"
	"yimi/internal/outbox"
	"yimi/internal/store"
	"yimi/internal/workflow"
)

// maxHandOver bounds one call.
const maxHandOver = 100

// HandOver gives open cases of a worker to another, each by itself with its booking at the same
// time; one whose time the other does not have stays.
func (s *Service) HandOver(ctx context.Context, fromID, toID int64, ids []int64, reason string) ([]Outcome, error) {
	if len(ids) == 0 {
		var err error
		if ids, err = openCaseIDs(s.db.Read(ctx), fromID, auth.From(ctx).ManagedPaths(), maxHandOver); err != nil {
			return nil, err
		}
	}
	mine, err := human.Accounts(s.db.Read(ctx), auth.From(ctx).PersonID)
	if err != nil {
		return nil, err
	}
	out := make([]Outcome, len(ids))
	for i, id := range ids {
		out[i] = s.handOverOne(ctx, mine, id, fromID, toID, reason)
	}
	return out, ctx.Err()
}

func (s *Service) handOverOne(ctx context.Context, mine human.Set, id, fromID, toID int64, reason string) Outcome {
	out := Outcome{ID: id}
	out.Err = s.db.Tx(ctx, func(tx *store.Tx) error {
		l, err := s.data.hold(tx, id)
		if err != nil {
			return err
		}
		who, err := byWhom(auth.From(ctx), mine, l, "hand_over")
		if err != nil {
			return err
		}
		if l.WorkerID == nil || *l.WorkerID != fromID {
			return workflow.ErrBadTransition
		}
		err = s.handTo(tx, l, move{action: "hand_over", who: who, actor: auth.From(ctx).PersonID}, toID, reason)
		out.State = string(l.State)
		return err
	})
	return out
}

// handTo gives a case to another worker, with its booking at the same time.
func (s *Service) handTo(tx *store.Tx, l *Line, m move, toID int64, reason string) error {
	w, err := s.fitWorker(tx, l, toID)
	if err != nil {
		return err
	}
	if err := s.moveBooking(tx, l, toID); err != nil {
		return err
	}
	m.said = w.Name + "：" + reason
	m = m.and(func(r *Request) { r.give(&w.PersonID, r.AcceptedAt) })
	if err := s.step(tx, l, m); err != nil {
		return err
	}
	told := l.notice(NoticeRequestChanged, "换了社工", fmt.Sprintf("%s改由%s负责，%s。%s", l.ServiceName, w.Name, l.timeAfter(tx.Now.Time), reason))
	return outbox.Tell(tx, append(told, caseNotice(l, w.PersonID, "接手一件个案", fmt.Sprintf("%s %s 转给您负责", l.ServiceName, l.Number)))...)
}

// moveBooking gives the request's live booking to another provider, at the same time. One whose time has
// passed stays whose it was: it only waits to be said what came of it.
func (s *Service) moveBooking(tx *store.Tx, l *Line, toID int64) error {
	b, err := booking.Of(tx.DB, l.ID)
	if err != nil || b == nil || b.Live == nil || l.VisitUnderWay || !b.StartsAt.After(tx.Now.Time) {
		return err
	}
	t, err := catalogue.Find(tx.DB, l.ServiceTypeID)
	if err != nil {
		return err
	}
	w := booking.Wish{RequestID: l.ID, UnitID: l.UnitID, UnitPath: l.UnitPath, ProviderID: toID, StartsAt: b.StartsAt.Time, Length: b.EndsAt.Sub(b.StartsAt.Time), AnyTime: true}
	if b.HoldExpiresAt != nil {
		w.HeldUntil = b.HoldExpiresAt.Time
	}
	if err := l.asksNoMore(tx); err != nil { // the other is there
		return err
	}
	return s.Bookings.Move(tx, &t.Type, b, w)
}
