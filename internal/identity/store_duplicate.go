package identity

import (
	"fmt"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"yimi/internal/scope"
	"yimi/internal/store"
)

// maxFound bounds the pairs of one round.
const maxFound = 500

// newDuplicates gives pairs of accounts that share a hash and are not noted yet. Which hashes are
// there twice is read from their index alone.
func newDuplicates(db *gorm.DB) (out []Duplicate, err error) {
	err = db.Raw(`SELECT pairs.low_id, pairs.high_id, MAX(pairs.by_phone) AS by_phone, MAX(pairs.by_identity) AS by_identity,
			MAX(pairs.by_unionid) AS by_unionid, MAX(pairs.by_proved_phone) AS by_proved_phone FROM (
			SELECT a.id AS low_id, b.id AS high_id, 1 AS by_phone, 0 AS by_identity, 0 AS by_unionid,
				CASE WHEN a.phone_proved_at IS NOT NULL AND b.phone_proved_at IS NOT NULL THEN 1 ELSE 0 END AS by_proved_phone
				FROM (SELECT phone_index FROM people WHERE phone_index IS NOT NULL GROUP BY phone_index HAVING COUNT(*) > 1) twice
				JOIN people a ON a.phone_index = twice.phone_index AND a.merged_into IS NULL
				JOIN people b ON b.phone_index = twice.phone_index AND b.id > a.id AND b.merged_into IS NULL
			UNION ALL SELECT a.id, b.id, 0, 1, 0, 0
				FROM (SELECT identity_index FROM people WHERE identity_index IS NOT NULL GROUP BY identity_index HAVING COUNT(*) > 1) twice
				JOIN people a ON a.identity_index = twice.identity_index AND a.merged_into IS NULL
				JOIN people b ON b.identity_index = twice.identity_index AND b.id > a.id AND b.merged_into IS NULL
			UNION ALL SELECT a.person_id, b.person_id, 0, 0, 1, 0
				FROM (SELECT unionid FROM wechat_identities WHERE unionid <> '' GROUP BY unionid HAVING COUNT(*) > 1) twice
				JOIN wechat_identities a ON a.unionid = twice.unionid
				JOIN wechat_identities b ON b.unionid = twice.unionid AND b.person_id > a.person_id) pairs
		LEFT JOIN person_duplicates d ON d.low_id = pairs.low_id AND d.high_id = pairs.high_id
		WHERE d.id IS NULL OR d.apart = 0 AND d.state <> 'merged'
			AND (pairs.by_identity > d.by_identity OR pairs.by_unionid > d.by_unionid OR pairs.by_proved_phone > d.by_proved_phone)
		GROUP BY pairs.low_id, pairs.high_id ORDER BY pairs.low_id, pairs.high_id LIMIT ?`, maxFound).Scan(&out).Error
	return out, err
}

// neighboursOf gives the pairs of an account with those that it shares a document, a unionid or a proved phone with.
func neighboursOf(db *gorm.DB, personID int64) (out []Duplicate, err error) {
	err = db.Raw(`SELECT CASE WHEN ? < id THEN ? ELSE id END AS low_id, CASE WHEN ? < id THEN id ELSE ? END AS high_id,
			MAX(by_identity) AS by_identity, MAX(by_unionid) AS by_unionid, MAX(by_proved_phone) AS by_proved_phone FROM (
			SELECT b.id, 1 AS by_identity, 0 AS by_unionid, 0 AS by_proved_phone
				FROM people a JOIN people b ON b.identity_index = a.identity_index AND b.id <> a.id WHERE a.id = ?
			UNION ALL SELECT b.person_id, 0, 1, 0
				FROM wechat_identities a JOIN wechat_identities b ON b.unionid = a.unionid AND b.person_id <> a.person_id WHERE a.person_id = ? AND a.unionid <> ''
			UNION ALL SELECT b.id, 0, 0, 1
				FROM people a JOIN people b ON b.phone_index = a.phone_index AND b.id <> a.id
				WHERE a.id = ? AND a.phone_proved_at IS NOT NULL AND b.phone_proved_at IS NOT NULL) near
		GROUP BY id`, personID, personID, personID, personID, personID, personID, personID).Scan(&out).Error
	return out, err
}

// noteDuplicates writes pairs down, or what is new of those that are: one that was settled as two
// people by what was weaker is open again.
func noteDuplicates(tx *store.Tx, found []Duplicate) error {
	if len(found) == 0 {
		return nil
	}
	for i := range found {
		found[i].ID, found[i].State, found[i].FoundAt = 0, DuplicateOpen, tx.Now
	}
	is, was := "excluded.%s", "person_duplicates.%s"
	if tx.Dialector.Name() == "mysql" {
		is = "VALUES(%s)"
	}
	again, set := []string{}, clause.Set{}
	for _, by := range strongKinds {
		again = append(again, fmt.Sprintf(is+" > "+was, by, by))
	}
	opens := "person_duplicates.state = 'different' AND person_duplicates.apart = 0 AND (" + strings.Join(again, " OR ") + ")"
	for _, c := range []struct{ column, value string }{{"settled_by", "NULL"}, {"settled_at", "NULL"}, {"reason", "''"}, {"state", "'open'"}} { // MySQL sets one after the other
		set = append(set, clause.Assignment{Column: clause.Column{Name: c.column}, Value: gorm.Expr("CASE WHEN " + opens + " THEN " + c.value + " ELSE person_duplicates." + c.column + " END")})
	}
	for _, by := range append([]string{"by_phone"}, strongKinds...) {
		set = append(set, clause.Assignment{Column: clause.Column{Name: by}, Value: gorm.Expr(fmt.Sprintf(is+" OR "+was, by, by))})
	}
	return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "low_id"}, {Name: "high_id"}}, DoUpdates: set}).CreateInBatches(&found, 100).Error
}

// strongKinds are the columns of what Duplicate.strong asks for.
var strongKinds = []string{"by_identity", "by_unionid", "by_link", "by_proved_phone"}

// keepNeighbours notes those whom the account is one human with by what is about to change, so that
// they stay so until somebody finds that they are two (rule 8).
func keepNeighbours(tx *store.Tx, personID int64) error {
	near, err := neighboursOf(tx.DB, personID)
	if err != nil {
		return err
	}
	return noteDuplicates(tx, near)
}

// openAgain opens the findings of an account that were settled as two people by who may no longer
// say so, now that the account holds a role.
func openAgain(tx *store.Tx, personID int64) error {
	return tx.Model(&Duplicate{}).Where("(low_id = ? OR high_id = ?) AND state = ? AND apart = 0", personID, personID, DuplicateDifferent).
		Updates(map[string]any{"state": DuplicateOpen, "settled_by": nil, "settled_at": nil, "reason": ""}).Error
}

// duplicatesUnder lists what is open of people at home under the roots, oldest first.
func duplicatesUnder(db *gorm.DB, roots []string, after int64, limit int) (out []Duplicate, err error) {
	either := scope.Under(db, "low.unit_id", roots).Or(scope.Under(db, "high.unit_id", roots)).
		Or("(low.unit_id IS NULL OR high.unit_id IS NULL) AND EXISTS (?)", // the home of a desk account is where it works
			scope.Under(db.Table("role_grants").Select("1").Where("role_grants.person_id IN (low.id, high.id)"), "role_grants.unit_id", roots))
	err = db.Table("person_duplicates").Select("person_duplicates.*").
		Joins("JOIN people low ON low.id = person_duplicates.low_id").Joins("JOIN people high ON high.id = person_duplicates.high_id").
		Where("person_duplicates.state = ? AND person_duplicates.id > ? AND low.merged_into IS NULL AND high.merged_into IS NULL AND low.closed_at IS NULL AND high.closed_at IS NULL", DuplicateOpen, after).
		Where(either).Order("person_duplicates.id").Limit(limit).Find(&out).Error
	return out, err
}

func duplicateByID(db *gorm.DB, id int64) (d Duplicate, err error) {
	err = db.Where("id = ?", id).Take(&d).Error
	return d, err
}

func settleDuplicate(tx *store.Tx, id int64, to DuplicateState, apart bool, by int64, reason string) (bool, error) {
	res := tx.Model(&Duplicate{}).Where("id = ? AND state = ?", id, DuplicateOpen).
		Updates(map[string]any{"state": to, "apart": apart, "settled_by": by, "settled_at": tx.Now, "reason": reason})
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
		Joins("LEFT JOIN units ON units.id = COALESCE(people.unit_id, (SELECT MIN(g.unit_id) FROM role_grants g WHERE g.person_id = people.id))").Joins("LEFT JOIN volunteer_hours ON volunteer_hours.person_id = people.id").
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
	for _, gone := range []any{&PasswordLogin{}, &LinkCode{}} {
		if err := tx.Where("person_id = ?", from).Delete(gone).Error; err != nil {
			return err
		}
	}
	if err := tx.Where("child_id = ?", from).Delete(&GuardianCode{}).Error; err != nil {
		return err
	}
	err := tx.Model(&Session{}).Where("person_id = ? AND ended_at IS NULL", from).Update("ended_at", tx.Now).Error
	if err != nil {
		return err
	}
	return moveGuardianships(tx, from, into)
}

// moveGuardianships lets a guardian's consent for, or by, an account be one for, or by, the account that stays. What
// that has already, and one of the two for the other, ends: it would outlive what is taken back.
func moveGuardianships(tx *store.Tx, from, into int64) error {
	err := tx.Model(&Guardianship{}).Where(`child_id = ? AND live = 1 AND guardian_id <> ? AND guardian_id NOT IN
		(SELECT guardian_id FROM (SELECT guardian_id FROM guardianships WHERE child_id = ? AND live = 1) has)`, from, into, into).Update("child_id", into).Error
	if err != nil {
		return err
	}
	err = tx.Model(&Guardianship{}).Where(`guardian_id = ? AND live = 1 AND child_id <> ? AND child_id NOT IN
		(SELECT child_id FROM (SELECT child_id FROM guardianships WHERE guardian_id = ? AND live = 1) has)`, from, into, into).Update("guardian_id", into).Error
	if err != nil {
		return err
	}
	return tx.Model(&Guardianship{}).Where("(guardian_id = ? OR child_id = ?) AND live = 1", from, from).
		Updates(map[string]any{"live": nil, "ended_at": tx.Now}).Error
}
