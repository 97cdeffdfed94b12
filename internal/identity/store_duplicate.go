package identity

import (
	"gorm.io/gorm"

	"yimi/internal/store"
)

// maxFound bounds the pairs of one round.
const maxFound = 500

// newDuplicates gives pairs of accounts that share a hash and are not noted yet. Which hashes are
// there twice is read from their index alone.
func newDuplicates(db *gorm.DB) (out []Duplicate, err error) {
	err = db.Raw(`SELECT low_id, high_id, MAX(by_phone) AS by_phone, MAX(by_identity) AS by_identity FROM (
			SELECT a.id AS low_id, b.id AS high_id, 1 AS by_phone, 0 AS by_identity
				FROM (SELECT phone_index FROM people WHERE phone_index IS NOT NULL GROUP BY phone_index HAVING COUNT(*) > 1) twice
				JOIN people a ON a.phone_index = twice.phone_index AND a.merged_into IS NULL
				JOIN people b ON b.phone_index = twice.phone_index AND b.id > a.id AND b.merged_into IS NULL
			UNION ALL SELECT a.id, b.id, 0, 1
				FROM (SELECT identity_index FROM people WHERE identity_index IS NOT NULL GROUP BY identity_index HAVING COUNT(*) > 1) twice
				JOIN people a ON a.identity_index = twice.identity_index AND a.merged_into IS NULL
				JOIN people b ON b.identity_index = twice.identity_index AND b.id > a.id AND b.merged_into IS NULL) pairs
		WHERE NOT EXISTS (SELECT 1 FROM person_duplicates d WHERE d.low_id = pairs.low_id AND d.high_id = pairs.high_id)
		GROUP BY low_id, high_id ORDER BY low_id, high_id LIMIT ?`, maxFound).Scan(&out).Error
	return out, err
}

// insertDuplicates notes pairs; another server may have been faster, then the next round finds the rest.
func insertDuplicates(tx *store.Tx, found []Duplicate) error {
	for i := range found {
		found[i].ID, found[i].State, found[i].FoundAt = 0, DuplicateOpen, tx.Now
	}
	err := tx.CreateInBatches(&found, 100).Error
	if store.IsDuplicate(err) {
		return nil
	}
	return err
}

// duplicatesUnder lists what is open of people at home under the roots, oldest first.
func duplicatesUnder(db *gorm.DB, roots []string, after int64, limit int) (out []Duplicate, err error) {
	either := store.Under(db, "low.unit_id", roots).Or(store.Under(db, "high.unit_id", roots))
	err = db.Table("person_duplicates").Select("person_duplicates.*").
		Joins("JOIN people low ON low.id = person_duplicates.low_id").Joins("JOIN people high ON high.id = person_duplicates.high_id").
		Where("person_duplicates.state = ? AND person_duplicates.id > ? AND low.merged_into IS NULL AND high.merged_into IS NULL", DuplicateOpen, after).
		Where(either).Order("person_duplicates.id").Limit(limit).Find(&out).Error
	return out, err
}

func duplicateByID(db *gorm.DB, id int64) (d Duplicate, err error) {
	err = db.Where("id = ?", id).Take(&d).Error
	return d, err
}

func settleDuplicate(tx *store.Tx, id int64, to DuplicateState, by int64, reason string) (bool, error) {
	res := tx.Model(&Duplicate{}).Where("id = ? AND state = ?", id, DuplicateOpen).
		Updates(map[string]any{"state": to, "settled_by": by, "settled_at": tx.Now, "reason": reason})
	return res.RowsAffected == 1, res.Error
}

func accountsByID(db *gorm.DB, ids []int64) (map[int64]Account, error) {
	out := make(map[int64]Account, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	var rows []Account
	err := db.Table("people").Select(`people.*, COALESCE(units.name, '') AS unit_name, COALESCE(units.path, '') AS unit_path,
		COALESCE(volunteer_hours.minutes, 0) AS minutes, (SELECT COUNT(*) FROM role_grants g WHERE g.person_id = people.id) AS grants`).
		Joins("LEFT JOIN units ON units.id = people.unit_id").Joins("LEFT JOIN volunteer_hours ON volunteer_hours.person_id = people.id").
		Where("people.id IN ?", ids).Find(&rows).Error
	for _, a := range rows {
		out[a.ID] = a
	}
	return out, err
}

// joinPeople writes what an account gains and what one that goes into it loses; those that went
// into that one before follow.
func joinPeople(tx *store.Tx, from int64, emptied map[string]any, into int64, gained map[string]any) error {
	if err := tx.Model(&Person{}).Where("id = ?", into).Updates(gained).Error; err != nil {
		return err
	}
	return tx.Model(&Person{}).Where("id = ? OR merged_into = ?", from, from).Updates(emptied).Error
}

// moveLogins lets WeChat lead to the account that stays, and ends what was open under the other.
func moveLogins(tx *store.Tx, from, into int64) error {
	if err := tx.Model(&WechatIdentity{}).Where("person_id = ?", from).Update("person_id", into).Error; err != nil {
		return err
	}
	if err := tx.Where("person_id = ?", from).Delete(&PasswordLogin{}).Error; err != nil {
		return err
	}
	err := tx.Model(&Session{}).Where("person_id = ? AND ended_at IS NULL", from).Update("ended_at", tx.Now).Error
	if err != nil {
		return err
	}
	// A guardian's consent for, or by, both accounts stays with the one that had it first.
	err = tx.Model(&Guardianship{}).Where(`child_id = ? AND live = 1 AND guardian_id <> ? AND guardian_id NOT IN
		(SELECT guardian_id FROM (SELECT guardian_id FROM guardianships WHERE child_id = ? AND live = 1) has)`, from, into, into).Update("child_id", into).Error
	if err != nil {
		return err
	}
	return tx.Model(&Guardianship{}).Where(`guardian_id = ? AND live = 1 AND child_id <> ? AND child_id NOT IN
		(SELECT child_id FROM (SELECT child_id FROM guardianships WHERE guardian_id = ? AND live = 1) has)`, from, into, into).Update("guardian_id", into).Error
}
