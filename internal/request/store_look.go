package request

import (
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"yimi/internal/store"
)

// writeLook keeps who looked at what; with a day, once for each.
func writeLook(tx *store.Tx, l *Look) error {
	if !slices.Contains(lookers, l.Role) || !slices.Contains(lookedAt, l.What) {
		return fmt.Errorf("request: there is no look of %q at %q", l.Role, l.What)
	}
	l.ID, l.At = 0, tx.Now
	return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(l).Error
}

func lookedToday(db *gorm.DB, l *Look) (bool, error) {
	var n int64
	err := db.Table("request_looks").Where("request_id = ? AND person_id = ? AND what = ? AND day = ?", l.RequestID, l.PersonID, l.What, l.Day).Count(&n).Error
	return n > 0, err
}

func looksOf(db *gorm.DB, id int64) (out []Look, err error) {
	err = db.Table("request_looks").Select("request_looks.*, COALESCE(people.name, '') AS name").
		Joins("LEFT JOIN people ON people.id = request_looks.person_id").
		Where("request_looks.request_id = ?", id).Order("request_looks.id DESC").Limit(100).Find(&out).Error
	return out, err
}

func countLooks(db *gorm.DB, id int64) (n int64, err error) {
	err = db.Table("request_looks").Where("request_id = ?", id).Count(&n).Error
	return n, err
}
