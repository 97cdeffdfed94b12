package request

import (
	"gorm.io/gorm"

	"yimi/internal/store"
)

func insertReferral(tx *store.Tx, r *Referral) error {
	r.ID, r.CreatedAt = 0, tx.Now
	return tx.Create(r).Error
}

// lastReferral gives the request's last referral; nil if there is none.
func lastReferral(db *gorm.DB, id int64) (*Referral, error) {
	var out []Referral
	err := db.Table("request_referrals").Select("request_referrals.*, COALESCE(units.name, request_referrals.organisation) AS to_name, COALESCE(people.name, '') AS by_name").
		Joins("LEFT JOIN units ON units.id = request_referrals.to_unit_id").
		Joins("LEFT JOIN people ON people.id = request_referrals.referred_by").
		Where("request_referrals.request_id = ?", id).Order("request_referrals.id DESC").Limit(1).Find(&out).Error
	if err != nil || len(out) == 0 {
		return nil, err
	}
	return &out[0], nil
}
