package activity

import (
	"context"
	"errors"

	"yimi/internal/jobs"
	"yimi/internal/outbox"
	"yimi/internal/store"
	"yimi/internal/workflow"
)

// sweepBatch bounds one round of timed work.
const sweepBatch = 100

// Sweep does the timed work that is due: offers that ran out, shifts that ended,
// lists whose next shift is over. Every step is safe to run on several servers at once.
func (s *Service) Sweep(ctx context.Context) error {
	return jobs.Steps(ctx, s.lapseOffers, s.closeShifts, func(ctx context.Context) error { return s.db.Tx(ctx, refreshStarted) })
}

func (s *Service) lapseOffers(ctx context.Context) error {
	due, err := offersOver(s.db.Read(ctx), s.db.Now(), sweepBatch)
	if err != nil {
		return err
	}
	return s.lapseEach(ctx, due, "没有在时限内确认，名额已经让给下一位")
}

func (s *Service) lapseEach(ctx context.Context, ids []int64, why string) error {
	return jobs.Each(ctx, ids, jobs.ID, func(id int64) error { return s.lapse(ctx, id, why) })
}

// lapse ends an offer or a wait; one that was moved in the meantime is left alone.
func (s *Service) lapse(ctx context.Context, id int64, why string) error {
	return s.db.Tx(ctx, func(tx *store.Tx) error {
		l, err := holdSignup(tx, id)
		if err != nil {
			return err
		}
		if l.State == Offered && l.OfferExpiresAt.After(tx.Now.Time) {
			return nil
		}
		if _, err := workflow.Next(SignupMoves, l.State, "lapse", workflow.BySystem); err != nil {
			return nil //nolint:nilerr // confirmed or cancelled just now
		}
		if err := s.step(tx, l, "lapse", workflow.BySystem, 0, why); err != nil {
			return err
		}
		return outbox.Tell(tx, outbox.Notice{PersonID: l.PersonID, Kind: NoticeSignupLapsed, Event: event("lapsed", l.ID),
			Title: "这次没有轮到", Body: "“" + l.ActivityTitle + "”" + why + "。欢迎看看别的活动", Subject: "activity", SubjectID: l.ActivityID})
	})
}

// closeShifts puts missing check-outs on the attention list once the window has
// closed, and ends the waits that came to nothing.
func (s *Service) closeShifts(ctx context.Context) error {
	due, err := unswept(s.db.Read(ctx), store.At(s.db.Now().Add(-s.limits.CheckinWindow)), sweepBatch)
	if err != nil {
		return err
	}
	return jobs.Each(ctx, due, jobs.ID, func(id int64) error { return s.closeShift(ctx, id) })
}

// closeShift leaves the shift due while one of its waits cannot be ended.
func (s *Service) closeShift(ctx context.Context, shiftID int64) error {
	waiting, err := undecided(s.db.Read(ctx), shiftID)
	if err != nil {
		return err
	}
	failed := errors.Join(s.lapseEach(ctx, waiting, "到结束都没有轮到"), s.lookOver(ctx, shiftID))
	return errors.Join(failed, s.db.Tx(ctx, func(tx *store.Tx) error {
		if err := setMissingOut(tx, shiftID); err != nil || failed != nil {
			return err
		}
		return setSwept(tx, shiftID)
	}))
}

// lookOver looks at a shift that is over, and that nobody confirmed meanwhile.
func (s *Service) lookOver(ctx context.Context, shiftID int64) error {
	shift, err := findShift(s.db.Read(ctx), shiftID)
	if err != nil {
		return err
	}
	l, err := findLine(s.db.Read(ctx), shift.ActivityID)
	if err != nil {
		return err
	}
	_, err = s.look(ctx, shift, &l.Activity, nil)
	return err
}
