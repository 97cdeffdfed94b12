package hours

import (
	"gorm.io/gorm"

	"yimi/internal/fault"
	"yimi/internal/human"
	"yimi/internal/scope"
	"yimi/internal/store"
)

// proposalLines selects proposals with the names that a screen shows beside them.
func proposalLines(db *gorm.DB) *gorm.DB {
	return db.Table("hour_proposals").
		Select(`hour_proposals.*, COALESCE(people.merged_into, people.id) AS owner_id, people.name AS person_name, proposer.name AS proposed_by_name,
			activities.title AS activity_title, shifts.starts_at, shifts.ends_at, units.path AS unit_path`).
		Joins("JOIN people ON people.id = hour_proposals.person_id").
		Joins("JOIN people proposer ON proposer.id = hour_proposals.proposed_by").
		Joins("JOIN activities ON activities.id = hour_proposals.activity_id").
		Joins("JOIN shifts ON shifts.id = hour_proposals.shift_id").
		Joins("JOIN units ON units.id = hour_proposals.unit_id")
}

// FindProposal reads one proposal with its names.
func FindProposal(db *gorm.DB, id int64) (*ProposalLine, error) {
	var l ProposalLine
	err := proposalLines(db).Where("hour_proposals.id = ?", id).Take(&l).Error
	if store.IsNotFound(err) {
		return nil, fault.Missing("提议").Because(err)
	}
	return &l, err
}

// proposalsUnder lists what is pending in the units under the roots, oldest first.
func proposalsUnder(db *gorm.DB, roots []string, after int64, limit int) (out []ProposalLine, err error) {
	err = scope.Under(proposalLines(db), "hour_proposals.unit_id", roots).
		Where("hour_proposals.state = ? AND hour_proposals.id > ?", ProposalPending, after).
		Order("hour_proposals.id").Limit(limit).Find(&out).Error
	return out, err
}

// proposalsOf lists what was proposed for a person, oldest first.
func proposalsOf(db *gorm.DB, personID int64) (out []ProposalLine, err error) {
	err = proposalLines(db).Where("hour_proposals.person_id = ?", personID).Order("hour_proposals.id").Limit(exportLimit).Find(&out).Error
	return out, err
}

// countDecidable leaves out what the human proposed, or is about them, by any of their accounts.
// decidable are the open proposals neither by nor about the human.
func decidable(db *gorm.DB, roots []string, mine human.Set) *gorm.DB {
	return scope.Under(db.Table("hour_proposals"), "unit_id", roots).
		Where("state = ? AND proposed_by NOT IN ? AND person_id NOT IN ?", ProposalPending, mine, mine)
}

// proposalsWithoutPolicy gives the first that name a policy which is not there, or was not marked as used.
func proposalsWithoutPolicy(db *gorm.DB, limit int) (ids []int64, err error) {
	err = db.Table("hour_proposals").Joins("LEFT JOIN policies ON policies.id = hour_proposals.policy_id").
		Where("hour_proposals.policy_id IS NOT NULL AND (policies.id IS NULL OR policies.used = ?)", false).
		Order("hour_proposals.id").Limit(limit).Pluck("hour_proposals.id", &ids).Error
	return ids, err
}

// HasProposal tells whether minutes for a sign-up wait for a second person.
func HasProposal(db *gorm.DB, signupID int64) (bool, error) {
	var n int64
	err := db.Model(&Proposal{}).Where("class = ? AND open_target = ?", Manual, signupID).Count(&n).Error
	return n > 0, err
}

// Overtake ends what waits for a second person about a sign-up that was confirmed by its presence meanwhile.
func Overtake(tx *store.Tx, signupID int64) error {
	return tx.Model(&Proposal{}).Where("class = ? AND open_target = ?", Manual, signupID).
		Updates(map[string]any{"state": ProposalRejected, "open_target": nil, "decided_at": tx.Now, "decision_reason": "已按签到签退确认"}).Error
}

// insertProposal writes a pending proposal; a second one for its target is store.IsDuplicate.
func insertProposal(tx *store.Tx, p *Proposal) error {
	p.State, p.OpenTarget, p.CreatedAt = ProposalPending, &p.TargetID, tx.Now
	return tx.Create(p).Error
}

func setProposalMinutes(tx *store.Tx, p *Proposal) error {
	return tx.Model(&Proposal{}).Where("id = ?", p.ID).Updates(map[string]any{"minutes": p.Minutes, "why": p.Why, "policy_id": p.PolicyID}).Error
}

// decideProposal moves a proposal from the state it was read in; false when it was
// decided in the meantime.
func decideProposal(tx *store.Tx, p *Proposal, to ProposalState, by int64, reason string) (bool, error) {
	res := tx.Model(&Proposal{}).Where("id = ? AND state = ?", p.ID, p.State).
		Updates(map[string]any{"state": to, "open_target": nil, "decided_by": by, "decided_at": tx.Now, "decision_reason": reason, "granted_by_proposer": p.GrantedByProposer})
	return res.RowsAffected == 1, res.Error
}

func birthDate(db *gorm.DB, personID int64) (*string, error) {
	var p struct{ BirthDate *string }
	err := db.Table("people").Select("birth_date").Where("id = ?", personID).Take(&p).Error
	return p.BirthDate, err
}

// proposedUnder gives the units, under one, of the proposals by somebody that still wait: the first 500.
func proposedUnder(db *gorm.DB, by int64, path string) (paths []string, err error) {
	err = scope.Under(db.Table("hour_proposals"), "hour_proposals.unit_id", []string{path}).Joins("JOIN units ON units.id = hour_proposals.unit_id").
		Where("hour_proposals.proposed_by = ? AND hour_proposals.state = ?", by, ProposalPending).Limit(500).Pluck("units.path", &paths).Error
	return paths, err
}
