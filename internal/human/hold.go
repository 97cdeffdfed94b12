package human

import (
	"yimi/internal/fault"
	"yimi/internal/scope"
	"yimi/internal/store"
)

// Hold makes the closing of a person's account wait until the transaction ends, so that what
// it writes for the person is there when the account is emptied; a closed account is refused.
func Hold(tx *store.Tx, personID int64) error {
	there, err := HoldIfThere(tx, personID)
	if err == nil && !there {
		err = errPersonGone
	}
	return err
}

// HoldIfThere is Hold that tells whether the account is there, and not closed.
func HoldIfThere(tx *store.Tx, personID int64) (bool, error) {
	res := tx.Table("people").Where("id = ? AND closed_at IS NULL", personID).Update("closed_at", nil)
	return res.RowsAffected == 1, res.Error
}

var errPersonGone = fault.New(fault.NotFound, "not_found", "没有这个人员，或账号已经注销")

// HoldsRole tells whether a person holds any role at the units under the root; it does not end until the
// transaction does.
func HoldsRole(tx *store.Tx, personID int64, root string) (bool, error) {
	if there, err := HoldIfThere(tx, personID); err != nil || !there {
		return false, err
	}
	var n int64
	err := scope.Under(tx.Table("role_grants"), "role_grants.unit_id", []string{root}).Where("role_grants.person_id = ?", personID).Limit(1).Count(&n).Error
	return n > 0, err
}
