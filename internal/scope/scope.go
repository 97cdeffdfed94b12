// Package scope narrows what a query gives to the units that somebody has to do with: the subtrees
// of the tree of units.
package scope

import (
	"slices"
	"strconv"
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
	below, args := make([]string, len(roots)), make([]any, 0, 2*len(roots))
	for i, root := range roots {
		condition, from, to := Below("path", root)
		below[i], args = condition, append(args, from, to)
	}
	return db.Where(column+" IN (SELECT id FROM units WHERE "+strings.Join(below, " OR ")+")", args...)
}

// Below is the condition that a unit's path lies in the subtree of a root, and its two arguments:
// a range, since SQLite compiles a statement with LIKE again for each value.
func Below(column, root string) (condition, from, to string) {
	const afterSlash = "0" // a step of a path has only digits, behind a city's c
	return column + " >= ? AND " + column + " < ?", root, strings.TrimSuffix(root, "/") + afterSlash
}

// NewestUnder is Under for a page of a table read from its newest row. The units are read first:
// a database that knows how many there are reads the table from its end where they are most of
// them, instead of sorting all that they have. SQLite does not weigh that; there the + decides.
func NewestUnder(db *gorm.DB, table string, roots []string) (*gorm.DB, error) {
	all, err := allUnits(db)
	if err != nil {
		return nil, err
	}
	ids := all.under(roots)
	column := "unit_id"
	if db.Name() == "sqlite" && 4*len(ids) > len(all) {
		column = "+unit_id"
	}
	return db.Table(table).Where(column+" IN ?", ids).Order("id DESC"), nil
}

// units are the units there are, with where they stand in the tree.
type units []struct {
	ID   int64
	Path string
}

func allUnits(db *gorm.DB) (all units, err error) {
	err = db.Table("units").Select("id, path").Find(&all).Error
	return all, err
}

func (all units) under(roots []string) []int64 {
	ids := []int64{}
	for _, u := range all {
		if slices.ContainsFunc(roots, func(root string) bool { return strings.HasPrefix(u.Path, root) }) {
			ids = append(ids, u.ID)
		}
	}
	return ids
}

// UnitsUnder gives the units in the subtrees that the paths are the roots of; no root reaches nothing.
func UnitsUnder(db *gorm.DB, roots []string) ([]int64, error) {
	all, err := allUnits(db)
	return all.under(roots), err
}

// UnitPath is where a unit stands in the tree.
func UnitPath(db *gorm.DB, unitID int64) (path string, err error) {
	err = db.Table("units").Select("path").Where("id = ?", unitID).Take(&path).Error
	return path, err
}

// IDsOn gives the ids on a unit's path, "/1/4/" or "/c9/1/4/", from the top down.
func IDsOn(path string) (out []int64) {
	for part := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		if id, err := strconv.ParseInt(strings.TrimPrefix(part, "c"), 10, 64); err == nil {
			out = append(out, id)
		}
	}
	return out
}
