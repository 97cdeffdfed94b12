package identity

import (
	"gorm.io/gorm"

	"yimi/internal/store"
)

// insertRelation writes a relation; a second live one of a pair is store.IsDuplicate.
func insertRelation(tx *store.Tx, r *Relation) error {
	one := int64(1)
	r.ID, r.Live, r.DeclaredAt = 0, &one, tx.Now
	return tx.Create(r).Error
}

// relativesOf gives the live relations of some accounts of one human, the oldest first.
func relativesOf(db *gorm.DB, mine []int64) (out []Relative, err error) {
	err = db.Table("declared_relations r").Select("r.*, people.name").
		Joins("JOIN people ON people.id = CASE WHEN r.low_id IN ? THEN r.high_id ELSE r.low_id END", mine).
		Where("r.id IN (SELECT id FROM declared_relations WHERE low_id IN ? AND live = 1 UNION ALL SELECT id FROM declared_relations WHERE high_id IN ? AND live = 1)", mine, mine).
		Order("r.id").Limit(50).Find(&out).Error
	return out, err
}

// endRelation ends a live relation of one of the accounts; false when there is none.
func endRelation(tx *store.Tx, id int64, mine []int64) (bool, error) {
	res := tx.Model(&Relation{}).Where("id = ? AND live = 1 AND (low_id IN ? OR high_id IN ?)", id, mine, mine).
		Updates(map[string]any{"live": nil, "ended_at": tx.Now})
	return res.RowsAffected == 1, res.Error
}
