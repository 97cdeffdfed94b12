package activity

import (
	"gorm.io/gorm"

	"yimi/internal/store"
)

// isThere tells whether the person is checked in, and not out, on a shift that ends after the instant.
func isThere(db *gorm.DB, personID int64, after store.Time) (bool, error) {
	var n int64
	err := db.Table("signups").Joins("JOIN attendances ON attendances.signup_id = signups.id").
		Where("signups.person_id = ? AND signups.ends_at > ? AND signups.state = ? AND attendances.out_at IS NULL", personID, after, Confirmed).
		Limit(1).Count(&n).Error
	return n > 0, err
}

// leavable gives the ids of a person's sign-ups for shifts that are not over and that can be cancelled.
func leavable(db *gorm.DB, personID int64, now store.Time) (ids []int64, err error) {
	err = db.Model(&Signup{}).Where("person_id = ? AND live = 1 AND ends_at > ? AND state IN ?", personID, now,
		[]SignupState{Pending, Waitlisted, Offered, Confirmed}).Order("id").Pluck("id", &ids).Error
	return ids, err
}

func forget(tx *store.Tx, personID int64) error {
	own := func() *gorm.DB { return tx.Table("signups").Select("id").Where("person_id = ?", personID) }
	if err := tx.Model(&Signup{}).Where("person_id = ? AND reason <> ''", personID).Update("reason", "").Error; err != nil {
		return err
	}
	if err := tx.Model(&timelineLine{}).Where("subject = 'signup' AND subject_id IN (?) AND reason <> ''", own()).Update("reason", "").Error; err != nil {
		return err
	}
	return tx.Model(&Attendance{}).Where("signup_id IN (?)", own()).Updates(map[string]any{"in_distance": nil, "out_distance": nil}).Error
}
