package identity

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"yimi/internal/age"
	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/human"
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
	years, err := me.ageOf(s.Store.Now().Time)
	if err != nil {
		return "", expires, err
	}
	if years >= age.Adult {
		return "", expires, errNotAChild
	}
	if ok, _, err := s.Store.Hit(ctx, codesThrottle(a.PersonID), codesAnHour, time.Hour); err != nil || !ok {
		return "", expires, orElse(err, errCodesTooMany)
	}
	err = s.Store.Tx(ctx, func(tx *store.Tx) error {
		code, expires = eightDigits(), store.At(tx.Now.Add(codeLife))
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

// AddWard agrees, as guardian, for the child whose code it is; under 14 that is the child's
// agreement to the privacy notice too. A code works once, and guesses are counted.
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
	err := s.Store.Tx(ctx, func(tx *store.Tx) error { return s.addWard(tx, g, auth.HashSecret(code)) })
	if store.IsDuplicate(err) {
		return nil, errWardTwice.Because(err)
	}
	if err != nil {
		return nil, err
	}
	if err := s.Store.Clear(ctx, guardianThrottle(a.PersonID)); err != nil {
		return nil, err
	}
	db := s.Store.Read(ctx)
	w, err := wardOf(db, a.PersonID, g.ChildID)
	if err != nil {
		return nil, err
	}
	one := []Ward{*w}
	err = s.addComing(db, one)
	return &one[0], err
}

// wardShifts is how many shifts to come of a child its guardian sees.
const wardShifts = 5

// addComing says what the children signed up for.
func (s *Service) addComing(db *gorm.DB, wards []Ward) error {
	at, children := map[int64]*Ward{}, make([]int64, len(wards))
	for i := range wards {
		children[i], at[wards[i].ChildID] = wards[i].ChildID, &wards[i]
	}
	shifts, count, err := s.Coming(db, children, s.Store.Now(), wardShifts)
	for _, shift := range shifts {
		at[shift.PersonID].Next = append(at[shift.PersonID].Next, shift)
	}
	for id, w := range at {
		w.Coming = count[id]
	}
	return err
}

func (s *Service) addWard(tx *store.Tx, g *Guardianship, hash string) (err error) {
	g.ChildID, err = takeGuardianCode(tx, hash)
	switch {
	case err != nil:
		return err
	case g.ChildID == 0:
		return errGuardianCode
	case g.ChildID == g.GuardianID:
		return errOwnCode
	}
	if err := holdPerson(tx, g.ChildID); err != nil {
		return err
	}
	child, err := personByID(tx.Statement.Context, tx.DB, g.ChildID)
	if err != nil {
		return err
	}
	if err := insertGuardianship(tx, g); err != nil {
		return err
	}
	if err := mustCount(tx, g); err != nil {
		return err
	}
	if err := audit.Write(tx, child.logged(guardianLog, g.ID, nil, *g)); err != nil || !child.guarded(tx.Now.Time) {
		return err
	}
	return s.decide(tx, Consent{PersonID: g.ChildID, Kind: Privacy, Given: true, ByPersonID: g.GuardianID, ByRole: ByGuardian})
}

// mustCount refuses a guardianship that would not count: by another account of the child's own, or of a minor's.
func mustCount(tx *store.Tx, g *Guardianship) error {
	counts, err := countsFor(tx.DB, g.GuardianID, g.ChildID, tx.Now)
	if err != nil || counts {
		return err
	}
	own, err := human.Accounts(tx.DB, g.ChildID)
	if err == nil && own.Has(g.GuardianID) {
		return errOwnChild
	}
	return orElse(err, errNotAnAdult)
}

// countsFor tells whether the guardian's consent for the child counts.
func countsFor(db *gorm.DB, guardianID, childID int64, now store.Time) (bool, error) {
	guardians, err := human.Guardians(db, []int64{childID}, now.Time)
	return guardians[childID].Has(guardianID), err
}

func (s *Service) mayBeGuardian(ctx context.Context, personID int64) error {
	me, err := personByID(ctx, s.Store.Read(ctx), personID)
	if err != nil {
		return err
	}
	years, err := me.ageOf(s.Store.Now().Time)
	if err == nil && years < age.Adult {
		return errNotAnAdult
	}
	return err
}

// Wards lists the children that the actor agreed for. Who does not count as guardian, or whose child is
// grown up, sees that they agreed, to take it back, and nothing of what the child does.
func (s *Service) Wards(ctx context.Context) ([]Ward, error) {
	db, me, now := s.Store.Read(ctx), auth.From(ctx).PersonID, s.Store.Now()
	out, err := wardsOf(db, me)
	if err != nil || len(out) == 0 {
		return nil, err
	}
	if err := s.addComing(db, out); err != nil {
		return nil, err
	}
	children := make([]int64, len(out))
	for i := range out {
		children[i] = out[i].ChildID
	}
	count, err := human.Guardians(db, children, now.Time)
	for i := range out {
		if w := &out[i]; !count[w.ChildID].Has(me) || !w.minor(now.Time) {
			out[i] = Ward{Guardianship: w.Guardianship, Name: w.Name}
		}
	}
	return out, err
}

// RemoveWard takes the actor's consent for a child back. What a child under 14 without another
// guardian had agreed to is withdrawn with it; what it has done stays.
func (s *Service) RemoveWard(ctx context.Context, childID int64) error {
	return s.Store.Tx(ctx, func(tx *store.Tx) error {
		if err := holdPerson(tx, childID); err != nil { // a consent may be given in this instant
			return err
		}
		before, err := guardianshipOf(tx.DB, auth.From(ctx).PersonID, childID)
		if err != nil {
			return missing(err, "孩子")
		}
		child, err := personByID(ctx, tx.DB, childID)
		if err != nil {
			return err
		}
		after, err := endGuardianship(tx, before)
		if err != nil {
			return err
		}
		if err := audit.Write(tx, child.logged(guardianLog, before.ID, before, after)); err != nil || !child.guarded(tx.Now.Time) {
			return err
		}
		return s.withdrawAll(tx, before)
	})
}

// withdrawAll withdraws what holds of a child that has no guardian any more.
func (s *Service) withdrawAll(tx *store.Tx, g Guardianship) error {
	left, err := human.Guardians(tx.DB, []int64{g.ChildID}, tx.Now.Time)
	if err != nil || len(left[g.ChildID]) > 0 {
		return err
	}
	last, err := lastConsents(tx.Statement.Context, tx.DB, g.ChildID)
	if err != nil {
		return err
	}
	for _, kind := range s.Notice.Kinds() {
		if last[kind] == nil || !last[kind].Given {
			continue
		}
		if err := s.decide(tx, Consent{PersonID: g.ChildID, Kind: kind, ByPersonID: g.GuardianID, ByRole: ByGuardian}); err != nil {
			return err
		}
	}
	return nil
}

// mayDecideFor refuses who is not the child's guardian now, and anybody for a child of 14 or
// more, who decides alone (个人信息保护法 Art 31).
func mayDecideFor(db *gorm.DB, guardianID, childID int64, now store.Time) error {
	counts, err := countsFor(db, guardianID, childID, now)
	if err != nil || !counts {
		return orElse(err, fault.Missing("孩子"))
	}
	child, err := personByID(db.Statement.Context, db, childID)
	if err == nil && !child.guarded(now.Time) {
		err = errWardDecides
	}
	return err
}

// Guardians lists whose consent as guardian counts for a person.
func (s *Service) Guardians(ctx context.Context, childID int64) ([]Guardian, error) {
	db := s.Store.Read(ctx)
	count, err := human.Guardians(db, []int64{childID}, s.Store.Now().Time)
	if err != nil {
		return nil, err
	}
	agreed, err := guardiansOf(db, childID)
	return slices.DeleteFunc(agreed, func(g Guardian) bool { return !count[childID].Has(g.GuardianID) }), err
}
