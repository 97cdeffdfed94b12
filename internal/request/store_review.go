package request

import (
	"gorm.io/gorm"

	"yimi/internal/store"
)

// keepRating keeps what was said of a request before it may be said anew.
func keepRating(tx *store.Tx, r *Request) error {
	kept := Rating{RequestID: r.ID, Rating: *r.Rating, Comment: r.RatingComment, RatedAt: tx.Now}
	if r.RatedAt != nil {
		kept.RatedAt = *r.RatedAt
	}
	return tx.Create(&kept).Error
}

func ratingsOf(db *gorm.DB, id int64) (out []Rating, err error) {
	err = db.Where("request_id = ?", id).Order("id").Find(&out).Error
	return out, err
}
