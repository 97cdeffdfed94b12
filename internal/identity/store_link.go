package identity

import (
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"yimi/internal/store"
)

// saveLinkCode puts a person's code in the place of the one before.
func saveLinkCode(tx *store.Tx, c LinkCode) error {
	return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "person_id"}},
		DoUpdates: clause.AssignmentColumns([]string{"hash", "expires_at"})}).Create(&c).Error
}

// takeLinkCode uses a code up and gives whose it is; 0 when it is nobody's or has run out.
func takeLinkCode(tx *store.Tx, hash string) (personID int64, err error) {
	var rows []LinkCode
	if err := tx.Where("hash = ? AND expires_at > ?", hash, tx.Now).Find(&rows).Error; err != nil || len(rows) == 0 {
		return 0, err
	}
	res := tx.Where("person_id = ? AND hash = ?", rows[0].PersonID, hash).Delete(&LinkCode{})
	if res.Error != nil || res.RowsAffected == 0 { // used in the same instant
		return 0, res.Error
	}
	return rows[0].PersonID, nil
}

// setLinked makes the finding of a pair one human by their own word, whatever was found of it before;
// false when it is one already.
func setLinked(tx *store.Tx, d *Duplicate) (bool, error) {
	err := tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "low_id"}, {Name: "high_id"}}, DoNothing: true}).Create(d).Error
	if err != nil {
		return false, err
	}
	res := tx.Model(&Duplicate{}).Where("low_id = ? AND high_id = ? AND (by_link = 0 OR apart = 1)", d.LowID, d.HighID).
		Updates(map[string]any{"by_link": true, "apart": false, "state": DuplicateOpen, "settled_by": nil, "settled_at": nil, "reason": ""})
	return res.RowsAffected == 1, res.Error
}

// linksOf gives the accounts that a person linked with this one.
func linksOf(db *gorm.DB, personID int64) (out []Linked, err error) {
	err = db.Raw(`SELECT p.id, p.name, p.created_at,
			CASE WHEN EXISTS (SELECT 1 FROM wechat_identities w WHERE w.person_id = p.id) THEN 1 ELSE 0 END AS wechat,
			CASE WHEN EXISTS (SELECT 1 FROM password_logins l WHERE l.person_id = p.id) THEN 1 ELSE 0 END AS desk
		FROM (SELECT high_id AS id FROM person_duplicates WHERE low_id = ? AND by_link = 1 AND apart = 0
			UNION ALL SELECT low_id FROM person_duplicates WHERE high_id = ? AND by_link = 1 AND apart = 0) linked
		JOIN people p ON p.id = linked.id WHERE p.merged_into IS NULL AND p.closed_at IS NULL
		ORDER BY p.id LIMIT 20`, personID, personID).Scan(&out).Error
	return out, err
}
