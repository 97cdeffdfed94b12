package request

import (
	"hash/fnv"
	"slices"
	"time"

	"gorm.io/gorm"

	"yimi/internal/catalogue"
	"yimi/internal/human"
	"yimi/internal/store"
)

// stripes are the rows on which those wait who book for one beneficiary, or by one human's accounts.
const stripes = 512

// mayBook refuses a slot for whom the request is for, if they are somewhere else then or, for one more, have as
// many times to come as the settings allow. Until the transaction ends nobody else books for them, or by their accounts.
func (s *Service) mayBook(tx *store.Tx, l *Line, t *catalogue.Line, from time.Time, more bool) error {
	who, err := behind(tx.DB, l)
	if err != nil {
		return err
	}
	turns := []int64{stripeOf(l.BeneficiaryName)}
	if len(who.Accounts) > 0 {
		turns = append(turns, slices.Min(who.Accounts)%stripes)
	}
	slices.Sort(turns)
	if err := takeTurns(tx, slices.Compact(turns)); err != nil {
		return err
	}
	return s.couldBook(tx.DB, l, t, who, tx.Now, from, more)
}

// couldBook is mayBook as it looks now.
func (s *Service) couldBook(db *gorm.DB, l *Line, t *catalogue.Line, who human.Human, now store.Time, from time.Time, more bool) error {
	h, err := s.data.household(db, l, who, now)
	if err != nil {
		return err
	}
	if more {
		if err := h.room(l, s.limitsOf(l, now.Time)); err != nil {
			return err
		}
	}
	return h.free(l, from, from.Add(time.Duration(t.LengthMinutes)*time.Minute))
}

// behind is who asks; nobody for a caller.
func behind(db *gorm.DB, l *Line) (human.Human, error) {
	if l.PersonID == nil {
		return human.Human{}, nil
	}
	return human.Of(db, *l.PersonID)
}

func stripeOf(name string) int64 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name)) // never fails
	return int64(h.Sum32() % stripes)
}
