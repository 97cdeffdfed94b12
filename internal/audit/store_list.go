package audit

import (
	"strings"

	"gorm.io/gorm"

	"yimi/internal/store"
)

// scoped narrows the log to the subtrees of the roots: by the district, which the indexes begin
// with, and below it by the unit. A whole district needs no look at its units.
func scoped(q *gorm.DB, roots []string) *gorm.DB {
	districts, whole := make([]int64, len(roots)), len(roots) > 0
	for i, root := range roots {
		districts[i] = districtOf(root)
		whole = whole && strings.Count(root, "/") == 2 // "/1/"
	}
	if q = q.Where("a.district_id IN ?", districts); whole {
		return q
	}
	return store.Under(q, "a.unit_id", roots)
}

func find(db *gorm.DB, roots []string, f Filter) (out []Line, err error) {
	err = searched(db, roots, f).Find(&out).Error
	return out, err
}

func searched(db *gorm.DB, roots []string, f Filter) *gorm.DB {
	q := scoped(db.Table("audit_entries a"), roots)
	if f.ActorID != 0 {
		q = q.Where("a.actor_id = ?", f.ActorID)
	}
	if f.Entity != "" {
		q = q.Where("a.entity = ? AND a.entity_id = ?", f.Entity, f.EntityID)
	}
	if f.Operation != "" {
		q = q.Where("a.operation = ?", f.Operation)
	}
	if f.Minors {
		q = q.Where("a.minor = ?", true)
	}
	if f.From != nil {
		q = q.Where("a.at >= ?", store.At(*f.From))
	}
	if f.To != nil {
		q = q.Where("a.at < ?", store.At(f.To.AddDate(0, 0, 1)))
	}
	if f.AfterID != 0 {
		q = q.Where("a.at <= ? AND (a.at < ? OR a.id < ?)", f.After, f.After, f.AfterID)
	}
	return q.Select("a.*, COALESCE(p.name, '') AS actor_name, COALESCE(u.name, '') AS unit_name").
		Joins("LEFT JOIN people p ON p.id = a.actor_id").Joins("LEFT JOIN units u ON u.id = a.unit_id").
		Order("a.at DESC, a.id DESC").Limit(f.Limit)
}

// named are the kinds of records that have a name or a number of their own.
var named = map[Entity]struct{ table, column string }{
	Unit: {"units", "name"}, Person: {"people", "name"}, Provider: {"people", "name"}, Campaign: {"campaigns", "name"},
	Activity: {"activities", "title"}, ServiceType: {"service_types", "name"}, Request: {"requests", "number"},
}

// addNames says how the records are called, in one read for each kind that is on the page.
func addNames(db *gorm.DB, out []Line) error {
	ids := map[Entity][]int64{}
	for i := range out {
		ids[out[i].Entity] = append(ids[out[i].Entity], out[i].EntityID)
		if out[i].Entity == Holiday {
			out[i].EntityName = dayName(out[i].EntityID)
		}
	}
	for entity, n := range named { // seven, whatever the data
		if len(ids[entity]) == 0 {
			continue
		}
		var rows []struct {
			ID   int64
			Name string
		}
		if err := db.Table(n.table).Select("id, "+n.column+" AS name").Where("id IN ?", ids[entity]).Find(&rows).Error; err != nil {
			return err
		}
		names := map[int64]string{}
		for _, r := range rows {
			names[r.ID] = r.Name
		}
		for i := range out {
			if out[i].Entity == entity {
				out[i].EntityName = names[out[i].EntityID]
			}
		}
	}
	return nil
}
