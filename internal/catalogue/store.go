package catalogue

import (
	"gorm.io/gorm"

	"yimi/internal/fault"
	"yimi/internal/store"
)

// maxListed bounds a list: a station's catalogue is some dozens of services.
const maxListed = 200

func lines(db *gorm.DB) *gorm.DB {
	return db.Table("service_types").Select("service_types.*, units.name AS unit_name, units.path AS unit_path").
		Joins("JOIN units ON units.id = service_types.unit_id")
}

// Find reads a service by its id, offered or not.
func Find(db *gorm.DB, id int64) (*Line, error) {
	var l Line
	err := lines(db).Where("service_types.id = ?", id).Take(&l).Error
	if store.IsNotFound(err) {
		return nil, fault.Missing("服务").Because(err)
	}
	return &l, err
}

// FindAll reads several services by their ids, in one read.
func FindAll(db *gorm.DB, ids []int64) (map[int64]*Line, error) {
	out := map[int64]*Line{}
	if len(ids) == 0 {
		return out, nil
	}
	var found []Line
	err := lines(db).Where("service_types.id IN ?", ids).Find(&found).Error
	for i := range found {
		out[found[i].ID] = &found[i]
	}
	return out, err
}

// offered gives the active services of the unit at path and of those above it; all with no path.
func offered(db *gorm.DB, path string) (out []Line, err error) {
	q := lines(db).Where("service_types.active = ?", true)
	if path != "" {
		q = q.Where("SUBSTR(?, 1, LENGTH(units.path)) = units.path", path)
	}
	err = q.Order("service_types.position, service_types.id").Limit(maxListed).Find(&out).Error
	return out, err
}

func ownedUnder(db *gorm.DB, roots []string) (out []Line, err error) {
	err = store.Under(lines(db), "service_types.unit_id", roots).
		Order("service_types.position, service_types.id").Limit(maxListed).Find(&out).Error
	return out, err
}

func insert(tx *store.Tx, t *Type) error {
	t.ID, t.CreatedAt = 0, tx.Now
	return tx.Create(t).Error
}

func save(tx *store.Tx, t *Type) error {
	return tx.Model(&Type{}).Where("id = ?", t.ID).Select("*").Omit("id", "unit_id", "created_at").Updates(t).Error
}
