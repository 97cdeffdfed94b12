package hours

import (
	"context"

	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/store"
)

// Propose writes a proposal in the caller's transaction; one that is open for the
// same target gives ErrOpenProposal.
func Propose(tx *store.Tx, p *Proposal) error {
	err := insertProposal(tx, p)
	if store.IsDuplicate(err) {
		return ErrOpenProposal.Because(err)
	}
	return err
}

// Decide moves a pending proposal along by one conditional statement; one that was
// decided in the meantime gives ErrDecided.
func Decide(tx *store.Tx, p *Proposal, to ProposalState, by int64, reason string) error {
	decided, err := decideProposal(tx, p.ID, to, by, reason)
	if err == nil && !decided {
		return ErrDecided
	}
	return err
}

// Proposals lists what waits for a second person in the units the actor manages, oldest first.
func (s *Service) Proposals(ctx context.Context, after int64, limit int) ([]ProposalLine, error) {
	return proposalsUnder(s.db.Read(ctx), auth.From(ctx).ManagedPaths(), after, limit)
}

// CountProposals counts those that the actor can decide.
func (s *Service) CountProposals(ctx context.Context) (int64, error) {
	a := auth.From(ctx)
	return countDecidable(s.db.Read(ctx), a.ManagedPaths(), a.PersonID)
}

// ProposeCorrection proposes that an entry should have been so many minutes in all.
func (s *Service) ProposeCorrection(ctx context.Context, entryID int64, minutes int, reason string) (*ProposalLine, error) {
	var p *Proposal
	err := s.db.Tx(ctx, func(tx *store.Tx) (err error) {
		p, err = correctionOf(tx, auth.From(ctx), entryID, minutes)
		if err != nil {
			return err
		}
		p.Reason, p.ProposedBy = reason, auth.From(ctx).PersonID
		return Propose(tx, p)
	})
	if err != nil {
		return nil, err
	}
	return FindProposal(s.db.Read(ctx), p.ID)
}

func correctionOf(tx *store.Tx, a auth.Actor, entryID int64, minutes int) (*Proposal, error) {
	e, err := findEntryLine(tx.DB, entryID)
	if store.IsNotFound(err) || err == nil && e.Class == Correction {
		return nil, fault.Missing("时长记录")
	}
	if err != nil {
		return nil, err
	}
	if err := MayRecord(a, e.UnitPath, e.PersonID); err != nil {
		return nil, err
	}
	corrected, err := sumCorrections(tx.DB, e.ID)
	if err != nil {
		return nil, err
	}
	return e.correction(minutes, e.Minutes+corrected)
}

// ApproveCorrection enters an approved correction in the caller's transaction.
// While a proposal is open no other can be, so its difference still holds.
func ApproveCorrection(tx *store.Tx, p *ProposalLine, by int64) error {
	e, err := findEntryLine(tx.DB, p.TargetID)
	if err != nil {
		return err
	}
	return Credit(tx, p.corrects(&e.Entry, by), p.ActivityTitle)
}
