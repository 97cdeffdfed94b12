package request

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"time"

	"gorm.io/gorm"

	"yimi/internal/store"
)

// newNumber is a number to be read out on the phone: the day, and six digits by chance.
func newNumber(now time.Time) string {
	n, _ := rand.Int(rand.Reader, big.NewInt(1_000_000)) // never fails: crypto/rand
	return now.In(store.Shanghai).Format("20060102") + fmt.Sprintf("-%06d", n)
}

// numbers is how often a random number is tried before the request is given up.
const numbers = 8

// insert writes a request under a number that nobody has.
func (s shelf) insert(tx *store.Tx, r *Request, d details) (err error) {
	r.CreatedAt, r.StateSince, r.IsOpen = tx.Now, tx.Now, 1
	r.PersonKey, r.BeneficiaryKey = NameKey(r.PersonName), NameKey(r.BeneficiaryName)
	for range numbers {
		r.ID, r.Number = 0, newNumber(tx.Now.Time)
		s.sealDetails(r, d)
		if err = tx.Create(r).Error; !store.IsDuplicate(err) {
			return err
		}
	}
	return err
}

// saveAsked writes what a Patch may have changed of a request that is held.
func (s shelf) saveAsked(tx *store.Tx, l *Line) error {
	s.sealDetails(&l.Request, l.details)
	return tx.Model(&Request{}).Where("id = ?", l.ID).
		Select("way", "urgency", "urgency_rank", "guardian", "health_by", "health_way", "wanted_provider", "wanted_starts_at", "sealed").
		Updates(&l.Request).Error
}

// hasSlot tells whether the slot is taken by a request of the person's own.
func hasSlot(db *gorm.DB, personID int64, slot SlotWish) (bool, error) {
	var n int64
	err := db.Table("bookings").Joins("JOIN requests ON requests.id = bookings.request_id").
		Where("bookings.provider_id = ? AND bookings.live = 1 AND bookings.starts_at = ?", slot.ProviderID, store.At(slot.StartsAt)).
		Where("(requests.person_id = ? OR requests.filed_by = ?)", personID, personID).Limit(1).Count(&n).Error
	return n > 0, err
}
