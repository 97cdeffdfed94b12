package identity

import (
	"context"
	"slices"

	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/human"
	"yimi/internal/store"
)

// Declare says that the actor is related to the person whose code it is, who is of that kind to
// them: from now on neither gives the other a second hand. A code works once, and guesses are counted.
func (s *Service) Declare(ctx context.Context, code, kind string) (*Relative, error) {
	a := auth.From(ctx)
	if turned[kind] == "" {
		return nil, errRelationKind
	}
	if ok, wait, err := s.Store.Hit(ctx, linkThrottle(a.PersonID), guardianGoes, triesWindow); err != nil || !ok {
		return nil, orElse(err, fault.Newf(fault.TooMany, "too_many_attempts", "数字输错的次数太多，请 %d 分钟后再试", max(1, int(wait.Minutes()))))
	}
	var r *Relation
	err := s.Store.Tx(ctx, func(tx *store.Tx) error {
		other, err := takeLinkCode(tx, auth.HashSecret(code))
		if err != nil || other == 0 {
			return orElse(err, errLinkCode)
		}
		mine, err := human.Accounts(tx.DB, a.PersonID)
		if err != nil || mine.Has(other) {
			return orElse(err, errOwnRelative)
		}
		r = relate(a.PersonID, other, kind)
		err = insertRelation(tx, r)
		if store.IsDuplicate(err) {
			return errRelated.Because(err)
		}
		if err != nil {
			return err
		}
		return audit.Write(tx, audit.Entry{Of: relationLog, ID: r.ID, Role: auth.Resident, After: *r})
	})
	if err != nil {
		return nil, err
	}
	all, err := s.Relatives(ctx)
	i := slices.IndexFunc(all, func(x Relative) bool { return x.ID == r.ID })
	if err != nil || i < 0 { // ended in the meantime
		return nil, orElse(err, errLinkCode)
	}
	return &all[i], nil
}

// Relatives lists those whom the actor is related to, as one of the two said.
func (s *Service) Relatives(ctx context.Context) ([]Relative, error) {
	mine, err := s.wholeOf(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := relativesOf(s.Store.Read(ctx), mine)
	return seenBy(mine, rows), err
}

// EndRelation takes a relation of the actor's back. For second hands it holds for as long as a role
// takes to ripen, so that it is not ended for a moment.
func (s *Service) EndRelation(ctx context.Context, id int64) error {
	mine, err := s.wholeOf(ctx)
	if err != nil {
		return err
	}
	return s.Store.Tx(ctx, func(tx *store.Tx) error {
		ended, err := endRelation(tx, id, mine)
		if err != nil || !ended {
			return orElse(err, fault.Missing("亲属登记"))
		}
		return audit.Write(tx, audit.Entry{Of: relationLog, ID: id, Role: auth.Resident, After: map[string]any{"ended_at": tx.Now}})
	})
}

// wholeOf gives the actor's account and those that were merged into it.
func (s *Service) wholeOf(ctx context.Context) ([]int64, error) {
	me := auth.From(ctx).PersonID
	merged, err := s.Merged(ctx, me)
	return append([]int64{me}, merged...), err
}
