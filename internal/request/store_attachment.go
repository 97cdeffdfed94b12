package request

import (
	"gorm.io/gorm"

	"yimi/internal/store"
)

func attachmentsOf(db *gorm.DB, id int64) (out []Attachment, err error) {
	err = db.Table("request_attachments").Select("request_attachments.*, COALESCE(people.name, '') AS author_name").
		Joins("LEFT JOIN people ON people.id = request_attachments.author_id").
		Where("request_attachments.request_id = ?", id).Order("request_attachments.position").Find(&out).Error
	return out, err
}

func insertAttachment(tx *store.Tx, a *Attachment) error {
	a.ID, a.CreatedAt = 0, tx.Now
	return tx.Create(a).Error
}

// deleteAttachment deletes a row; false when only one that nobody has seen was to go, and somebody has.
func deleteAttachment(tx *store.Tx, id int64, unseen bool) (bool, error) {
	q := tx.Where("id = ?", id)
	if unseen {
		q = q.Where("seen_at IS NULL")
	}
	res := q.Delete(&Attachment{})
	return res.RowsAffected == 1, res.Error
}

// markSeen keeps when a file was first seen; one that is gone meanwhile is missing.
func markSeen(tx *store.Tx, id int64) error {
	res := tx.Model(&Attachment{}).Where("id = ?", id).Update("seen_at", gorm.Expr("COALESCE(seen_at, ?)", tx.Now))
	if res.Error == nil && res.RowsAffected == 0 {
		return errNoAttachment
	}
	return res.Error
}
