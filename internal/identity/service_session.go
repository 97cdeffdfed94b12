package identity

import (
	"context"
	"time"

	"yimi/internal/auth"
	"yimi/internal/store"
)

// signIn opens a session for the person that who finds in the same transaction. network is where a desk login
// came from, else empty.
func (s *Service) signIn(ctx context.Context, network string, who func(tx *store.Tx) (int64, error)) (SignedIn, error) {
	secret := auth.NewSecret()
	var session Session
	err := s.Store.Tx(ctx, func(tx *store.Tx) error {
		personID, err := who(tx)
		if err != nil {
			return err
		}
		session, err = s.openSession(ctx, tx, personID, network, secret)
		return err
	})
	if err != nil {
		return SignedIn{}, err
	}
	return s.issue(session, secret)
}

// openSession finds the session made already, if an earlier run of the
// transaction committed after all.
func (s *Service) openSession(ctx context.Context, tx *store.Tx, personID int64, network, secret string) (Session, error) {
	hash := auth.HashSecret(secret)
	made, err := sessionOfToken(ctx, tx, hash)
	if !store.IsNotFound(err) {
		return made, err
	}
	session, err := insertSession(ctx, tx, personID, network, s.SessionLife)
	if err != nil {
		return session, err
	}
	return session, insertToken(ctx, tx, session.ID, hash)
}

func (s *Service) issue(session Session, secret string) (SignedIn, error) {
	token, expiresAt, err := s.Tokens.Issue(session.PersonID, session.ID)
	return SignedIn{
		PersonID: session.PersonID, SessionID: session.ID, AccessToken: token, RefreshToken: secret,
		ExpiresIn: expiresAt.Sub(s.Store.Now().Time),
	}, err
}

// Refresh trades a refresh token for new tokens, and the session lasts SessionLife from then on. A token works once: one that
// comes a second time may be stolen, so the whole session ends at once, for the
// thief and for the owner, and there is no grace. Of two refreshes that race with
// one token exactly one gets new tokens, and these are of a session that has ended.
func (s *Service) Refresh(ctx context.Context, secret string) (SignedIn, error) {
	next := auth.NewSecret()
	var session Session
	var first bool
	err := s.Store.Tx(ctx, func(tx *store.Tx) (err error) {
		session, first, err = rotate(ctx, tx, auth.HashSecret(secret), auth.HashSecret(next), s.SessionLife)
		if err == nil && !first {
			err = endSession(ctx, tx, session.ID) // and commit that
		}
		return err
	})
	if err == nil && !first {
		err = ErrSessionEnded
	}
	if err != nil {
		return SignedIn{}, err
	}
	return s.issue(session, next)
}

// rotate puts the next token after the old one and tells whether the old one came
// for the first time. Touching the session first makes racing refreshes queue.
func rotate(ctx context.Context, tx *store.Tx, old, next string, life time.Duration) (session Session, first bool, err error) {
	session, err = sessionOfToken(ctx, tx, old)
	if store.IsNotFound(err) {
		return session, false, ErrSessionEnded
	}
	if err != nil {
		return session, false, err
	}
	alive, err := touchSession(ctx, tx, session.ID, life)
	if err == nil && !alive {
		err = ErrSessionEnded
	}
	if err != nil {
		return session, false, err
	}
	err = insertToken(ctx, tx, session.ID, next)
	if store.IsDuplicate(err) { // an earlier run of this transaction committed after all
		return session, true, nil
	}
	if err != nil {
		return session, false, err
	}
	if first, err = useToken(ctx, tx, old); err != nil {
		return session, false, err
	}
	return session, first, forgetTokens(ctx, tx, session.ID, store.At(tx.Now.Add(-max(life, usedTokensKept))))
}

// Logout ends the actor's session at once. A second time does nothing.
func (s *Service) Logout(ctx context.Context) error {
	return s.Store.Tx(ctx, func(tx *store.Tx) error { return endSession(ctx, tx, auth.From(ctx).SessionID) })
}

// PruneSessions deletes the sessions that ran out before the instant, with their
// tokens, and says how many they were.
func (s *Service) PruneSessions(ctx context.Context, before store.Time) (total int, err error) {
	for {
		var n int
		err := s.Store.Tx(ctx, func(tx *store.Tx) (err error) {
			n, err = pruneSessions(ctx, tx, before)
			return err
		})
		total += n
		if err != nil || n < pruneBatch {
			return total, err
		}
	}
}
