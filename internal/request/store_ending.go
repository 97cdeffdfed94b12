package request

import (
	"gorm.io/gorm"

	"yimi/internal/auth"
	"yimi/internal/scope"
)

// workerServes tells whether the request's worker is a social worker there today.
func (l *Line) workerServes(db *gorm.DB) (bool, error) {
	if l.WorkerID == nil {
		return false, nil
	}
	var n int64
	below, from, to := scope.Below("units.path", auth.Top(l.UnitPath))
	err := db.Table("role_grants").Joins("JOIN units ON units.id = role_grants.unit_id").
		Where("role_grants.person_id = ? AND role_grants.role = ?", *l.WorkerID, auth.SocialWorker).Where(below, from, to).Limit(1).Count(&n).Error
	return n > 0, err
}

// inHand gives the requests that rest on a worker's role that is ending: the open cases, and those that a live
// booking is for. One whose case is another's by now is for the other to end: its time was, or it is under way. A
// role that stays in the same district keeps them all.
func inHand(db *gorm.DB, e auth.Ending) (cases, bookings []int64, err error) {
	if e.Role != auth.SocialWorker || e.Left.Serves(e.UnitPath) {
		return nil, nil, nil
	}
	district := []string{auth.Top(e.UnitPath)}
	if cases, err = openCaseIDs(db, e.Left.PersonID, district, maxHandOver+1); err != nil {
		return nil, nil, err
	}
	err = scope.Under(db.Table("bookings"), "bookings.unit_id", district).Joins("JOIN requests ON requests.id = bookings.request_id").
		Where("bookings.provider_id = ? AND bookings.live = 1 AND (requests.worker_id IS NULL OR requests.worker_id = bookings.provider_id)", e.Left.PersonID).
		Order("bookings.request_id").Limit(maxHandOver+1).Pluck("bookings.request_id", &bookings).Error
	return cases, bookings, err
}

// drafts selects what was filed for callers and not handed in, at units of a staff role that is ending.
func drafts(db *gorm.DB, e auth.Ending) *gorm.DB {
	q := scope.Under(db.Table("requests"), "requests.unit_id", []string{e.UnitPath}).
		Where("filed_by = ? AND is_open = 1 AND state = ? AND person_id IS NULL", e.Left.PersonID, Draft)
	if e.Role == auth.SocialWorker {
		return q.Where("1 = 0")
	}
	if stays := e.Left.ManagedPaths(); len(stays) > 0 {
		q = q.Where("requests.id NOT IN (?)", scope.Under(db.Session(&gorm.Session{NewDB: true}).Table("requests").Select("requests.id"), "requests.unit_id", stays).
			Where("filed_by = ?", e.Left.PersonID))
	}
	return q
}
