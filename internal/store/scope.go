package store

import (
	"cmp"
	"slices"
	"strconv"
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
	if db.Name() == sqliteDialect && 4*len(ids) > len(all) {
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

// unitsAtOnce is of how many units one statement takes the newest rows: SQLite joins at most 500.
const unitsAtOnce = 400

// NewestOfUnits gives the ids of the newest rows of the units that a condition by equality fits. Each unit's are read in the order of an index that begins with unit_id and goes on with
// what the condition names: never more than the units times the limit, whatever there is of the past.
func NewestOfUnits(db *gorm.DB, table string, units []int64, limit int, condition string, args ...any) (out []int64, err error) {
	one := "SELECT id FROM (SELECT id FROM " + table + " WHERE unit_id = ? AND " + condition + " ORDER BY id DESC LIMIT ?) AS newest"
	for some := range slices.Chunk(units, unitsAtOnce) {
		var all []any
		for _, id := range some {
			all = append(append(append(all, id), args...), limit)
		}
		var ids []int64
		if err := db.Raw(strings.Repeat(one+" UNION ALL ", len(some)-1)+one, all...).Scan(&ids).Error; err != nil {
			return nil, err
		}
		out = append(out, ids...)
	}
	slices.SortFunc(out, func(a, b int64) int { return cmp.Compare(b, a) })
	return out[:min(len(out), limit)], nil
}

// CountUpTo counts the rows of a query and stops at the cap, so that it reads no more than that.
func CountUpTo(q *gorm.DB, atMost int) (n int64, err error) {
	some := q.Select("1 AS one").Limit(atMost)
	err = q.Session(&gorm.Session{NewDB: true}).Table("(?) AS some", some).Count(&n).Error
	return n, err
}

// CountsUpTo is CountUpTo of several queries, in one statement.
func CountsUpTo(db *gorm.DB, atMost int, queries ...*gorm.DB) ([]int64, error) {
	parts, some := make([]string, len(queries)), make([]any, len(queries))
	for i, q := range queries {
		parts[i] = "SELECT " + strconv.Itoa(i) + " AS query, COUNT(*) AS counted FROM (?) AS some"
		some[i] = q.Select("1 AS one").Limit(atMost)
	}
	var rows []struct {
		Query   int
		Counted int64
	}
	err := db.Raw(strings.Join(parts, " UNION ALL "), some...).Scan(&rows).Error
	out := make([]int64, len(queries))
	for _, r := range rows {
		out[r.Query] = r.Counted
	}
	return out, err
}

// HoldPerson makes the closing of a person's account wait until the transaction ends, so that what
// it writes for the person is there when the account is emptied; a closed account is refused.
func HoldPerson(tx *Tx, personID int64) error {
	there, err := HoldIfThere(tx, personID)
	if err == nil && !there {
		err = errPersonGone
	}
	return err
}

// HoldIfThere is HoldPerson that tells whether the account is there, and not closed.
func HoldIfThere(tx *Tx, personID int64) (bool, error) {
	res := tx.Table("people").Where("id = ? AND closed_at IS NULL", personID).Update("closed_at", nil)
	return res.RowsAffected == 1, res.Error
}

var errPersonGone = fault.New(fault.NotFound, "not_found", "没有这个人员，或账号已经注销")

// HoldsRole tells whether a person holds any role at the units under the root; it does not end until the
// transaction does.
func HoldsRole(tx *Tx, personID int64, root string) (bool, error) {
	if there, err := HoldIfThere(tx, personID); err != nil || !there {
		return false, err
	}
	var n int64
	err := Under(tx.Table("role_grants"), "role_grants.unit_id", []string{root}).Where("role_grants.person_id = ?", personID).Limit(1).Count(&n).Error
	return n > 0, err
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
