package outbox

import (
	"context"

	"gorm.io/gorm"

	"yimi/internal/store"
)

// Forget deletes all notices and accepts of a person whose account is closed.
func (s *Service) Forget(ctx context.Context, personID int64) error {
	if _, err := s.deleteSome(ctx, 0, func(db *gorm.DB) *gorm.DB { return db.Where("person_id = ?", personID) }); err != nil {
		return err
	}
	return s.Store.Tx(ctx, func(tx *store.Tx) error {
		return tx.Where("person_id = ?", personID).Delete(&credit{}).Error
	})
}

// Prune deletes notices from before the instant, in small batches, at most so many batches
// (0: all), and those that came for closed accounts; it says how many. What is on its way waits.
func (s *Service) Prune(ctx context.Context, before store.Time, batches int) (int64, error) {
	return s.deleteSome(ctx, batches, func(db *gorm.DB) *gorm.DB {
		return db.Where("created_at < ? AND delivery NOT IN ?", before, []Delivery{Waiting, Sending}).Order("created_at")
	})
}

// PruneClosed deletes what people were told after they had closed their accounts.
func (s *Service) PruneClosed(ctx context.Context) (int64, error) {
	return s.deleteSome(ctx, 1, func(db *gorm.DB) *gorm.DB {
		return db.Where("person_id IN (SELECT id FROM people WHERE forgotten_at > 0)")
	})
}

// deleteSome deletes the notices that which selects, a batch in each transaction.
func (s *Service) deleteSome(ctx context.Context, batches int, which func(*gorm.DB) *gorm.DB) (total int64, err error) {
	for n := 1; ; n++ {
		var gone int64
		err := s.Store.Tx(ctx, func(tx *store.Tx) (err error) {
			gone, err = store.DeleteSome(tx, &Notice{}, which(tx.DB).Limit(batch))
			return err
		})
		total += gone
		if err != nil || gone < batch || n == batches {
			return total, err
		}
	}
}
