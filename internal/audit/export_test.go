package audit

import (
	"testing"

	"gorm.io/gorm"
)

// Diff is what the log keeps of two rows.
var Diff = diff

// Plan is how SQLite would search the log of one district.
func Plan(t *testing.T, db *gorm.DB, f Filter) (plan string) {
	t.Helper()
	sql := db.ToSQL(func(dry *gorm.DB) *gorm.DB {
		var out []Line
		return searched(dry, []string{"/1/"}, f).Find(&out)
	})
	var rows []struct{ Detail string }
	if err := db.Raw("EXPLAIN QUERY PLAN " + sql).Scan(&rows).Error; err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		plan += r.Detail + "; "
	}
	return plan
}
