package store

import (
	"strings"

	"gorm.io/gorm"
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

// UnitPath is where a unit stands in the tree.
func UnitPath(db *gorm.DB, unitID int64) (path string, err error) {
	err = db.Table("units").Select("path").Where("id = ?", unitID).Take(&path).Error
	return path, err
}
