package store

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"gorm.io/gorm"
)

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
