package request

import (
	"yimi/internal/fault"
	"yimi/internal/store"
)

var errDoubleBooking = fault.New(fault.Conflict, "merge_double_booking", "两个账号在同一时间都约了服务，不能合并。请先取消其中一个预约")

// Merge gives an account's requests and the people it asks for to another account of the
// same person, to whom an old notice says what became of a case that the account had. It is refused where both
// have a booking at one time.
func Merge(tx *store.Tx, from, into int64) error {
	twice, err := bookedAtOnce(tx.DB, from, into)
	if err == nil && twice {
		err = errDoubleBooking
	}
	if err != nil {
		return err
	}
	if err := moveRequests(tx, from, into); err != nil {
		return err
	}
	return noteFormerOf(tx, from, into)
}
