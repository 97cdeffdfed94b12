package identity

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/human"
	"yimi/internal/store"
)

// Invite offers a role on a unit that the actor administers, and gives the code by which it is accepted: nobody
// sees it again.
func (s *Service) Invite(ctx context.Context, unitID int64, role auth.Role) (view InvitationView, code string, err error) {
	a := auth.From(ctx)
	if err := checkRole(role); err != nil {
		return view, "", err
	}
	err = s.Store.Tx(ctx, func(tx *store.Tx) error {
		if err := mayGrantOn(ctx, tx, a, unitID); err != nil {
			return err
		}
		code = newInvitationCode()
		i := RoleInvitation{UnitID: unitID, Role: role, CodeHash: auth.HashSecret(code), InvitedBy: a.PersonID, CreatedAt: tx.Now, ExpiresAt: store.At(tx.Now.Add(invitationLife))}
		if err := insertInvitation(tx, &i); err != nil {
			return err
		}
		if view, err = invitationBy(tx.DB, "i.id = ?", i.ID); err != nil {
			return err
		}
		return audit.Write(tx, audit.Entry{Of: invitationLog, ID: i.ID, UnitID: unitID, After: i})
	})
	return view, code, err
}

// Invitations lists those of the units that the actor administers, the newest first: the open ones, and what
// became of the others.
func (s *Service) Invitations(ctx context.Context) ([]InvitationView, error) {
	return invitationsUnder(s.Store.Read(ctx), auth.From(ctx).AdministeredPaths())
}

// WithdrawInvitation ends an open invitation. One of a unit that the actor does not administer is not theirs to know of.
func (s *Service) WithdrawInvitation(ctx context.Context, id int64) error {
	a := auth.From(ctx)
	return s.Store.Tx(ctx, func(tx *store.Tx) error {
		i, err := invitationBy(tx.DB, "i.id = ?", id)
		if err != nil {
			return missing(err, "邀请")
		}
		if mayGrant(a, i.UnitPath) != nil {
			return fault.Missing("邀请")
		}
		after := i.RoleInvitation
		after.WithdrawnAt = &tx.Now
		done, err := endInvitation(tx, id, map[string]any{"withdrawn_at": tx.Now})
		if err != nil || !done {
			return orElse(err, over(tx, id))
		}
		return audit.Write(tx, audit.Entry{Of: invitationLog, ID: id, UnitID: i.UnitID, Before: i.RoleInvitation, After: after})
	})
}

// over says what has become of an invitation that was not open any more.
func over(tx *store.Tx, id int64) error {
	i, err := invitationBy(tx.DB, "i.id = ?", id)
	return orElse(err, overInvitations[i.State(tx.Now.Time)])
}

// LookAtInvitation shows the actor what the invitation with the code offers, or why it cannot be accepted.
// Codes that are nobody's are counted.
func (s *Service) LookAtInvitation(ctx context.Context, code string) (view InvitationView, err error) {
	a := auth.From(ctx)
	err = s.guessInvitation(ctx, func() error {
		db := s.Store.Read(ctx)
		if view, err = invitationBy(db, "i.code_hash = ?", auth.HashSecret(code)); err != nil {
			return noSuchInvitation(err)
		}
		return mayAccept(ctx, db, a, &view, s.Store.Now())
	})
	return view, err
}

// AcceptInvitation gives the actor the role that the invitation offers, as a fresh grant of who invited, who must
// be an admin there in this instant. A code works once.
func (s *Service) AcceptInvitation(ctx context.Context, code string) (view GrantView, err error) {
	a := auth.From(ctx)
	err = s.guessInvitation(ctx, func() error {
		return s.Store.Tx(ctx, func(tx *store.Tx) error {
			i, err := invitationBy(tx.DB, "i.code_hash = ?", auth.HashSecret(code))
			if err != nil {
				return noSuchInvitation(err)
			}
			view, err = accept(ctx, tx, a, i)
			return err
		})
	})
	return view, err
}

// accept holds both people, so that neither the inviter's role nor the accounts end meanwhile.
func accept(ctx context.Context, tx *store.Tx, a auth.Actor, i InvitationView) (view GrantView, err error) {
	inviter := true
	for _, id := range []int64{min(a.PersonID, i.InvitedBy), max(a.PersonID, i.InvitedBy)} { // the lower id first, like everybody
		there, err := human.HoldIfThere(tx, id)
		switch {
		case err != nil:
			return view, err
		case !there && id == a.PersonID:
			return view, ErrSessionEnded
		case !there:
			inviter = false
		}
	}
	if !inviter {
		return view, errInviterGone
	}
	if i, err = invitationBy(tx.DB, "i.id = ?", i.ID); err != nil { // what was meanwhile accepted
		return view, noSuchInvitation(err)
	}
	if err := mayAccept(ctx, tx.DB, a, &i, tx.Now); err != nil {
		return view, err
	}
	done, err := endInvitation(tx, i.ID, map[string]any{"accepted_by": a.PersonID, "accepted_at": tx.Now})
	if err != nil || !done {
		return view, orElse(err, overInvitations[InvitationWithdrawn]) // withdrawn in this instant: acceptances wait for the inviter's row
	}
	view, err = grant(ctx, tx, RoleGrant{PersonID: a.PersonID, UnitID: i.UnitID, Role: i.Role, GrantedBy: i.InvitedBy})
	if errors.Is(err, errGranted) {
		err = errRoleHeld
	}
	return view, err
}

// mayAccept refuses an invitation that is over, one of who may not invite there any more, and one to the inviter's
// own human, a minor, or an account that went into another.
func mayAccept(ctx context.Context, db *gorm.DB, a auth.Actor, i *InvitationView, now store.Time) error {
	if state := i.State(now.Time); state != InvitationOpen {
		return overInvitations[state]
	}
	inviter := auth.Actor{PersonID: i.InvitedBy}
	held, err := grantsOfPerson(ctx, db, i.InvitedBy)
	if err != nil {
		return err
	}
	for _, g := range held {
		inviter.Grants = append(inviter.Grants, auth.Grant{Role: g.Role, UnitID: g.UnitID, UnitPath: g.UnitPath})
	}
	if mayGrant(inviter, i.UnitPath) != nil {
		return errInviterGone
	}
	p, err := personByID(ctx, db, a.PersonID)
	if err != nil || p.MergedInto != nil {
		return orElse(err, errMergedAway)
	}
	mine, err := human.Accounts(db, a.PersonID)
	if err != nil || mine.Has(i.InvitedBy) {
		return orElse(err, errOwnInvitation)
	}
	minor, err := human.Minor(db, mine, now.Time)
	if err != nil || minor {
		return orElse(err, errStaffMinor)
	}
	return nil
}

// guessInvitation counts a try at a code before it looks, and takes it back where the code was one.
func (s *Service) guessInvitation(ctx context.Context, try func() error) error {
	throttle := invitationThrottle(auth.From(ctx).PersonID)
	if ok, wait, err := s.Store.Hit(ctx, throttle, invitationGoes, triesWindow); err != nil || !ok {
		return orElse(err, tooManyInvitationCodes(wait))
	}
	err := try()
	if errors.Is(err, errInvitationCode) {
		return err
	}
	return orElse(err, s.Store.Unhit(ctx, throttle))
}

func noSuchInvitation(err error) error {
	if store.IsNotFound(err) {
		return errInvitationCode
	}
	return err
}

// PruneInvitations deletes those that ran out before the instant; what came of them is in the log of grants.
func (s *Service) PruneInvitations(ctx context.Context, before store.Time) error {
	return s.Store.Tx(ctx, func(tx *store.Tx) error { return pruneInvitations(tx, before) })
}
