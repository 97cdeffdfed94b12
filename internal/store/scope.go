package store

import (
	"strings"

	"gorm.io/gorm"

	"yimi/internal/fault"
)

// Under narrows a query to rows whose unit column lies in the subtrees that the paths
// are the roots of ("/1/4/"); no root reaches nothing. It is the explicit scope by
// which staff see their own units and those below.
func Under(db *gorm.DB, column string, roots []string) *gorm.DB {
	if len(roots) == 0 {
		return db.Where("1 = 0")
	}
	likes, args := make([]string, len(roots)), make([]any, len(roots))
	for i, root := range roots {
		likes[i], args[i] = "path LIKE ?", root+"%"
	}
	return db.Where(column+" IN (SELECT id FROM units WHERE "+strings.Join(likes, " OR ")+")", args...)
}

// HoldPerson makes the closing of a person's account wait until the transaction ends, so that what
// it writes for the person is there when the account is emptied; a closed account is refused.
func HoldPerson(tx *Tx, personID int64) error {
	res := tx.Table("people").Where("id = ? AND closed_at IS NULL", personID).Update("closed_at", nil)
	if res.Error == nil && res.RowsAffected == 0 {
		return errPersonGone
	}
	return res.Error
}

var errPersonGone = fault.New(fault.NotFound, "not_found", "没有这个人员，或账号已经注销")

// UnitPath is where a unit stands in the tree.
func UnitPath(db *gorm.DB, unitID int64) (path string, err error) {
	err = db.Table("units").Select("path").Where("id = ?", unitID).Take(&path).Error
	return path, err
}
