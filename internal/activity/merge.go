package activity

import (
	"yimi/internal/fault"
	"yimi/internal/store"
)

var errDoubleBooking = fault.New(fault.Conflict, "merge_double_booking", "两个账号报了同一班次，或时间重叠的班次，不能合并。请先取消其中一个报名")

// Merge gives an account's sign-ups that are still to come, or not settled yet, to another
// account of the same person. Those of the past stay where the ledger points at them. It is
// refused where the person would be on two shifts at one time.
func Merge(tx *store.Tx, from, into int64) error {
	for _, id := range []int64{min(from, into), max(from, into)} { // a sign-up under way waits, or is seen
		if err := takeTurn(tx, id); err != nil {
			return err
		}
	}
	var n int64
	open := []SignupState{Pending, Waitlisted, Offered, Confirmed}
	err := tx.Table("signups a").Joins("JOIN signups b ON b.person_id = ? AND b.live = 1 AND b.starts_at < a.ends_at AND b.ends_at > a.starts_at", into).
		Where("a.person_id = ? AND a.state IN ?", from, open).Count(&n).Error
	if err != nil {
		return err
	}
	if n > 0 {
		return errDoubleBooking
	}
	return tx.Model(&Signup{}).Where("person_id = ? AND state IN ?", from, open).Update("person_id", into).Error
}
