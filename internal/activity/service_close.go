package activity

import (
	"context"

	"yimi/internal/fault"
	"yimi/internal/store"
	"yimi/internal/workflow"
)

var errUnderWay = fault.New(fault.Conflict, "shift_under_way", "您签到了，还没有签退。请先签退，再注销账号，这样时长不会丢")

// MayClose refuses to close the account of somebody who is checked in and can still check out.
func (s *Service) MayClose(tx *store.Tx, personID int64) error {
	there, err := isThere(tx.DB, personID, store.At(tx.Now.Add(-s.limits.CheckinWindow)))
	if err == nil && there {
		return errUnderWay
	}
	return err
}

// Leave gives back every place that a person whose account is closed has to come; places go to the
// waitlist as with any cancelling. Shifts that are over, and those checked in to, stay for the staff.
func (s *Service) Leave(ctx context.Context, personID int64) error {
	var ids []int64
	err := s.db.Tx(ctx, func(tx *store.Tx) (err error) {
		if err := takeTurn(tx, personID); err != nil { // a sign-up under way is seen, or sees that the account is closed
			return err
		}
		ids, err = leavable(tx.DB, personID, tx.Now)
		return err
	})
	for i := 0; i < len(ids) && err == nil; i++ {
		err = s.db.Tx(ctx, func(tx *store.Tx) error { return s.leave(tx, ids[i]) })
	}
	return err
}

func (s *Service) leave(tx *store.Tx, id int64) error {
	l, err := holdSignup(tx, id)
	if err != nil {
		return err
	}
	_, not := workflow.Next(SignupMoves, l.State, "cancel", workflow.ByVolunteer)
	if l.InAt != nil || not != nil {
		return nil //nolint:nilerr // moved meanwhile: there is nothing to leave
	}
	return s.step(tx, l, "cancel", workflow.ByVolunteer, l.PersonID, "")
}

// Forget deletes what a person whose account is closed wrote with sign-ups, and how far away they stood.
func (s *Service) Forget(ctx context.Context, personID int64) error {
	return s.db.Tx(ctx, func(tx *store.Tx) error { return forget(tx, personID) })
}
