package identity

import (
	"context"
	"time"

	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/store"
)

// NewGuardianCode gives the actor, a minor, eight digits to show to the guardian, who enters
// them in the guardian's own account. A new code ends the one before.
func (s *Service) NewGuardianCode(ctx context.Context) (code string, expires store.Time, err error) {
	a := auth.From(ctx)
	me, err := personByID(ctx, s.Store.Read(ctx), a.PersonID)
	if err != nil {
		return "", expires, err
	}
	age, err := me.ageOf(s.Store.Now().Time)
	if err != nil {
		return "", expires, err
	}
	if age >= adultAge {
		return "", expires, errNotAChild
	}
	if ok, _, err := s.Store.Hit(ctx, codesThrottle(a.PersonID), codesAnHour, time.Hour); err != nil || !ok {
		return "", expires, orElse(err, errCodesTooMany)
	}
	err = s.Store.Tx(ctx, func(tx *store.Tx) error {
		code, expires = newGuardianCode(), store.At(tx.Now.Add(codeLife))
		return saveGuardianCode(tx, GuardianCode{ChildID: a.PersonID, Hash: auth.HashSecret(code), ExpiresAt: expires})
	})
	return code, expires, err
}

func orElse(err, refusal error) error {
	if err != nil {
		return err
	}
	return refusal
}

// AddWard agrees, as guardian, for the child whose code it is. A code works once, and
// guesses are counted.
func (s *Service) AddWard(ctx context.Context, code, relation string, agree bool) (*Ward, error) {
	a := auth.From(ctx)
	if !agree {
		return nil, errAgreeGuardian
	}
	if err := s.mayBeGuardian(ctx, a.PersonID); err != nil {
		return nil, err
	}
	if ok, wait, err := s.Store.Hit(ctx, guardianThrottle(a.PersonID), guardianGoes, triesWindow); err != nil || !ok {
		return nil, orElse(err, fault.Newf(fault.TooMany, "too_many_attempts", "数字输错的次数太多，请 %d 分钟后再试", max(1, int(wait.Minutes()))))
	}
	g := &Guardianship{GuardianID: a.PersonID, Relation: relation}
	err := s.Store.Tx(ctx, func(tx *store.Tx) error {
		child, err := takeGuardianCode(tx, auth.HashSecret(code))
		switch {
		case err != nil:
			return err
		case child == 0:
			return errGuardianCode
		case child == a.PersonID:
			return errOwnCode
		}
		g.ChildID = child
		return insertGuardianship(tx, g)
	})
	if store.IsDuplicate(err) {
		return nil, errWardTwice.Because(err)
	}
	if err != nil {
		return nil, err
	}
	if err := s.Store.Clear(ctx, guardianThrottle(a.PersonID)); err != nil {
		return nil, err
	}
	return wardOf(s.Store.Read(ctx), a.PersonID, g.ChildID, s.Store.Now())
}

func (s *Service) mayBeGuardian(ctx context.Context, personID int64) error {
	me, err := personByID(ctx, s.Store.Read(ctx), personID)
	if err != nil {
		return err
	}
	age, err := me.ageOf(s.Store.Now().Time)
	if err == nil && age < adultAge {
		return errNotAnAdult
	}
	return err
}

// Wards lists the children that the actor agreed for.
func (s *Service) Wards(ctx context.Context) ([]Ward, error) {
	return wardsOf(s.Store.Read(ctx), auth.From(ctx).PersonID, s.Store.Now())
}

// RemoveWard takes the actor's consent for a child back. A child under 14 without another
// guardian can then sign up for nothing more; what it has done stays.
func (s *Service) RemoveWard(ctx context.Context, childID int64) error {
	return s.Store.Tx(ctx, func(tx *store.Tx) error {
		ended, err := endGuardianship(tx, auth.From(ctx).PersonID, childID)
		if err == nil && !ended {
			return fault.Missing("孩子")
		}
		return err
	})
}

// Guardians lists who agreed for a person.
func (s *Service) Guardians(ctx context.Context, childID int64) ([]Guardian, error) {
	return guardiansOf(s.Store.Read(ctx), childID)
}
