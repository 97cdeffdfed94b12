package request

import (
	"cmp"
	"context"
	"strings"

	"yimi/internal/age"
	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/human"
	"yimi/internal/store"
)

// maxBeneficiaries bounds one person's list.
const maxBeneficiaries = 20

var (
	errNoBeneficiary = fault.Missing("家人")
	errManyFamily    = fault.Newf(fault.Unprocessable, "too_many_beneficiaries", "最多记 %d 位。请先删掉不用的，再添加", maxBeneficiaries)
)

// Beneficiaries lists those whom the actor asks for.
func (s *Service) Beneficiaries(ctx context.Context) ([]Beneficiary, error) {
	return s.data.beneficiaries(s.db.Read(ctx), auth.From(ctx).PersonID)
}

// Beneficiary gives one of those whom the actor asks for.
func (s *Service) Beneficiary(ctx context.Context, id int64) (*Beneficiary, error) {
	return s.data.findBeneficiary(s.db.Read(ctx), auth.From(ctx).PersonID, id)
}

// KeepBeneficiary adds somebody whom the actor asks for, or changes one that has an id.
func (s *Service) KeepBeneficiary(ctx context.Context, b *Beneficiary, groups []string) (*Beneficiary, error) {
	if (b.Relation == Neighbour || b.Relation == Other) && b.Consent == "" {
		return nil, errConsent
	}
	b.GroupsOf, b.PersonID = strings.Join(groups, ","), auth.From(ctx).PersonID
	id := b.ID
	err := s.db.Tx(ctx, func(tx *store.Tx) error {
		b.ID = id // done again, it is as it was
		if err := b.mayAgree(tx); err != nil {
			return err
		}
		if err := s.oneself(tx, b); err != nil {
			return err
		}
		if b.UnitID != nil {
			if _, err := unitName(tx, *b.UnitID); err != nil {
				return err
			}
		}
		if err := s.keepBeneficiary(tx, b); err != nil {
			return err
		}
		return b.log(tx)
	})
	if err != nil {
		return nil, err
	}
	return s.Beneficiary(ctx, b.ID)
}

// oneself makes another one of oneself the one that there is.
func (s *Service) oneself(tx *store.Tx, b *Beneficiary) error {
	if b.ID != 0 || b.Relation != Self {
		return nil
	}
	if err := human.Hold(tx, b.PersonID); err != nil {
		return err
	}
	is, err := s.data.findSelf(tx.DB, b.PersonID)
	if is != nil {
		b.ID = is.ID
	}
	return err
}

// keepBeneficiary writes one that has an id again, and adds one that has none while there is room.
func (s *Service) keepBeneficiary(tx *store.Tx, b *Beneficiary) error {
	if b.ID != 0 {
		is, err := s.data.findBeneficiary(tx.DB, b.PersonID, b.ID)
		if err != nil {
			return err
		}
		b.Ref = is.Ref
		return s.data.saveBeneficiary(tx, b)
	}
	n, err := countBeneficiaries(tx, b.PersonID)
	if err != nil {
		return err
	}
	if n >= maxBeneficiaries {
		return errManyFamily
	}
	return s.data.insertBeneficiary(tx, b)
}

// remember keeps with whom a request is for how to reach them, to be offered the next time: what was
// written for this one, in place of what was kept before. Who asks may change it and take it away.
func (s *Service) remember(tx *store.Tx, l *Line) error {
	if l.details.Phone == "" && l.details.Address == "" {
		return nil
	}
	b, err := s.data.askedFor(tx.DB, l)
	if err != nil || b == nil {
		return err
	}
	phone, address := cmp.Or(l.details.Phone, b.Phone), cmp.Or(l.details.Address, b.Address)
	if phone == b.Phone && address == b.Address {
		return nil
	}
	b.Phone, b.Address = phone, address
	if b.ID != 0 {
		err = s.data.saveBeneficiary(tx, b)
	} else if n, countErr := countBeneficiaries(tx, b.PersonID); countErr != nil || n >= maxBeneficiaries {
		return countErr
	} else {
		err = s.data.insertBeneficiary(tx, b)
	}
	if err != nil {
		return err
	}
	return b.log(tx)
}

// mayAgree refuses a guardian's consent from somebody who is a minor.
func (b *Beneficiary) mayAgree(tx *store.Tx) error {
	if !b.Guardian {
		return nil
	}
	me, err := findPerson(tx.DB, b.PersonID)
	if err == nil && age.Minor(me.BirthDate, tx.Now.Time) {
		err = errNotAdult.With(fault.Field{Name: "guardian", Message: "请监护人来申请"})
	}
	return err
}

// log adds to the audit log that somebody's own list was changed.
func (b *Beneficiary) log(tx *store.Tx) error {
	e := audit.Entry{Of: beneficiaryLog, ID: b.ID, Role: auth.Resident, Minor: age.Minor(b.BirthDate, tx.Now.Time)}
	if b.UnitID != nil {
		e.UnitID = *b.UnitID
	}
	return audit.Write(tx, e)
}

// RemoveBeneficiary deletes somebody from the actor's list; requests keep what they said.
func (s *Service) RemoveBeneficiary(ctx context.Context, id int64) error {
	return s.db.Tx(ctx, func(tx *store.Tx) error {
		b, err := s.data.findBeneficiary(tx.DB, auth.From(ctx).PersonID, id)
		if err != nil {
			return err
		}
		gone, err := deleteBeneficiary(tx, auth.From(ctx).PersonID, id)
		switch {
		case err != nil:
			return err
		case !gone:
			return errNoBeneficiary
		}
		return b.log(tx)
	})
}
