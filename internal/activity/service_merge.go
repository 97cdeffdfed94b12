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
	twice, err := onTwoAtOnce(tx.DB, from, into)
	if err == nil && twice {
		err = errDoubleBooking
	}
	if err != nil {
		return err
	}
	return moveOpenSignups(tx, from, into)
}
