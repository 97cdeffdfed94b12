package hours

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"yimi/internal/age"
	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/human"
	"yimi/internal/policy"
	"yimi/internal/store"
	"yimi/internal/workflow"
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

// Decide moves a proposal along its table, "approve" or "reject", by one conditional
// statement; one that was decided, also in the meantime, gives ErrDecided.
func Decide(tx *store.Tx, p *Proposal, action string, by int64, reason string) error {
	to, err := workflow.Next(ProposalMoves, p.State, action, workflow.BySecond)
	if err != nil {
		return ErrDecided
	}
	decided, err := decideProposal(tx, p, to, by, reason)
	if err == nil && !decided {
		return ErrDecided
	}
	if err != nil {
		return err
	}
	was := *p
	p.State = to
	return logProposal(tx, p, was, map[string]any{"state": to, "decision_reason": reason})
}

// LogProposal adds a proposal as it was made to the audit log.
func LogProposal(tx *store.Tx, p *Proposal) error { return logProposal(tx, p, nil, p) }

func logProposal(tx *store.Tx, p *Proposal, before, after any) error {
	birth, err := birthDate(tx.DB, p.PersonID)
	if err != nil {
		return err
	}
	return audit.Write(tx, audit.Entry{Of: proposalLog, ID: p.ID, UnitID: p.UnitID, Minor: age.Minor(birth, tx.Now.Time), Before: before, After: after})
}

// Proposals lists what waits for a second person in the units whose lists the actor reads, oldest first.
func (s *Service) Proposals(ctx context.Context, after int64, limit int) ([]ProposalLine, error) {
	db := s.db.Read(ctx)
	rows, err := proposalsUnder(db, auth.From(ctx).ReadPaths(), after, limit)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	asks := make([]Ask, len(rows))
	for i := range rows {
		asks[i] = Ask{rows[i].ProposedBy, rows[i].UnitPath, rows[i].Why}
	}
	waits, err := WaitsOf(db, s.hands, s.db.Now().Time, asks)
	for i := range waits {
		rows[i].WaitsFor = waits[i]
	}
	return rows, err
}

// Ask is what one person asks a second one for, in the unit at path.
type Ask struct {
	By   int64
	Path string
	Why  Why
}

// WaitsOf gives whom each waits for.
func WaitsOf(db *gorm.DB, hands human.Hands, now time.Time, asks []Ask) ([]Waits, error) {
	var people []int64
	var paths []string
	for _, a := range asks {
		people, paths = append(people, a.By), append(paths, a.Path)
	}
	humans, err := human.AccountsOf(db, people)
	if err != nil {
		return nil, err
	}
	deciders, err := hands.DecidersOn(db, now, paths...)
	if err != nil {
		return nil, err
	}
	out := make([]Waits, len(asks))
	for i, a := range asks {
		out[i] = WaitsFor(deciders.Others(humans[a.By].Accounts, a.Path), a.Why)
	}
	return out, nil
}

// Waiting is how much of the ledger waits for somebody.
type Waiting struct {
	Proposals int64 // that the actor can decide
	Disputes  int64 // that the actor can answer
	Attention int64 // entries that need a look
}

// Waiting counts what waits for the actor, each up to atMost.
func (s *Service) Waiting(ctx context.Context, atMost int) (w Waiting, err error) {
	db, roots := s.db.Read(ctx), auth.From(ctx).ManagedPaths()
	mine, err := human.Accounts(db, auth.From(ctx).PersonID)
	if err != nil {
		return w, err
	}
	n, err := store.CountsUpTo(db, atMost, decidable(db, roots, mine), answerable(db, roots, mine), toLookAt(db, roots))
	return Waiting{n[0], n[1], n[2]}, err
}

// ProposeCorrection proposes that an entry should have been so many minutes in all, within the
// given time, or within the time it has if none is given.
func (s *Service) ProposeCorrection(ctx context.Context, entryID int64, minutes int, given *Span, reason string) (*ProposalLine, error) {
	var p *Proposal
	err := s.db.Tx(ctx, func(tx *store.Tx) error {
		e, err := correctable(tx, auth.From(ctx), entryID)
		if err != nil {
			return err
		}
		p = e.proposal()
		p.Give(given)
		p.Reason, p.ProposedBy = reason, auth.From(ctx).PersonID
		if err := Propose(tx, p); err != nil {
			return err
		}
		// Only now: the open proposal keeps others from being approved meanwhile.
		if err := s.propose(tx, e, p, minutes); err != nil {
			return err
		}
		return LogProposal(tx, p)
	})
	if err != nil {
		return nil, err
	}
	return FindProposal(s.db.Read(ctx), p.ID)
}

// correctable reads an entry that the actor may propose a correction of.
func correctable(tx *store.Tx, a auth.Actor, entryID int64) (*Line, error) {
	e, err := findEntryLine(tx.DB, entryID)
	if store.IsNotFound(err) || err == nil && e.Class == Correction {
		return nil, fault.Missing("时长记录")
	}
	if err != nil {
		return nil, err
	}
	mine, err := human.Accounts(tx.DB, a.PersonID)
	if err != nil {
		return nil, err
	}
	return e, MayRecord(a, mine, e.UnitPath, e.OwnerID)
}

// propose sets the difference to what the entry comes to with its corrections so far.
func (s *Service) propose(tx *store.Tx, e *Line, p *Proposal, minutes int) error {
	corrected, err := sumCorrections(tx.DB, e.ID)
	if err != nil {
		return err
	}
	p.Minutes, err = e.difference(minutes, e.Minutes+corrected, p.Span())
	if err != nil {
		return err
	}
	if err := s.mayCorrect(tx, e, p, minutes); err != nil {
		return err
	}
	return setProposalMinutes(tx, p)
}

// mayCorrect refuses early what the approval would refuse: a time outside of the shift, too short
// for the minutes, or credited already.
func (s *Service) mayCorrect(tx *store.Tx, e *Line, p *Proposal, minutes int) error {
	given := p.Span()
	if given != nil && minutes > 0 {
		if err := CheckSpan(*given, minutes, Span{e.StartsAt, e.EndsAt}); err != nil {
			return err
		}
	}
	was, err := findSpan(tx.DB, e.ID)
	if err != nil && !store.IsNotFound(err) {
		return err
	}
	is, err := correctedSpan(was, given, minutes)
	if err != nil || minutes == 0 || p.Minutes < 0 && is.Within(was.span()) {
		return err
	}
	return s.proposable(tx, p, e, is)
}

// proposable refuses a time that is credited already; over the daily cap of the shift's day the district approves it.
func (s *Service) proposable(tx *store.Tx, p *Proposal, e *Line, is Span) error {
	people, err := human.Accounts(tx.DB, e.OwnerID)
	if err != nil {
		return err
	}
	most := s.policies.On(policy.DailyCap, e.UnitPath, e.StartsAt.Time)
	err = mayTakeSpan(tx, people, e.ID, is, most.Minutes())
	if errors.Is(err, ErrDailyCap) {
		p.Why = WhyDailyCap
		p.PolicyID, err = s.policies.Use(tx, most)
	}
	return err
}

// ApproveCorrection enters an approved correction in the caller's transaction.
// While a proposal is open no other can be, so its difference still holds.
// dayCap is the most of a day that may be credited; 0 for any.
func ApproveCorrection(tx *store.Tx, p *ProposalLine, by int64, dayCap time.Duration) error {
	e, err := findEntryLine(tx.DB, p.TargetID)
	if err != nil {
		return err
	}
	correction := p.corrects(&e.Entry, by)
	if correction.Human, err = human.Accounts(tx.DB, e.OwnerID); err != nil {
		return err
	}
	correction.DayCap = dayCap
	if err := Credit(tx, correction, p.ActivityTitle); err != nil {
		return err
	}
	return p.Doubt(tx, correction)
}
