package activity

import (
	"context"

	"yimi/internal/outbox"
	"yimi/internal/store"
)

// sweepBatch bounds one round of timed work.
const sweepBatch = 100

// Sweep does the timed work that is due: offers that ran out, shifts that ended,
// lists whose next shift is over. Every step is safe to run on several servers at once.
func (s *Service) Sweep(ctx context.Context) error {
	if err := s.lapseOffers(ctx); err != nil {
		return err
	}
	if err := s.closeShifts(ctx); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *store.Tx) error {
		return tx.Exec(`UPDATE activities SET next_starts_at = (SELECT MIN(starts_at) FROM shifts
			WHERE shifts.activity_id = activities.id AND shifts.state = 'open' AND shifts.ends_at > ?)
			WHERE state = ? AND next_starts_at < ?`, tx.Now, Published, tx.Now).Error
	})
}

func (s *Service) lapseOffers(ctx context.Context) error {
	var due []Signup
	err := s.db.Read(ctx).Where("state = ? AND offer_expires_at <= ?", Offered, s.db.Now()).
		Order("offer_expires_at").Limit(sweepBatch).Find(&due).Error
	if err != nil {
		return err
	}
	for i := range due {
		if err := s.lapse(ctx, due[i].ID, "没有在时限内确认，名额已经让给下一位"); err != nil {
			return err
		}
	}
	return nil
}

// lapse ends an offer or a wait; one that was moved in the meantime is left alone.
func (s *Service) lapse(ctx context.Context, id int64, why string) error {
	return s.db.Tx(ctx, func(tx *store.Tx) error {
		l, err := findSignup(tx, id)
		if err != nil {
			return err
		}
		if l.State == Offered && l.OfferExpiresAt.After(tx.Now.Time) {
			return nil
		}
		if _, err := next(SignupMoves, l.State, "lapse", BySystem); err != nil {
			return nil //nolint:nilerr // confirmed or cancelled just now
		}
		if err := s.step(tx, l, "lapse", BySystem, 0, why); err != nil {
			return err
		}
		return outbox.Tell(tx, outbox.Notice{PersonID: l.PersonID, Kind: outbox.SignupLapsed, Event: event("lapsed", l.ID),
			Title: "这次没有轮到", Body: "“" + l.ActivityTitle + "”" + why + "。欢迎看看别的活动", SignupID: &l.ID, ActivityID: &l.ActivityID})
	})
}

// closeShifts puts missing check-outs on the attention list once the window has
// closed, and ends the waits that came to nothing.
func (s *Service) closeShifts(ctx context.Context) error {
	var due []Shift
	err := s.db.Read(ctx).Where("swept = ? AND ends_at < ?", false, store.At(s.db.Now().Add(-s.limits.CheckinWindow))).
		Order("ends_at").Limit(sweepBatch).Find(&due).Error
	if err != nil {
		return err
	}
	for i := range due {
		if err := s.closeShift(ctx, &due[i]); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) closeShift(ctx context.Context, shift *Shift) error {
	var waiting []int64
	err := s.db.Read(ctx).Model(&Signup{}).Where("shift_id = ? AND state IN ?", shift.ID, []SignupState{Pending, Waitlisted, Offered}).
		Pluck("id", &waiting).Error
	if err != nil {
		return err
	}
	for _, id := range waiting {
		if err := s.lapse(ctx, id, "到结束都没有轮到"); err != nil {
			return err
		}
	}
	return s.db.Tx(ctx, func(tx *store.Tx) error {
		open := tx.Session(newSession).Model(&Signup{}).Select("id").Where("shift_id = ? AND state = ?", shift.ID, Confirmed)
		err := tx.Model(&Attendance{}).Where("shift_id = ? AND out_at IS NULL AND signup_id IN (?)", shift.ID, open).
			Updates(map[string]any{"needs_look": true, "attention": missingOutAdded}).Error
		if err != nil {
			return err
		}
		return tx.Model(&Shift{}).Where("id = ?", shift.ID).Update("swept", true).Error
	})
}
