package identity

import (
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
	consents      []Consent
	links         []Linked
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
	err = db.Where("guardian_id = ? OR child_id = ?", personID, personID).Order("id").Limit(exportLimit).Find(&x.guardianships).Error
	return x, err
}
