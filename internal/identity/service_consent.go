package identity

import (
	"context"
	"errors"

	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/human"
	"yimi/internal/store"
)

// PrivacyNotice gives the notice with those who answer for it: the district centres, with
// their phones (个人信息保护法 Art 17).
func (s *Service) PrivacyNotice(ctx context.Context) (*Notice, []Home, error) {
	who, err := districts(ctx, s.Store.Read(ctx))
	return &s.Notice, who, err
}

// Consents gives how each of the actor's consents stands, and the last lines of their log.
func (s *Service) Consents(ctx context.Context) ([]Standing, []Consent, error) {
	return s.consentsOf(ctx, auth.From(ctx).PersonID)
}

// WardConsents is Consents of a child under 14, for its guardian.
func (s *Service) WardConsents(ctx context.Context, childID int64) ([]Standing, []Consent, error) {
	if err := mayDecideFor(s.Store.Read(ctx), auth.From(ctx).PersonID, childID, s.Store.Now()); err != nil {
		return nil, nil, err
	}
	return s.consentsOf(ctx, childID)
}

func (s *Service) consentsOf(ctx context.Context, person int64) ([]Standing, []Consent, error) {
	db := s.Store.Read(ctx)
	last, err := lastConsents(ctx, db, person)
	if err != nil {
		return nil, nil, err
	}
	var out []Standing
	for _, kind := range s.Notice.Kinds() {
		out = append(out, s.Notice.standing(kind, last[kind]))
	}
	log, err := consentsOf(ctx, db, person, consentsShown)
	return out, log, err
}

// Consented tells whether a person agrees to the present words of the kind.
func (s *Service) Consented(ctx context.Context, personID int64, kind ConsentKind) (bool, error) {
	last, err := lastConsent(ctx, s.Store.Read(ctx), personID, kind)
	return err == nil && s.Notice.standing(kind, last).Holds, err
}

// ConsentedIn is Consented within a transaction.
func (s *Service) ConsentedIn(tx *store.Tx, personID int64, kind ConsentKind) (bool, error) {
	last, err := lastConsent(tx.Statement.Context, tx.DB, personID, kind)
	return err == nil && s.Notice.standing(kind, last).Holds, err
}

// Decide gives or withdraws one of the actor's consents, at once. One given to words that have
// changed meanwhile is privacy_version_changed; withdrawing needs no version (个人信息保护法
// Art 14, 15). Somebody under 14 gives none: the guardian does (Art 31).
func (s *Service) Decide(ctx context.Context, kind ConsentKind, version string, given bool) error {
	if err := s.mayDecide(kind, version, given); err != nil {
		return err
	}
	me := auth.From(ctx).PersonID
	return s.Store.Tx(ctx, func(tx *store.Tx) error {
		return s.decide(tx, Consent{PersonID: me, Kind: kind, Given: given, ByPersonID: me, ByRole: BySelf})
	})
}

// DecideForWard is Decide for a child under 14, by its guardian.
func (s *Service) DecideForWard(ctx context.Context, childID int64, kind ConsentKind, version string, given bool) error {
	if err := s.mayDecide(kind, version, given); err != nil {
		return err
	}
	me := auth.From(ctx).PersonID
	return s.Store.Tx(ctx, func(tx *store.Tx) error {
		if err := holdPerson(tx, childID); err != nil { // the guardian may be leaving in this instant
			return err
		}
		if err := mayDecideFor(tx.DB, me, childID, tx.Now); err != nil {
			return err
		}
		return s.decide(tx, Consent{PersonID: childID, Kind: kind, Given: given, ByPersonID: me, ByRole: ByGuardian})
	})
}

func (s *Service) mayDecide(kind ConsentKind, version string, given bool) error {
	present := s.Notice.VersionOf(kind)
	switch {
	case present == "":
		return errConsentKind
	case given && version != present:
		return errPrivacyVersion
	}
	return nil
}

// NoteShare notes that a person agreed that an outside organisation is told, as they said to
// staff (个人信息保护法 Art 23).
func (s *Service) NoteShare(tx *store.Tx, personID, staffID int64) error {
	c := Consent{PersonID: personID, Kind: Share, Version: s.Notice.VersionOf(Share), Given: true, ByPersonID: staffID, ByRole: ByStaff}
	if err := insertConsent(tx.Statement.Context, tx, &c); err != nil {
		return err
	}
	return audit.Write(tx, audit.Entry{Of: consentLog, ID: c.ID, After: c})
}

// decide writes a line of the log with what follows from it, unless it changes nothing.
func (s *Service) decide(tx *store.Tx, c Consent) error {
	ctx := tx.Statement.Context
	c.Version = s.Notice.VersionOf(c.Kind)
	if err := holdPerson(tx, c.PersonID); err != nil { // two decisions at once queue
		return err
	}
	last, err := lastConsent(ctx, tx.DB, c.PersonID, c.Kind)
	if err != nil {
		return err
	}
	if now := s.Notice.standing(c.Kind, last); now.Holds && c.Given && (c.ByRole != ByGuardian || last.ByRole == ByGuardian) || !c.Given && (last == nil || !last.Given) {
		return nil
	}
	if err := mayConsent(tx, c); err != nil {
		return err
	}
	if err := insertConsent(ctx, tx, &c); err != nil {
		return err
	}
	if c.ByRole == ByGuardian {
		child, err := personByID(ctx, tx.DB, c.PersonID)
		if err != nil {
			return err
		}
		if err := audit.Write(tx, child.logged(consentLog, c.ID, nil, c)); err != nil {
			return err
		}
	}
	if c.Given {
		return s.follow(ctx, tx, c)
	}
	return s.withdrawn(ctx, tx, c)
}

// withdrawn does what follows from a consent that does not hold any more.
func (s *Service) withdrawn(ctx context.Context, tx *store.Tx, c Consent) error {
	if err := s.follow(ctx, tx, c); err != nil {
		return err
	}
	for _, f := range s.Features {
		if do := f.Withdrawn[string(c.Kind)]; do != nil {
			if err := do(tx, c.PersonID); err != nil {
				return err
			}
		}
	}
	return nil
}

// childConsents withdraws what nobody could agree to of whoever turns out to be under 14 (个人信息保护法 Art 31): what
// they agreed to alone, and what a guardian did whose consent does not count. It looks at the person's accounts and wards.
func (s *Service) childConsents(tx *store.Tx, personID int64) error {
	who, err := human.Of(tx.DB, personID)
	if err != nil {
		return err
	}
	children, err := childrenOf(tx, who.Own)
	if err != nil || len(children) == 0 {
		return err
	}
	guardians, err := human.Guardians(tx.DB, children, tx.Now.Time)
	if err != nil {
		return err
	}
	for _, id := range children {
		if err := s.withdrawVoid(tx, id, len(guardians[id]) > 0); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) withdrawVoid(tx *store.Tx, childID int64, guarded bool) error {
	last, err := lastConsents(tx.Statement.Context, tx.DB, childID)
	if err != nil {
		return err
	}
	for _, kind := range s.Notice.Kinds() {
		if c := last[kind]; c == nil || !c.Given || c.ByRole == ByStaff || c.ByRole == ByGuardian && guarded {
			continue
		}
		if err := s.decide(tx, Consent{PersonID: childID, Kind: kind, ByPersonID: childID, ByRole: BySelf}); err != nil {
			return err
		}
	}
	return nil
}

// joinConsents lets the last word of either account stand for all that both have brought, kind by kind: what one agreed
// to the other can withdraw, and what the other had withdrawn is withdrawn. To be named in public is agreed to anew.
func (s *Service) joinConsents(tx *store.Tx, from, into int64) error {
	theirs, err := lastConsents(tx.Statement.Context, tx.DB, from)
	if err != nil {
		return err
	}
	own, err := lastConsents(tx.Statement.Context, tx.DB, into)
	if err != nil {
		return err
	}
	for _, kind := range s.Notice.Kinds() {
		if err := s.joinConsent(tx, theirs[kind], own[kind], into); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) joinConsent(tx *store.Tx, theirs, own *Consent, into int64) error {
	ctx := tx.Statement.Context
	switch {
	case theirs == nil:
		return nil
	case own != nil && !theirs.At.After(own.At.Time):
		if own.Given || !theirs.Given {
			return nil
		}
		return s.withdrawn(ctx, tx, *own)
	}
	c := *theirs
	c.PersonID = into
	if c.ByPersonID == theirs.PersonID {
		c.ByPersonID = into
	}
	switch {
	case !c.Given:
		return s.decide(tx, c)
	case c.Kind == Leaderboard, own != nil && own.Given && own.Version == c.Version:
		return nil
	}
	if err := insertConsent(ctx, tx, &c); err != nil {
		return err
	}
	return s.follow(ctx, tx, c)
}

// mayConsent refuses what somebody under 14 gives without the guardian (个人信息保护法 Art 31).
func mayConsent(tx *store.Tx, c Consent) error {
	if !c.Given || c.ByRole != BySelf {
		return nil
	}
	p, err := personByID(tx.Statement.Context, tx.DB, c.PersonID)
	if err == nil && p.guarded(tx.Now.Time) {
		return errGuardian
	}
	return err
}

// follow does what a consent means for other rows.
func (s *Service) follow(ctx context.Context, tx *store.Tx, c Consent) error {
	switch {
	case c.Kind == Privacy && c.Given:
		return copyConsent(ctx, tx, c.PersonID, "privacy_version", c.Version)
	case c.Kind == Privacy:
		return copyConsent(ctx, tx, c.PersonID, "privacy_version", "")
	case c.Kind == Leaderboard:
		return copyConsent(ctx, tx, c.PersonID, "show_on_leaderboard", c.Given)
	case c.Kind == IdentityNumber && !c.Given:
		if err := keepNeighbours(tx, c.PersonID); err != nil {
			return err
		}
		_, err := changePerson(ctx, tx, c.PersonID, s.identityColumns(c.PersonID, "", ""), "1 = 1")
		return err
	}
	return nil
}

// HideOutdatedNames takes the names off leaderboards and records that are shown by a consent to
// other words than the present ones; who agrees again is shown again. It looks at everybody, so it
// is for a program's start, when the words may have changed.
func (s *Service) HideOutdatedNames(ctx context.Context) error {
	var failed error // the first; the batches after it go on
	for after := int64(0); ; {
		ids, err := outdatedNames(s.Store.Read(ctx), s.Notice.VersionOf(Leaderboard), after, namesAtOnce)
		if err != nil || len(ids) == 0 {
			return errors.Join(failed, err)
		}
		err = s.Store.Tx(ctx, func(tx *store.Tx) error { return hideOutdated(tx, s.Notice.VersionOf(Leaderboard), ids) })
		if failed == nil {
			failed = err
		}
		after = ids[len(ids)-1]
	}
}

// namesAtOnce is how many names one transaction hides.
const namesAtOnce = 500

func copyConsent(ctx context.Context, tx *store.Tx, personID int64, column string, value any) error {
	_, err := changePerson(ctx, tx, personID, map[string]any{column: value}, "1 = 1")
	return err
}

// mayKeepNumber refuses a document's number without its separate consent (个人信息保护法 Art 29).
func (s *Service) mayKeepNumber(tx *store.Tx, personID int64, number *string) error {
	if number == nil || *number == "" {
		return nil
	}
	ok, err := s.ConsentedIn(tx, personID, IdentityNumber)
	if err == nil && !ok {
		return errNumber
	}
	return err
}

// decideLeaderboard keeps the log of consents in step with what a profile says.
func (s *Service) decideLeaderboard(tx *store.Tx, personID int64, show *bool) error {
	if show == nil {
		return nil
	}
	return s.decide(tx, Consent{PersonID: personID, Kind: Leaderboard, Given: *show, ByPersonID: personID, ByRole: BySelf})
}
