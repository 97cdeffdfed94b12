package activity

import (
	"gorm.io/gorm"

	"yimi/internal/store"
)

// unsettled are the states of sign-ups that go along with a merge.
var unsettled = []SignupState{Pending, Waitlisted, Offered, Confirmed}

// onTwoAtOnce tells whether an unsettled sign-up of one account overlaps a live one of the other.
func onTwoAtOnce(db *gorm.DB, from, into int64) (bool, error) {
	var n int64
	err := db.Table("signups a").Joins("JOIN signups b ON b.person_id = ? AND b.live = 1 AND b.starts_at < a.ends_at AND b.ends_at > a.starts_at", into).
		Where("a.person_id = ? AND a.state IN ?", from, unsettled).Count(&n).Error
	return n > 0, err
}

func moveOpenSignups(tx *store.Tx, from, into int64) error {
	return tx.Model(&Signup{}).Where("person_id = ? AND state IN ?", from, unsettled).Update("person_id", into).Error
}
