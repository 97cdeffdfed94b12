package request

import (
	"gorm.io/gorm"
)

func shiftOf(db *gorm.DB, id int64) (*Shift, error) {
	var out Shift
	err := db.Table("shifts").Select("id, activity_id, starts_at, ends_at, capacity, taken").Where("id = ?", id).Take(&out).Error
	return &out, err
}
