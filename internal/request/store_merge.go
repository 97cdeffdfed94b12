package request

import (
	"gorm.io/gorm"

	"yimi/internal/store"
)

// bookedAtOnce tells whether two people have bookings whose times overlap.
func bookedAtOnce(db *gorm.DB, from, into int64) (bool, error) {
	var n int64
	err := db.Table("requests ra").Joins("JOIN bookings a ON a.request_id = ra.id AND a.live = 1").
		Joins("JOIN requests rb ON rb.person_id = ?", into).
		Joins("JOIN bookings b ON b.request_id = rb.id AND b.live = 1 AND b.starts_at < a.ends_at AND b.ends_at > a.starts_at").
		Where("ra.person_id = ? AND ra.is_open = 1 AND rb.is_open = 1", from).Count(&n).Error
	return n > 0, err
}

func moveRequests(tx *store.Tx, from, into int64) error {
	if err := tx.Model(&Request{}).Where("person_id = ?", from).Update("person_id", into).Error; err != nil {
		return err
	}
	if err := dropSecondSelf(tx, from, into); err != nil {
		return err
	}
	return tx.Model(&Beneficiary{}).Where("person_id = ?", from).Update("person_id", into).Error
}

// noteFormerOf keeps of an account that it had the requests which another one had as their worker, and those done that
// rest on it: who did them stays written.
func noteFormerOf(tx *store.Tx, from, into int64) error {
	return tx.Exec(`INSERT INTO request_former_workers (request_id, person_id, at)
		SELECT had.request_id, ?, MAX(had.at) FROM (SELECT request_id, at FROM request_former_workers WHERE person_id = ?
			UNION ALL SELECT id, ? FROM requests WHERE worker_id = ?) had
		WHERE NOT EXISTS (SELECT 1 FROM request_former_workers f WHERE f.request_id = had.request_id AND f.person_id = ?)
		GROUP BY had.request_id`, into, from, tx.Now, from, into).Error
}

// dropSecondSelf deletes what an account keeps of its person where the other keeps something, too.
func dropSecondSelf(tx *store.Tx, from, into int64) error {
	var n int64
	if err := tx.Model(&Beneficiary{}).Where("person_id = ? AND relation = ?", into, Self).Count(&n).Error; err != nil || n == 0 {
		return err
	}
	return tx.Where("person_id = ? AND relation = ?", from, Self).Delete(&Beneficiary{}).Error
}
