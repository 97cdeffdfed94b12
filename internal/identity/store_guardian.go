package identity

import (
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"yimi/internal/store"
)

// saveGuardianCode puts a child's code in the place of the one before.
func saveGuardianCode(tx *store.Tx, c GuardianCode) error {
	return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "child_id"}},
		DoUpdates: clause.AssignmentColumns([]string{"hash", "expires_at"})}).Create(&c).Error
}

// takeGuardianCode uses a code up and gives whose it is; 0 when it is nobody's or has run out.
func takeGuardianCode(tx *store.Tx, hash string) (childID int64, err error) {
	var rows []GuardianCode
	if err := tx.Where("hash = ? AND expires_at > ?", hash, tx.Now).Find(&rows).Error; err != nil || len(rows) == 0 {
		return 0, err
	}
	res := tx.Where("child_id = ? AND hash = ?", rows[0].ChildID, hash).Delete(&GuardianCode{})
	if res.Error != nil || res.RowsAffected == 0 { // used in the same instant
		return 0, res.Error
	}
	return rows[0].ChildID, nil
}

func insertGuardianship(tx *store.Tx, g *Guardianship) error {
	one := int64(1)
	g.ID, g.Live, g.AgreedAt = 0, &one, tx.Now
	return tx.Create(g).Error
}

// guardianshipOf gives the one that holds between the two.
func guardianshipOf(db *gorm.DB, guardianID, childID int64) (g Guardianship, err error) {
	err = db.Where("guardian_id = ? AND child_id = ? AND live = 1", guardianID, childID).Take(&g).Error
	return g, err
}

func endGuardianship(tx *store.Tx, g Guardianship) (Guardianship, error) {
	g.Live, g.EndedAt = nil, &tx.Now
	return g, tx.Model(&Guardianship{}).Where("id = ?", g.ID).Updates(map[string]any{"live": nil, "ended_at": tx.Now}).Error
}

// hasGuardian is the condition that a guardian's consent for the person was not taken back; whose counts says human.Guardians.
const hasGuardian = "EXISTS (SELECT 1 FROM guardianships g WHERE g.child_id = people.id AND g.live = 1)"

func wards(db *gorm.DB, guardianID int64) *gorm.DB {
	return db.Table("guardianships").Select(`guardianships.*, people.name, people.birth_date, people.volunteer_since, COALESCE(units.name, '') AS unit_name,
		COALESCE(volunteer_hours.minutes, 0) AS minutes, COALESCE(volunteer_hours.entries, 0) AS entries`).
		Joins("JOIN people ON people.id = guardianships.child_id").
		Joins("LEFT JOIN units ON units.id = people.unit_id").
		Joins("LEFT JOIN volunteer_hours ON volunteer_hours.person_id = people.id").
		Where("guardianships.guardian_id = ? AND guardianships.live = 1", guardianID)
}

func wardsOf(db *gorm.DB, guardianID int64) (out []Ward, err error) {
	err = wards(db, guardianID).Order("guardianships.id").Limit(20).Find(&out).Error
	return out, err
}

func wardOf(db *gorm.DB, guardianID, childID int64) (*Ward, error) {
	var w Ward
	err := wards(db, guardianID).Where("guardianships.child_id = ?", childID).Take(&w).Error
	return &w, err
}

func guardiansOf(db *gorm.DB, childID int64) (out []Guardian, err error) {
	err = db.Table("guardianships").Select("guardianships.*, people.name").
		Joins("JOIN people ON people.id = guardianships.guardian_id").
		Where("guardianships.child_id = ? AND guardianships.live = 1", childID).Order("guardianships.id").Limit(10).Find(&out).Error
	return out, err
}
