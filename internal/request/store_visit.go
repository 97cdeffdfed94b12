package request

import (
	"gorm.io/gorm"

	"yimi/internal/store"
)

func (s shelf) visitsOf(db *gorm.DB, id int64) (out []Visit, err error) {
	err = db.Table("request_visits").Select("request_visits.*, COALESCE(people.name, '') AS worker_name").
		Joins("LEFT JOIN people ON people.id = request_visits.worker_id").
		Where("request_visits.request_id = ?", id).Order("request_visits.id").Limit(200).Find(&out).Error
	for i := 0; i < len(out) && err == nil; i++ {
		var text []byte
		text, err = s.box.Open("visits/"+out[i].Ref, out[i].Sealed)
		out[i].Done = string(text)
	}
	return out, err
}

// visitUnderWay gives the visit that has not ended; nil if there is none.
func visitUnderWay(db *gorm.DB, id int64) (*Visit, error) {
	var out []Visit
	err := db.Where("request_id = ? AND under_way = 1", id).Limit(1).Find(&out).Error
	if err != nil || len(out) == 0 {
		return nil, err
	}
	return &out[0], nil
}

func countVisits(db *gorm.DB, id int64) (n int64, err error) {
	err = db.Table("request_visits").Where("request_id = ? AND ended_at IS NOT NULL", id).Count(&n).Error
	return n, err
}

func insertVisit(tx *store.Tx, v *Visit) error {
	one := int64(1)
	v.ID, v.UnderWay, v.Sealed = 0, &one, []byte{}
	return tx.Create(v).Error
}

func (s shelf) endVisit(tx *store.Tx, v *Visit) error {
	return tx.Model(&Visit{}).Where("id = ? AND under_way = 1", v.ID).
		Updates(map[string]any{"under_way": nil, "started_at": v.StartedAt, "ended_at": v.EndedAt, "minutes": v.Minutes, "person_times": v.PersonTimes,
			"sealed": s.box.Seal("visits/"+v.Ref, []byte(v.Done))}).Error
}
