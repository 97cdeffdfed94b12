package request

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"yimi/internal/age"
	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/human"
	"yimi/internal/outbox"
	"yimi/internal/store"
	"yimi/internal/workflow"
)

// errNoWard is the answer to who is not the guardian of a minor.
var errNoWard = fault.Missing("孩子")

// OfWard lists what a minor has asked for and is under way, newest first, for the guardian.
func (s *Service) OfWard(ctx context.Context, childID int64) ([]Line, error) {
	db := s.db.Read(ctx)
	if err := mayGuard(db, auth.From(ctx).PersonID, childID, s.db.Now()); err != nil {
		return nil, err
	}
	open := true
	rows, err := s.data.ofPerson(db, childID, Filter{Open: &open, Limit: 100})
	return slices.DeleteFunc(rows, func(l Line) bool { return l.State == Draft }), err
}

// MayCancel tells whether who asked, or their guardian, may cancel the request now.
func (s *Service) MayCancel(l *Line) bool {
	now := s.db.Now().Time
	_, err := workflow.Next(Moves, l.State, "cancel", workflow.ByResident)
	return err == nil && l.allows("cancel", nil, true, now, s.limitsOf(l, now))
}

// CancelForWard cancels what a minor has asked for, as the guardian and as the child itself could; the child is told.
func (s *Service) CancelForWard(ctx context.Context, childID, id int64, reason string) error {
	return s.db.Tx(ctx, func(tx *store.Tx) error {
		if err := human.Hold(tx, childID); err != nil { // the guardian may be leaving in this instant
			return err
		}
		if err := mayGuard(tx.DB, auth.From(ctx).PersonID, childID, tx.Now); err != nil {
			return err
		}
		l, err := s.data.hold(tx, id)
		switch {
		case err != nil:
			return err
		case !l.isOf(childID) || l.State == Draft:
			return errMissing
		case l.VisitUnderWay:
			return errVisitOpen
		case l.tooLate(tx.Now.Time, s.Notice):
			return l.errTooLate("取消", s.Notice)
		}
		if err := s.cancel(ctx, tx, l, move{action: "cancel", who: workflow.ByResident, actor: auth.From(ctx).PersonID}, reason); err != nil {
			return err
		}
		return outbox.Tell(tx, l.notice(NoticeRequestChanged, "监护人取消了申请", fmt.Sprintf("%s的申请由您的监护人取消。%s", l.ServiceName, reason))...)
	})
}

// mayGuard refuses who is not a guardian of the child by the own account now, and anybody for an adult.
func mayGuard(db *gorm.DB, guardianID, childID int64, now store.Time) error {
	guardians, err := human.Guardians(db, []int64{childID}, now.Time)
	if err != nil {
		return err
	}
	child, err := findPerson(db, childID)
	if store.IsNotFound(err) {
		return errNoWard.Because(err)
	}
	if err == nil && (!guardians[childID].Has(guardianID) || !age.Minor(child.BirthDate, now.Time)) {
		err = errNoWard
	}
	return err
}
