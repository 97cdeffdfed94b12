package request

import (
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"yimi/internal/auth"
	"yimi/internal/catalogue"
	"yimi/internal/human"
	"yimi/internal/scope"
	"yimi/internal/store"
)

// person is what a request needs to know of who asks.
type person struct {
	ID        int64
	Name      string
	BirthDate *string
	UnitID    *int64
}

func findPerson(db *gorm.DB, id int64) (p person, err error) {
	err = db.Table("people").Select("id, name, birth_date, unit_id").Where("id = ?", id).Take(&p).Error
	return p, err
}

// worker is who a request can be assigned to.
type worker struct {
	PersonID  int64
	Name      string
	Level     catalogue.Level
	UnitPath  string
	UnitName  string
	Gives     bool // this service
	OpenCases int
}

const workerColumns = `role_grants.person_id, people.name, COALESCE(providers.level, 'none') AS level,
	units.path AS unit_path, units.name AS unit_name,
	EXISTS (SELECT 1 FROM provider_services s WHERE s.provider_id = role_grants.person_id AND s.service_type_id = ?) AS gives,
	(SELECT COUNT(*) FROM requests r WHERE r.worker_id = role_grants.person_id AND r.is_open = 1) AS open_cases`

// workers selects the social workers who take cases, of the district that the path is in: by the role
// that they hold there today, wherever they can be booked.
func workers(db *gorm.DB, serviceTypeID int64, path string) *gorm.DB {
	inDistrict, from, to := scope.Below("granted.path", auth.Top(path))
	return db.Table("role_grants").Select(workerColumns, serviceTypeID).
		Joins("JOIN people ON people.id = role_grants.person_id").
		Joins("LEFT JOIN providers ON providers.person_id = role_grants.person_id").
		Joins("JOIN units granted ON granted.id = role_grants.unit_id").
		Joins("JOIN units ON units.id = COALESCE(providers.unit_id, role_grants.unit_id)").
		Where("role_grants.role = 'social_worker' AND COALESCE(providers.active, 1) = 1").
		Where(inDistrict, from, to)
}

func workersNear(db *gorm.DB, serviceTypeID int64, path string) (out []worker, err error) {
	err = workers(db, serviceTypeID, path).Order("role_grants.person_id").Limit(300).Find(&out).Error
	return out, err
}

// heldWorker is findWorker for somebody who is about to get something: a role does not end meanwhile.
func heldWorker(tx *store.Tx, personID, serviceTypeID int64, path string) (*worker, error) {
	if there, err := human.HoldIfThere(tx, personID); err != nil || !there {
		return nil, err
	}
	return findWorker(tx.DB, personID, serviceTypeID, path)
}

// findWorker finds one of them; nil if there is no such worker.
func findWorker(db *gorm.DB, personID, serviceTypeID int64, path string) (*worker, error) {
	var out []worker
	err := workers(db, serviceTypeID, path).Where("role_grants.person_id = ?", personID).Limit(1).Find(&out).Error
	if err != nil || len(out) == 0 {
		return nil, err
	}
	return &out[0], nil
}

// noteFormer keeps that somebody had the request as its worker.
func noteFormer(tx *store.Tx, id, personID int64) error {
	return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "request_id"}, {Name: "person_id"}}, DoUpdates: clause.AssignmentColumns([]string{"at"})}).
		Table("request_former_workers").Create(map[string]any{"request_id": id, "person_id": personID, "at": tx.Now}).Error
}

func wasWorker(db *gorm.DB, id, personID int64) (bool, error) {
	var n int64
	err := db.Table("request_former_workers").Where("request_id = ? AND person_id = ?", id, personID).Count(&n).Error
	return n > 0, err
}
