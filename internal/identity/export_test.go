package identity

import (
	"context"
	"sync/atomic"

	"yimi/internal/auth"
	"yimi/internal/store"
)

// CountDummies counts the dummy verifications from now on.
func (s *Service) CountDummies() *atomic.Int64 {
	var n atomic.Int64
	genuine := s.verifyDummy
	s.verifyDummy = func(ctx context.Context, password string) error {
		n.Add(1)
		return genuine(ctx, password)
	}
	return &n
}

// SkipDummies makes them cost nothing, where only the counting matters.
func (s *Service) SkipDummies() {
	s.verifyDummy = func(context.Context, string) error { return nil }
}

// RotateTwice runs the transaction of one refresh twice, as after a COMMIT whose
// reply was lost, and gives what the second run says.
func (s *Service) RotateTwice(ctx context.Context, secret, next string) (first bool, err error) {
	for range 2 {
		err = s.Store.Tx(ctx, func(tx *store.Tx) (err error) {
			_, first, err = rotate(ctx, tx, auth.HashSecret(secret), auth.HashSecret(next), s.SessionLife)
			return err
		})
		if err != nil {
			return false, err
		}
	}
	return first, nil
}

// WithCheckDigit completes a resident card's first seventeen digits.
func WithCheckDigit(body string) string { return body + string(checkDigit(body)) }
