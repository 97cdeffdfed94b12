package hours

import (
	"context"

	"gorm.io/gorm"

	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/store"
)

// ProposalLine is a proposal with the names shown beside it.
type ProposalLine struct {
	Proposal
	PersonName     string
	ProposedByName string
	ActivityTitle  string
	StartsAt       store.Time
	EndsAt         store.Time
	UnitPath       string
}

// Propose writes a proposal in the caller's transaction; one that is open for the
// same target gives ErrOpenProposal.
func Propose(tx *store.Tx, p *Proposal) error {
	p.State, p.OpenTarget, p.CreatedAt = ProposalPending, &p.TargetID, tx.Now
	err := tx.Create(p).Error
	if store.IsDuplicate(err) {
		return ErrOpenProposal.Because(err)
	}
	return err
}

// Decide moves a pending proposal along by one conditional statement; one that was
// decided in the meantime gives ErrDecided.
func Decide(tx *store.Tx, p *Proposal, to ProposalState, by int64, reason string) error {
	res := tx.Model(&Proposal{}).Where("id = ? AND state = ?", p.ID, ProposalPending).
		Updates(map[string]any{"state": to, "open_target": nil, "decided_by": by, "decided_at": tx.Now, "decision_reason": reason})
	if res.Error == nil && res.RowsAffected == 0 {
		return ErrDecided
	}
	return res.Error
}

// FindProposal reads one proposal with its names.
func FindProposal(db *gorm.DB, id int64) (*ProposalLine, error) {
	var l ProposalLine
	err := proposalLines(db).Where("hour_proposals.id = ?", id).Take(&l).Error
	if store.IsNotFound(err) {
		return nil, fault.Missing("提议")
	}
	return &l, err
}

// Proposals lists what waits for a second person in the units the actor manages, oldest first.
func (s *Service) Proposals(ctx context.Context, after int64, limit int) ([]ProposalLine, error) {
	q := store.Under(proposalLines(s.db.Read(ctx)), "hour_proposals.unit_id", auth.From(ctx).ManagedPaths())
	var out []ProposalLine
	err := q.Where("hour_proposals.state = ? AND hour_proposals.id > ?", ProposalPending, after).
		Order("hour_proposals.id").Limit(limit).Find(&out).Error
	return out, err
}

// CountProposals counts those that the actor can decide.
func (s *Service) CountProposals(ctx context.Context) (n int64, err error) {
	a := auth.From(ctx)
	q := store.Under(s.db.Read(ctx).Model(&Proposal{}), "unit_id", a.ManagedPaths())
	err = q.Where("state = ? AND proposed_by <> ? AND person_id <> ?", ProposalPending, a.PersonID, a.PersonID).Count(&n).Error
	return n, err
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
	var e Entry
	err := tx.Where("id = ? AND class <> ?", entryID, Correction).Take(&e).Error
	if store.IsNotFound(err) {
		return nil, fault.Missing("时长记录")
	}
	if err != nil {
		return nil, err
	}
	path, err := store.UnitPath(tx.DB, e.UnitID)
	if err != nil {
		return nil, err
	}
	if err := MayRecord(a, path, e.PersonID); err != nil {
		return nil, err
	}
	if minutes > int(e.EndsAt.Sub(e.StartsAt.Time).Minutes()) {
		return nil, ErrOverShift
	}
	stands, err := standing(tx.DB, &e)
	if err != nil {
		return nil, err
	}
	if minutes == stands {
		return nil, ErrNothing
	}
	return &Proposal{Class: Correction, TargetID: e.ID, PersonID: e.PersonID, UnitID: e.UnitID,
		ActivityID: e.ActivityID, ShiftID: e.ShiftID, Minutes: minutes - stands}, nil
}

// standing is what an entry comes to with the corrections made so far.
func standing(db *gorm.DB, e *Entry) (int, error) {
	var corrected int
	err := db.Model(&Entry{}).Select("COALESCE(SUM(minutes), 0)").Where("corrects_id = ?", e.ID).Take(&corrected).Error
	return e.Minutes + corrected, err
}

// ApproveCorrection enters an approved correction in the caller's transaction.
// While a proposal is open no other can be, so its difference still holds.
func ApproveCorrection(tx *store.Tx, p *ProposalLine, by int64) error {
	var e Entry
	if err := tx.Where("id = ?", p.TargetID).Take(&e).Error; err != nil {
		return err
	}
	return Credit(tx, &Entry{
		PersonID: e.PersonID, Class: Correction, Minutes: p.Minutes, Source: FromProposal, SourceID: p.ID, CorrectsID: &e.ID,
		ActivityID: e.ActivityID, ShiftID: e.ShiftID, CampaignID: e.CampaignID, UnitID: e.UnitID, LeaderName: e.LeaderName,
		StartsAt: e.StartsAt, EndsAt: e.EndsAt, Reason: p.Reason, RecordedBy: p.ProposedBy, ApprovedBy: &by,
	}, p.ActivityTitle)
}
