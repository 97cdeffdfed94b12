package policy

import (
	"gorm.io/gorm"

	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/scope"
	"yimi/internal/store"
)

func all(db *gorm.DB) (out []Policy, err error) {
	err = db.Find(&out).Error
	return out, err
}

func find(db *gorm.DB, id int64) (p Policy, err error) {
	err = db.Where("id = ?", id).Take(&p).Error
	if store.IsNotFound(err) {
		err = errMissing.Because(err)
	}
	return p, err
}

// insert writes a policy; a second one of a kind, unit and day is store.IsDuplicate.
func insert(tx *store.Tx, p *Policy) error {
	p.CreatedAt = tx.Now
	return tx.Create(p).Error
}

// use freezes a row; false when it is gone.
func use(tx *store.Tx, id int64) (bool, error) {
	res := tx.Model(&Policy{}).Where("id = ?", id).Update("used", true)
	return res.RowsAffected == 1, res.Error
}

// remove deletes a row that was not used and has not begun; false when it was, or has, also in the meantime.
func remove(tx *store.Tx, id int64, today string) (bool, error) {
	res := tx.Where("id = ? AND used = ? AND from_day > ?", id, false, today).Delete(&Policy{})
	return res.RowsAffected == 1, res.Error
}

// districtPath is the path of the district, or city, that a unit is in.
func districtPath(db *gorm.DB, unitID int64) (string, error) {
	path, err := scope.UnitPath(db, unitID)
	if store.IsNotFound(err) {
		return "", fault.Missing("组织单元").Because(err)
	}
	return auth.Top(path), err
}
