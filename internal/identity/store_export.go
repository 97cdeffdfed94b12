package identity

import (
	"strings"

	"gorm.io/gorm"
)

type roleChange struct {
	GrantChange
	UnitName string
}

// account is what else is kept of a person.
type account struct {
	login         string
	roles         []roleChange
	wechat        []WechatIdentity
	sessions      []Session
	guardianships []Guardianship
	relations     []Relative
	consents      []Consent
	links         []Linked
	held          []heldRole
	duplicates    []Duplicate
	ask           string // who answers for what is not in it
}

type heldRole struct {
	RoleGrant
	UnitName string
}

func accountOf(db *gorm.DB, personID int64) (x account, err error) {
	var logins []string
	if err := db.Model(&PasswordLogin{}).Where("person_id = ?", personID).Pluck("login", &logins).Error; err != nil {
		return x, err
	}
	if len(logins) > 0 {
		x.login = logins[0]
	}
	err = db.Table("grant_changes").Select("grant_changes.*, units.name AS unit_name").Joins("JOIN units ON units.id = grant_changes.unit_id").
		Where("grant_changes.person_id = ?", personID).Order("grant_changes.changed_at, grant_changes.id").Limit(exportLimit).Find(&x.roles).Error
	if err != nil {
		return x, err
	}
	if err := db.Where("person_id = ?", personID).Order("created_at").Find(&x.wechat).Error; err != nil {
		return x, err
	}
	if err := db.Where("person_id = ?", personID).Order("id").Limit(exportLimit).Find(&x.sessions).Error; err != nil {
		return x, err
	}
	if err := db.Where("person_id = ?", personID).Order("at, id").Limit(exportLimit).Find(&x.consents).Error; err != nil {
		return x, err
	}
	if x.links, err = linksOf(db, personID); err != nil {
		return x, err
	}
	if err := x.readMore(db, personID); err != nil {
		return x, err
	}
	err = db.Raw("SELECT * FROM declared_relations WHERE low_id = ? UNION ALL SELECT * FROM declared_relations WHERE high_id = ? ORDER BY id", personID, personID).Scan(&x.relations).Error
	if err != nil {
		return x, err
	}
	err = db.Where("guardian_id = ? OR child_id = ?", personID, personID).Order("id").Limit(exportLimit).Find(&x.guardianships).Error
	return x, err
}

// readMore reads the roles held now, the findings about the account, and whom to ask.
func (x *account) readMore(db *gorm.DB, personID int64) error {
	err := db.Table("role_grants").Select("role_grants.*, units.name AS unit_name").Joins("JOIN units ON units.id = role_grants.unit_id").
		Where("role_grants.person_id = ?", personID).Order("role_grants.id").Find(&x.held).Error
	if err != nil {
		return err
	}
	err = db.Raw(`SELECT * FROM person_duplicates WHERE low_id = ? UNION ALL SELECT * FROM person_duplicates WHERE high_id = ?`, personID, personID).Scan(&x.duplicates).Error
	if err != nil || len(x.duplicates) == 0 {
		return err
	}
	centres, err := districts(db.Statement.Context, db)
	for _, c := range centres {
		x.ask = strings.TrimSpace(x.ask + " " + c.Name + " " + c.Phone)
	}
	return err
}

// mergedInto gives the accounts that were merged into one.
func mergedInto(db *gorm.DB, personID int64) (out []int64, err error) {
	err = db.Table("people").Where("merged_into = ?", personID).Order("id").Pluck("id", &out).Error
	return out, err
}
