package hours

import (
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"yimi/internal/fault"
	"yimi/internal/scope"
	"yimi/internal/store"
)

// noteAttention puts entries on the list, each once for a reason.
func noteAttention(tx *store.Tx, rows []Attention) error {
	for i := range rows {
		if !slices.Contains(lookReasons, rows[i].Reason) {
			return fmt.Errorf("hours: there is no reason %q", rows[i].Reason)
		}
		rows[i].NeedsLook, rows[i].CreatedAt = true, tx.Now
	}
	if len(rows) == 0 {
		return nil
	}
	return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "entry_id"}, {Name: "reason"}}, DoNothing: true}).CreateInBatches(&rows, 200).Error
}

// attentionFor gives rows for entries, each with its unit.
func attentionFor(db *gorm.DB, entries []int64, reason LookReason) (out []Attention, err error) {
	if len(entries) == 0 {
		return nil, nil
	}
	err = db.Table("hour_entries").Select("id AS entry_id, unit_id, ? AS reason", reason).Where("id IN ?", entries).Scan(&out).Error
	return out, err
}

// maxOwn bounds what one round of the timed work notes.
const maxOwn = 500

// ownHours gives entries whose person is one human with who recorded or approved them, and that
// are not on the list for it.
func ownHours(db *gorm.DB) (out []Attention, err error) {
	const one = `SELECT low_id AS a, high_id AS b FROM person_duplicates WHERE apart = 0 AND (by_link = 1 OR by_identity = 1 OR by_unionid = 1 OR by_proved_phone = 1)`
	err = db.Raw(`SELECT e.id AS entry_id, e.unit_id, ? AS reason FROM (`+one+` UNION ALL SELECT b, a FROM (`+one+`) turned) pairs
		JOIN hour_entries e ON e.person_id = pairs.a AND (e.recorded_by = pairs.b OR e.approved_by = pairs.b)
		LEFT JOIN hour_attention h ON h.entry_id = e.id AND h.reason = ? WHERE h.id IS NULL LIMIT ?`, OwnHours, OwnHours, maxOwn).Scan(&out).Error
	return out, err
}

// attentionUnder lists what needs a look in the units under the roots, oldest first.
func attentionUnder(db *gorm.DB, roots []string, after int64, limit int) (out []Attention, err error) {
	err = scope.Under(db.Table("hour_attention"), "unit_id", roots).
		Where("needs_look = ? AND id > ?", true, after).Order("id").Limit(limit).Find(&out).Error
	return out, err
}

// toLookAt are the entries that need a look.
func toLookAt(db *gorm.DB, roots []string) *gorm.DB {
	return scope.Under(db.Table("hour_attention"), "unit_id", roots).Where("needs_look = ?", true)
}

func findAttention(db *gorm.DB, id int64) (a Attention, err error) {
	err = db.Where("id = ?", id).Take(&a).Error
	if store.IsNotFound(err) {
		return a, fault.Missing("记录").Because(err)
	}
	return a, err
}

// setLookedAt takes one off the list; false when somebody was faster.
func setLookedAt(tx *store.Tx, a Attention, by int64, note string) (bool, error) {
	res := tx.Model(&Attention{}).Where("id = ? AND needs_look = ?", a.ID, true).
		Updates(map[string]any{"needs_look": false, "note": note, "looked_by": by, "looked_at": tx.Now})
	return res.RowsAffected == 1, res.Error
}

// entryLinesByID gives entries with their names, in one read.
func entryLinesByID(db *gorm.DB, ids []int64) (map[int64]*Line, error) {
	var rows []Line
	err := entryLines(db, db.Table("hour_entries").Where("id IN ?", ids)).Find(&rows).Error
	out := make(map[int64]*Line, len(rows))
	for i := range rows {
		out[rows[i].ID] = &rows[i]
	}
	return out, err
}
