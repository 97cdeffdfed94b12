package hours

import (
	"gorm.io/gorm"

	"yimi/internal/fault"
	"yimi/internal/human"
	"yimi/internal/scope"
	"yimi/internal/store"
)

func disputeLines(db *gorm.DB) *gorm.DB {
	return db.Table("hour_disputes").
		Select(`hour_disputes.*, COALESCE(people.merged_into, people.id) AS owner_id, people.name AS person_name, COALESCE(answerer.name, '') AS answered_by_name, activities.title AS activity_title,
			hour_entries.minutes, hour_entries.starts_at, hour_entries.ends_at, units.path AS unit_path`).
		Joins("JOIN hour_entries ON hour_entries.id = hour_disputes.entry_id").
		Joins("JOIN people ON people.id = hour_disputes.person_id").
		Joins("LEFT JOIN people answerer ON answerer.id = hour_disputes.answered_by").
		Joins("JOIN activities ON activities.id = hour_entries.activity_id").
		Joins("JOIN units ON units.id = hour_disputes.unit_id")
}

func findDispute(db *gorm.DB, id int64) (*DisputeLine, error) {
	var l DisputeLine
	err := disputeLines(db).Where("hour_disputes.id = ?", id).Take(&l).Error
	if store.IsNotFound(err) {
		return nil, fault.Missing("疑问").Because(err)
	}
	return &l, err
}

func lastDispute(db *gorm.DB, entryID int64) (*DisputeLine, error) {
	var out []DisputeLine
	err := disputeLines(db).Where("hour_disputes.entry_id = ?", entryID).Order("hour_disputes.id DESC").Limit(1).Find(&out).Error
	if err != nil || len(out) == 0 {
		return nil, err
	}
	return &out[0], nil
}

// disputesUnder lists what is open in the units under the roots, oldest first.
func disputesUnder(db *gorm.DB, roots []string, after int64, limit int) (out []DisputeLine, err error) {
	err = scope.Under(disputeLines(db), "hour_disputes.unit_id", roots).
		Where("hour_disputes.state = ? AND hour_disputes.id > ?", DisputeOpen, after).
		Order("hour_disputes.id").Limit(limit).Find(&out).Error
	return out, err
}

// countDisputes leaves out those of the human, by any of their accounts.
// answerable are the open disputes of others.
func answerable(db *gorm.DB, roots []string, mine human.Set) *gorm.DB {
	return scope.Under(db.Table("hour_disputes"), "unit_id", roots).Where("state = ? AND person_id NOT IN ?", DisputeOpen, mine)
}

// insertDispute writes an open dispute; a second one of its entry is store.IsDuplicate.
func insertDispute(tx *store.Tx, d *Dispute) error {
	d.ID, d.State, d.OpenEntry, d.CreatedAt = 0, DisputeOpen, &d.EntryID, tx.Now
	return tx.Create(d).Error
}

// setAnswered ends a dispute; false when somebody was faster.
func setAnswered(tx *store.Tx, d *Dispute, to DisputeState, by int64, answer string) (bool, error) {
	res := tx.Model(&Dispute{}).Where("id = ? AND state = ?", d.ID, DisputeOpen).
		Updates(map[string]any{"state": to, "open_entry": nil, "answered_by": by, "answered_at": tx.Now, "answer": answer})
	d.State, d.OpenEntry, d.AnsweredBy, d.AnsweredAt, d.Answer = to, nil, &by, &tx.Now, answer
	return res.RowsAffected == 1, res.Error
}

// correctedSince tells whether a correction of the entry was proposed since the dispute, and not rejected.
func correctedSince(db *gorm.DB, d *DisputeLine) (bool, error) {
	var n int64
	err := db.Model(&Proposal{}).Where("class = ? AND target_id = ? AND state <> ? AND created_at >= ?", Correction, d.EntryID, ProposalRejected, d.CreatedAt).
		Limit(1).Count(&n).Error
	return n > 0, err
}

// disputesOf gives a person's disputes, the newest first.
func disputesOf(db *gorm.DB, personID int64) (out []Dispute, err error) {
	err = db.Where("person_id = ?", personID).Order("id DESC").Limit(exportLimit).Find(&out).Error
	return out, err
}

func forgetDisputes(tx *store.Tx, personID int64) error {
	err := tx.Model(&Dispute{}).Where("person_id = ? AND state = ?", personID, DisputeOpen).
		Updates(map[string]any{"state": DisputeKept, "open_entry": nil, "answered_at": tx.Now}).Error
	if err != nil {
		return err
	}
	return tx.Model(&Dispute{}).Where("person_id = ?", personID).Updates(map[string]any{"words": "", "answer": ""}).Error
}
