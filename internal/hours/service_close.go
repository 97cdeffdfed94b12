package hours

import (
	"context"

	"yimi/internal/store"
)

// Forget deletes what a person whose account is closed wrote about entries, and what was answered;
// a doubt that is open ends. The ledger, its chains and every total stay as they are.
func (s *Service) Forget(ctx context.Context, personID int64) error {
	return s.db.Tx(ctx, func(tx *store.Tx) error { return forgetDisputes(tx, personID) })
}
