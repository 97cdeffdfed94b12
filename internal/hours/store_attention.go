package hours

import (
	"gorm.io/gorm"

	"yimi/internal/fault"
	"yimi/internal/store"
)

// attentionUnder lists what needs a look in the units under the roots, oldest first.
func attentionUnder(db *gorm.DB, roots []string, after int64, limit int) (out []Attention, err error) {
	err = store.Under(db.Table("hour_attention"), "unit_id", roots).
		Where("needs_look = ? AND id > ?", true, after).Order("id").Limit(limit).Find(&out).Error
	return out, err
}

func countAttention(db *gorm.DB, roots []string, atMost int) (int64, error) {
	return store.CountUpTo(store.Under(db.Table("hour_attention"), "unit_id", roots).Where("needs_look = ?", true), atMost)
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
