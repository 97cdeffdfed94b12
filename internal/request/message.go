package request

import (
	"slices"

	"gorm.io/gorm"

	"yimi/internal/auth"
	"yimi/internal/outbox"
	"yimi/internal/store"
)

// noteMessage keeps whether the last message is one that nobody of the station has answered. Where no
// worker is there to read it, the station's staff are told of the first that waits.
func (s *Service) noteMessage(tx *store.Tx, l *Line, from auth.Actor) error {
	if handles(from, l) {
		return tx.Model(&Request{}).Where("id = ?", l.ID).Update("message_waits", nil).Error
	}
	res := tx.Model(&Request{}).Where("id = ? AND message_waits IS NULL", l.ID).Update("message_waits", 1)
	if res.Error != nil || res.RowsAffected == 0 {
		return res.Error
	}
	there, err := serves(tx.DB, l.WorkerID)
	if err != nil || there {
		return err
	}
	path := l.UnitPath
	if l.ReferredTo != nil {
		path = l.ReferredPath
	}
	staff, err := staffOf(tx.DB, path)
	if err != nil {
		return err
	}
	var told []outbox.Notice
	for _, id := range staff {
		if !l.isOf(id) {
			told = append(told, outbox.Notice{PersonID: id, Kind: outbox.StationMessage, Event: event(outbox.StationMessage, l.ID), RequestID: &l.ID,
				Title: "有居民留言", Body: l.ServiceName + " " + l.Number + " 有新留言，还没有社工，请点开看"})
		}
	}
	return outbox.Tell(tx, told...)
}

// serves tells whether there is a worker, and still is one.
func serves(db *gorm.DB, workerID *int64) (bool, error) {
	if workerID == nil {
		return false, nil
	}
	var n int64
	err := db.Table("role_grants").Where("person_id = ? AND role = ?", *workerID, auth.SocialWorker).Count(&n).Error
	return n > 0, err
}

// staffOf gives the staff who are nearest to a unit: its own, or those of the first unit above it that has any.
func staffOf(db *gorm.DB, path string) (out []int64, err error) {
	units := store.IDsOn(path)
	var rows []struct{ PersonID, UnitID int64 }
	err = db.Table("role_grants").Select("role_grants.person_id, role_grants.unit_id").Joins("JOIN people ON people.id = role_grants.person_id").
		Where("role_grants.unit_id IN ? AND role_grants.role IN ? AND people.closed_at IS NULL", units, []auth.Role{auth.StationStaff, auth.DistrictAdmin}).
		Order("role_grants.person_id").Find(&rows).Error
	for i := len(units) - 1; i >= 0 && len(out) == 0; i-- {
		for _, r := range rows {
			if r.UnitID == units[i] && !slices.Contains(out, r.PersonID) {
				out = append(out, r.PersonID)
			}
		}
	}
	return out, err
}
