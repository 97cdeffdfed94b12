package identity

import (
	"context"
	"time"

	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/human"
	"yimi/internal/store"
)

// ClosedName is what stands where the name of somebody stood whose account is closed.
const ClosedName = "已注销用户"

// settled is how long after the closing it is looked through once more: calls that were under
// way at that moment are over by then.
const settled = 10 * time.Minute

var errRolesHeld = fault.New(fault.Conflict, "roles_held", "您还有工作角色。请先让管理员收回角色、把手上的事交给同事，再注销账号")

// Close closes the actor's account: from its transaction on nobody can sign in as the person, no
// session lives, and nothing in the row says who it was. What else is theirs is then given back
// and deleted by every feature; Closing lists for whom that is still to be done. Each feature
// refuses while something of its has to be finished first.
func (s *Service) Close(ctx context.Context, reason string) error {
	a := auth.From(ctx)
	return s.Store.Tx(ctx, func(tx *store.Tx) error {
		if err := human.Hold(tx, a.PersonID); err != nil { // closed by the same person in the same moment
			return ErrSessionEnded.Because(err)
		}
		grants, err := countGrants(tx.DB, a.PersonID)
		if err != nil {
			return err
		}
		if grants > 0 {
			return errRolesHeld
		}
		for _, f := range s.Features {
			if f.MayClose == nil {
				continue
			}
			if err := f.MayClose(tx, a.PersonID); err != nil {
				return err
			}
		}
		if err := keepNeighbours(tx, a.PersonID); err != nil { // what the account did stays one human's
			return err
		}
		if err := closePerson(tx, a.PersonID, reason); err != nil {
			return err
		}
		return audit.Write(tx, audit.Entry{Of: personLog, ID: a.PersonID, Role: auth.Resident})
	})
}

// Closing gives the people whose accounts are closed and not yet found empty, the first closed first.
func (s *Service) Closing(ctx context.Context, limit int) ([]int64, error) {
	return closing(s.Store.Read(ctx), limit)
}

// Forget deletes what is left of a closed account here.
func (s *Service) Forget(ctx context.Context, personID int64) error {
	return s.Store.Tx(ctx, func(tx *store.Tx) error { return forget(tx, personID) })
}

// Forgotten notes that a closed account was emptied, if nothing can have come behind that.
func (s *Service) Forgotten(ctx context.Context, personID int64) error {
	return s.Store.Tx(ctx, func(tx *store.Tx) error { return setForgotten(tx, personID, store.At(tx.Now.Add(-settled))) })
}
