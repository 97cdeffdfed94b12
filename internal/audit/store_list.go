package audit

import (
	"strings"

	"gorm.io/gorm"

	"yimi/internal/auth"
	"yimi/internal/scope"
	"yimi/internal/store"
)

// scoped narrows the log to the subtrees of the roots: by the district, which the indexes begin
// with, and below it by the unit. A whole district, or a city, needs no look at its units.
func scoped(q *gorm.DB, roots []string) *gorm.DB {
	districts, whole := []int64{}, len(roots) > 0
	condition, below := "a.district_id IN ?", []any{}
	for _, root := range roots {
		districts = append(districts, districtOf(root))
		whole = whole && auth.Top(root) == root
		if auth.IsCity(root) {
			under, from, to := scope.Below("path", root)
			condition, below = condition+" OR a.district_id IN (SELECT id FROM units WHERE "+under+")", append(below, from, to)
		}
	}
	if q = q.Where("("+condition+")", append([]any{districts}, below...)...); whole {
		return q
	}
	return scope.Under(q, "a.unit_id", roots)
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

// addNames says how the records are called, in one read for each kind on the page that has names.
func (s *Service) addNames(db *gorm.DB, out []Line) error {
	ids := map[Entity][]int64{}
	for i := range out {
		ids[out[i].Entity] = append(ids[out[i].Entity], out[i].EntityID)
		if name := s.kind(out[i].Entity).Name; name != nil {
			out[i].EntityName = name(out[i].EntityID)
		}
	}
	for entity, of := range ids { // as many as there are kinds, whatever the data
		table, column, named := strings.Cut(s.kind(entity).NamedBy, ".")
		if !named {
			continue
		}
		names, err := namesOf(db, table, column, of)
		if err != nil {
			return err
		}
		for i := range out {
			if out[i].Entity == entity {
				out[i].EntityName = names[out[i].EntityID]
			}
		}
	}
	return nil
}

func namesOf(db *gorm.DB, table, column string, ids []int64) (map[int64]string, error) {
	var rows []struct {
		ID   int64
		Name string
	}
	err := db.Table(table).Select("id, "+column+" AS name").Where("id IN ?", ids).Find(&rows).Error
	names := map[int64]string{}
	for _, r := range rows {
		names[r.ID] = r.Name
	}
	return names, err
}
