package outbox

import (
	"gorm.io/gorm"

	"yimi/internal/store"
)

// batch bounds one statement.
const batch = 200

func insert(tx *store.Tx, notices []Notice) error {
	for i := range notices {
		notices[i].CreatedAt = tx.Now
	}
	return tx.CreateInBatches(&notices, batch).Error
}

func noticesOf(db *gorm.DB, personID, before int64, limit int) (out []Notice, err error) {
	q := db.Where("person_id = ?", personID)
	if before != 0 {
		q = q.Where("id < ?", before)
	}
	err = q.Order("id DESC").Limit(limit).Find(&out).Error
	return out, err
}

func countUnread(db *gorm.DB, personID int64) (n int64, err error) {
	err = db.Model(&Notice{}).Where("person_id = ? AND read_at IS NULL", personID).Count(&n).Error
	return n, err
}

func setRead(tx *store.Tx, personID, upTo int64) error {
	return tx.Model(&Notice{}).Where("person_id = ? AND read_at IS NULL AND id <= ?", personID, upTo).
		Update("read_at", tx.Now).Error
}
