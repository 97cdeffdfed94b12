package request

import (
	"yimi/internal/fault"
	"yimi/internal/store"
)

var errDoubleBooking = fault.New(fault.Conflict, "merge_double_booking", "两个账号在同一时间都约了服务，不能合并。请先取消其中一个预约")

// Merge gives an account's requests and the people it asks for to another account of the
// same person. It is refused where both have a booking at one time.
func Merge(tx *store.Tx, from, into int64) error {
	var n int64
	err := tx.Table("requests ra").Joins("JOIN bookings a ON a.request_id = ra.id AND a.live = 1").
		Joins("JOIN requests rb ON rb.person_id = ?", into).
		Joins("JOIN bookings b ON b.request_id = rb.id AND b.live = 1 AND b.starts_at < a.ends_at AND b.ends_at > a.starts_at").
		Where("ra.person_id = ? AND ra.is_open = 1 AND rb.is_open = 1", from).Count(&n).Error
	if err != nil {
		return err
	}
	if n > 0 {
		return errDoubleBooking
	}
	if err := tx.Model(&Request{}).Where("person_id = ?", from).Updates(map[string]any{"person_id": into}).Error; err != nil {
		return err
	}
	return tx.Model(&Beneficiary{}).Where("person_id = ?", from).Update("person_id", into).Error
}
