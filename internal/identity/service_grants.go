package identity

import (
	"context"

	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/human"
	"yimi/internal/store"
)

// Grants lists who holds a role on this unit itself, for its admins.
func (s *Service) Grants(ctx context.Context, unitID int64) ([]GrantView, error) {
	db := s.Store.Read(ctx)
	u, err := unitByID(ctx, db, unitID)
	if err != nil {
		return nil, missing(err, "组织单元")
	}
	if err := mayGrant(auth.From(ctx), u.Path); err != nil {
		return nil, err
	}
	return grantsOnUnit(ctx, db, unitID)
}

func mayGrantOn(ctx context.Context, tx *store.Tx, a auth.Actor, unitID int64) error {
	u, err := unitByID(ctx, tx.DB, unitID)
	if err != nil {
		return missing(err, "组织单元")
	}
	return mayGrant(a, u.Path)
}

// grant gives a person a role: one who accepted an invitation, or whose account is made for it.
func grant(ctx context.Context, tx *store.Tx, g RoleGrant) (GrantView, error) {
	if err := human.Hold(tx, g.PersonID); err != nil {
		return GrantView{}, err
	}
	err := insertGrant(ctx, tx, &g)
	switch {
	case store.IsDuplicate(err):
		return GrantView{}, errGranted
	case store.IsForeignKey(err):
		return GrantView{}, fault.Missing("人员").Because(err)
	case err != nil:
		return GrantView{}, err
	}
	if err := openAgain(tx, g.PersonID); err != nil {
		return GrantView{}, err
	}
	return grantByID(ctx, tx.DB, g.ID)
}

// ConfirmGrant lets a role that was just given make a second hand at once: another admin of the unit says
// that its holder is a human apart from who gave it. That admin is a second hand beside the giver.
func (s *Service) ConfirmGrant(ctx context.Context, grantID int64) (view GrantView, err error) {
	a := auth.From(ctx)
	err = s.Store.Tx(ctx, func(tx *store.Tx) error {
		g, err := grantByID(ctx, tx.DB, grantID)
		if err != nil {
			return missing(err, "授权")
		}
		if mayGrant(a, g.UnitPath) != nil {
			return fault.Missing("授权")
		}
		if err := s.mayConfirm(tx, a, &g); err != nil {
			return err
		}
		confirmed, err := setConfirmed(tx, g.ID, a.PersonID)
		if err != nil || !confirmed {
			return orElse(err, errConfirmed)
		}
		if view, err = grantByID(ctx, tx.DB, g.ID); err != nil {
			return err
		}
		return audit.Write(tx, audit.Entry{Of: grantLog, ID: g.ID, UnitID: g.UnitID, Before: g.RoleGrant, After: view.RoleGrant})
	})
	return view, err
}

// mayConfirm refuses a grant that counts already, and who gave it, holds it, or is no second hand.
func (s *Service) mayConfirm(tx *store.Tx, a auth.Actor, g *GrantView) error {
	if !g.CountsFrom(s.Hands.GrantRipens).After(tx.Now.Time) {
		return errConfirmed
	}
	mine, err := human.Accounts(tx.DB, a.PersonID)
	if err != nil {
		return err
	}
	if mine.Has(g.PersonID) {
		return errOwnGrant
	}
	if err := s.Hands.Unrelated(tx.DB, mine, g.PersonID, tx.Now.Time); err != nil {
		return err
	}
	return s.Hands.SecondAdmin(tx.DB, a, mine, g.GrantedBy, g.UnitPath, tx.Now.Time)
}

// Becomes is what becomes of the work that rests on a role that is taken away: somebody has it, or it goes
// back to where it waits for somebody. Neither: the role is taken only if no work rests on it.
type Becomes struct {
	HandOverTo int64
	ToQueue    bool
}

// Revoke takes a role away; it stops at the person's next call, with all that it opened. Work that rests on it is
// role_in_use, unless it is said what becomes of it; then that is done in the same transaction. An admin cannot
// take their own last admin role. A grant on a unit that the actor does not administer is not theirs to know of.
func (s *Service) Revoke(ctx context.Context, grantID int64, b Becomes) error {
	a := auth.From(ctx)
	if b.ToQueue && b.HandOverTo != 0 {
		return errBecomes
	}
	return s.Store.Tx(ctx, func(tx *store.Tx) error {
		g, err := grantByID(ctx, tx.DB, grantID)
		if err != nil {
			return missing(err, "授权")
		}
		if mayGrant(a, g.UnitPath) != nil {
			return fault.Missing("授权")
		}
		if err := human.Hold(tx, g.PersonID); err != nil { // nothing new comes to rest on the role meanwhile
			return err
		}
		if err := revoke(ctx, tx, a, g.RoleGrant); err != nil {
			return err
		}
		if err := store.LoseAnswers(tx, g.PersonID); err != nil {
			return err
		}
		return s.settleWork(ctx, tx, &g, b)
	})
}

// settleWork does what was said of the work that rests on a role which has just been taken, or refuses.
func (s *Service) settleWork(ctx context.Context, tx *store.Tx, g *GrantView, b Becomes) error {
	left, err := grantsOfPerson(ctx, tx.DB, g.PersonID)
	if err != nil {
		return err
	}
	e := auth.Ending{Grant: auth.Grant{Role: g.Role, UnitID: g.UnitID, UnitPath: g.UnitPath}, Left: auth.Actor{PersonID: g.PersonID}, To: b.HandOverTo}
	for _, x := range left {
		e.Left.Grants = append(e.Left.Grants, auth.Grant{Role: x.Role, UnitID: x.UnitID, UnitPath: x.UnitPath})
	}
	var held []string
	for _, f := range s.Features {
		if f.InHand == nil {
			continue
		}
		words, err := f.InHand(tx, e)
		if err != nil {
			return err
		}
		held = append(held, words...)
	}
	if len(held) > 0 && !b.ToQueue && b.HandOverTo == 0 {
		return inUse(g.PersonName, held)
	}
	for _, f := range s.Features {
		if f.Pass == nil {
			continue
		}
		if err := f.Pass(tx, e); err != nil {
			return err
		}
	}
	return nil
}

func revoke(ctx context.Context, tx *store.Tx, a auth.Actor, g RoleGrant) error {
	own := ownAdmin(a, g)
	done, err := deleteGrant(ctx, tx, g, own)
	switch {
	case err != nil:
		return err
	case !done && own:
		return errLastAdmin
	case !done: // another admin was faster
		return fault.Missing("授权")
	}
	return logGrant(ctx, tx, g, "revoked", a.PersonID)
}

// CreateStaff makes a person with a desk login and a role on a unit that the actor administers. The
// password is the actor's until its owner changes it.
func (s *Service) CreateStaff(ctx context.Context, unitID int64, in Staff) (GrantView, error) {
	a := auth.From(ctx)
	return s.createStaff(ctx, a.PersonID, in, func(tx *store.Tx) (int64, error) {
		return unitID, mayGrantOn(ctx, tx, a, unitID)
	})
}

// BootstrapAdmin makes a district admin of the district, which may be made in the same transaction. It asks
// nobody's leave: it is for the command line, before there is anybody to ask.
func (s *Service) BootstrapAdmin(ctx context.Context, name, login, password string, district func(tx *store.Tx) (unitID int64, err error)) (GrantView, error) {
	in := Staff{Name: name, Login: login, Password: password, Role: auth.DistrictAdmin}
	return s.createStaff(ctx, 0, in, district)
}

// createStaff makes an account and its role, at the unit that may gives.
func (s *Service) createStaff(ctx context.Context, by int64, in Staff, may func(tx *store.Tx) (unitID int64, err error)) (view GrantView, err error) {
	if err := in.clean(); err != nil {
		return GrantView{}, err
	}
	hash, err := auth.HashPassword(ctx, in.Password)
	if err != nil {
		return GrantView{}, err
	}
	err = s.Store.Tx(ctx, func(tx *store.Tx) error {
		unitID, err := may(tx)
		if err != nil {
			return err
		}
		personID, err := newDeskPerson(ctx, tx, in, hash, by)
		if err != nil {
			return err
		}
		view, err = grant(ctx, tx, RoleGrant{PersonID: personID, UnitID: unitID, Role: in.Role, GrantedBy: by})
		return err
	})
	return view, err
}

func newDeskPerson(ctx context.Context, tx *store.Tx, in Staff, hash string, by int64) (int64, error) {
	p, err := insertPerson(ctx, tx, in.Name)
	if err != nil {
		return 0, err
	}
	login := PasswordLogin{Login: in.Login, PersonID: p.ID, Hash: hash}
	if by != 0 {
		login.SetBy = &by
	}
	err = insertPassword(ctx, tx, login)
	if store.IsDuplicate(err) {
		return 0, errLoginTaken
	}
	return p.ID, err
}
