package booking

import (
	"context"

	"yimi/internal/store"
)

// Forget deletes the weekly hours, exceptions and calendar feed of a person whose account is closed;
// that they gave a service at a time stays with the service.
func (s *Service) Forget(ctx context.Context, personID int64) error {
	return s.db.Tx(ctx, func(tx *store.Tx) error {
		if err := setSpans(tx, personID, nil); err != nil {
			return err
		}
		if err := setServices(tx, personID, nil); err != nil {
			return err
		}
		if err := tx.Where("provider_id = ?", personID).Delete(&Exception{}).Error; err != nil {
			return err
		}
		return endProvider(tx, personID)
	})
}
