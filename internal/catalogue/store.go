package catalogue

import (
	"gorm.io/gorm"

	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/scope"
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

// isAsked tells whether the actor asked for the service, has a case of it, or a request for it was given
// back that the actor completes: what was begun while it was offered is still to be read and filled in.
func isAsked(db *gorm.DB, id int64, a auth.Actor) (bool, error) {
	var found []int64
	err := db.Table("requests").Where("service_type_id = ? AND (person_id = ? OR worker_id = ?)", id, a.PersonID, a.PersonID).
		Limit(1).Pluck("id", &found).Error
	if err != nil || len(found) > 0 || len(a.ManagedPaths()) == 0 {
		return len(found) > 0, err
	}
	returned := db.Table("requests").Where("requests.service_type_id = ? AND requests.state = 'returned'", id)
	err = scope.Under(returned, "requests.unit_id", a.ManagedPaths()).Limit(1).Pluck("requests.id", &found).Error
	return len(found) > 0, err
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
	err = scope.Under(lines(db), "service_types.unit_id", roots).
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
