package outbox

import (
	"context"

	"yimi/internal/store"
)

// Tell writes notices in the caller's transaction.
func Tell(tx *store.Tx, notices ...Notice) error {
	if len(notices) == 0 {
		return nil
	}
	return insert(tx, notices)
}

// Service reads notices.
type Service struct{ db *store.Store }

// NewService makes the service.
func NewService(db *store.Store) *Service { return &Service{db} }

// Of lists a person's notices, newest first, below the given id (0 for the newest).
func (s *Service) Of(ctx context.Context, personID, before int64, limit int) ([]Notice, error) {
	return noticesOf(s.db.Read(ctx), personID, before, limit)
}

// Unread counts a person's unread notices.
func (s *Service) Unread(ctx context.Context, personID int64) (int64, error) {
	return countUnread(s.db.Read(ctx), personID)
}

// Read marks all of a person's notices up to one as read.
func (s *Service) Read(ctx context.Context, personID, upTo int64) error {
	return s.db.Tx(ctx, func(tx *store.Tx) error { return setRead(tx, personID, upTo) })
}
