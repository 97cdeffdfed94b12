package identity

import (
	"context"
	"slices"
	"time"

	"yimi/internal/age"
	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/human"
	"yimi/internal/store"
)

// NewLinkCode gives the actor eight digits to type in another account of theirs. New ones end the ones before.
func (s *Service) NewLinkCode(ctx context.Context) (code string, expires store.Time, err error) {
	a := auth.From(ctx)
	if ok, _, err := s.Store.Hit(ctx, linkCodesThrottle(a.PersonID), codesAnHour, time.Hour); err != nil || !ok {
		return "", expires, orElse(err, errCodesTooMany)
	}
	err = s.Store.Tx(ctx, func(tx *store.Tx) error {
		code, expires = eightDigits(), store.At(tx.Now.Add(codeLife))
		return saveLinkCode(tx, LinkCode{PersonID: a.PersonID, Hash: auth.HashSecret(code), ExpiresAt: expires})
	})
	return code, expires, err
}

// AddLink says that the account whose code it is, and the actor's, are one human's: from now on they
// give no second hand to each other, and staff may merge them. A code works once, and guesses are counted.
func (s *Service) AddLink(ctx context.Context, code string) (*Linked, error) {
	a := auth.From(ctx)
	if ok, wait, err := s.Store.Hit(ctx, linkThrottle(a.PersonID), guardianGoes, triesWindow); err != nil || !ok {
		return nil, orElse(err, fault.Newf(fault.TooMany, "too_many_attempts", "数字输错的次数太多，请 %d 分钟后再试", max(1, int(wait.Minutes()))))
	}
	var other int64
	err := s.Store.Tx(ctx, func(tx *store.Tx) (err error) {
		other, err = takeLinkCode(tx, auth.HashSecret(code))
		switch {
		case err != nil:
			return err
		case other == 0:
			return errLinkCode
		case other == a.PersonID:
			return errLinkOwn
		}
		return s.link(ctx, tx, min(other, a.PersonID), max(other, a.PersonID))
	})
	if err != nil {
		return nil, err
	}
	links, err := s.Links(ctx)
	i := slices.IndexFunc(links, func(l Linked) bool { return l.ID == other })
	if err != nil || i < 0 { // the other was closed in the meantime
		return nil, orElse(err, errLinkCode)
	}
	return &links[i], nil
}

func (s *Service) link(ctx context.Context, tx *store.Tx, low, high int64) error {
	d := Duplicate{LowID: low, HighID: high, State: DuplicateOpen, FoundAt: tx.Now}
	var lines []audit.Entry
	for _, id := range []int64{low, high} { // the lower id first, like everybody
		if err := human.Hold(tx, id); err != nil {
			return err
		}
		p, err := personByID(ctx, tx.DB, id)
		if err != nil || p.MergedInto != nil {
			return orElse(err, errLinkCode)
		}
		line := audit.Entry{Of: personLog, ID: id, Role: auth.Resident, Minor: age.Minor(p.BirthDate, tx.Now.Time), After: Duplicate{LowID: low, HighID: high, ByLink: true}}
		if p.UnitID != nil {
			line.UnitID = *p.UnitID
		}
		lines = append(lines, line)
	}
	if linked, err := setLinked(tx, &d); err != nil || !linked {
		return orElse(err, errLinked)
	}
	if err := s.childConsents(tx, low); err != nil {
		return err
	}
	return audit.WriteAll(tx, lines)
}

// Links lists the accounts that the actor linked with this one.
func (s *Service) Links(ctx context.Context) ([]Linked, error) {
	return linksOf(s.Store.Read(ctx), auth.From(ctx).PersonID)
}
