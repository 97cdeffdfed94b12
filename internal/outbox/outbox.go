// Package outbox holds what people are to be told. A notice is written in the
// transaction of what happened, so neither exists without the other.
package outbox

import (
	"context"

	"yimi/internal/store"
)

// Kind says what a notice is about.
type Kind string

// The kinds of notices.
const (
	SignupConfirmed   Kind = "signup_confirmed"
	SignupRejected    Kind = "signup_rejected"
	SignupOffered     Kind = "signup_offered"
	SignupLapsed      Kind = "signup_lapsed"
	SignupCancelled   Kind = "signup_cancelled"
	ActivityChanged   Kind = "activity_changed"
	ActivityCancelled Kind = "activity_cancelled"
	HoursCredited     Kind = "hours_credited"
)

// Notice is one message to one person in the app.
type Notice struct {
	ID         int64
	PersonID   int64
	Kind       Kind
	Event      string // one notice for each person and event
	Title      string
	Body       string
	SignupID   *int64
	ActivityID *int64
	ReadAt     *store.Time
	CreatedAt  store.Time
}

// Tell writes notices in the caller's transaction.
func Tell(tx *store.Tx, notices ...Notice) error {
	if len(notices) == 0 {
		return nil
	}
	for i := range notices {
		notices[i].CreatedAt = tx.Now
	}
	return tx.CreateInBatches(&notices, 200).Error
}

// Service reads notices.
type Service struct{ db *store.Store }

// NewService makes the service.
func NewService(db *store.Store) *Service { return &Service{db} }

// Of lists a person's notices, newest first, below the given id (0 for the newest).
func (s *Service) Of(ctx context.Context, personID, before int64, limit int) (out []Notice, err error) {
	q := s.db.Read(ctx).Where("person_id = ?", personID)
	if before != 0 {
		q = q.Where("id < ?", before)
	}
	err = q.Order("id DESC").Limit(limit).Find(&out).Error
	return out, err
}

// Unread counts a person's unread notices.
func (s *Service) Unread(ctx context.Context, personID int64) (n int64, err error) {
	err = s.db.Read(ctx).Model(&Notice{}).Where("person_id = ? AND read_at IS NULL", personID).Count(&n).Error
	return n, err
}

// Read marks all of a person's notices up to one as read.
func (s *Service) Read(ctx context.Context, personID, upTo int64) error {
	return s.db.Tx(ctx, func(tx *store.Tx) error {
		return tx.Model(&Notice{}).Where("person_id = ? AND read_at IS NULL AND id <= ?", personID, upTo).
			Update("read_at", tx.Now).Error
	})
}
