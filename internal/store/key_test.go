package store_test

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"yimi/internal/store"
	"yimi/internal/storetest"
)

func newKey() *store.Key {
	return &store.Key{PersonID: 7, Key: "k-1", Operation: "signUp", BodyHash: "abc"}
}

func TestKeyIsInsertedWithTheEffect(t *testing.T) {
	t.Parallel()
	eachItems(t, func(t *testing.T, s *store.Store) {
		k := newKey()
		ctx := store.WithKey(t.Context(), k)
		if a, err := s.Answered(ctx, *k); a != nil || err != nil {
			t.Fatalf("before: %v, %v", a, err)
		}
		must(t, s.Tx(ctx, func(tx *store.Tx) error { return tx.Create(&item{Code: "a"}).Error }))
		must(t, s.Tx(ctx, func(tx *store.Tx) error { return tx.Create(&item{Code: "b"}).Error })) // the same request goes on
		a, err := s.Answered(ctx, *k)
		if err != nil || a == nil || a.Status != 0 || a.Operation != "signUp" || a.BodyHash != "abc" || len(a.Body) != 0 || !k.Used() {
			t.Fatalf("after the effect: %+v, %v, used %v", a, err, k.Used())
		}
		body := []byte(`{"id":1,"说":"好🙂"}` + "\x00\xff")
		must(t, s.SaveAnswer(ctx, *k, 201, "application/json", body))
		must(t, s.SaveAnswer(ctx, *k, 500, "text/plain", nil)) // the first answer stays
		a, err = s.Answered(ctx, *k)
		if err != nil || a.Status != 201 || string(a.Body) != string(body) || a.ContentType != "application/json" {
			t.Errorf("the answer: %+v, %v", a, err)
		}
	})
}

func TestTakenKeyHasNoEffect(t *testing.T) {
	t.Parallel()
	eachItems(t, func(t *testing.T, s *store.Store) {
		must(t, s.Tx(store.WithKey(t.Context(), newKey()), func(tx *store.Tx) error { return tx.Create(&item{Code: "a"}).Error }))
		again := newKey()
		ran := false
		err := s.Tx(store.WithKey(t.Context(), again), func(*store.Tx) error { ran = true; return nil })
		if !errors.Is(err, store.ErrKeyTaken) || ran || again.Used() {
			t.Errorf("the second request: %v, ran %v, used %v", err, ran, again.Used())
		}
		for _, other := range []*store.Key{{PersonID: 8, Key: "k-1"}, {PersonID: 7, Key: "K-1"}} {
			if a, err := s.Answered(t.Context(), *other); a != nil || err != nil {
				t.Errorf("another's key gave an answer: %+v, %v", a, err)
			}
			must(t, s.SaveAnswer(t.Context(), *other, 200, "text/plain", []byte("not yours")))
			must(t, s.Tx(store.WithKey(t.Context(), other), func(*store.Tx) error { return nil }))
		}
		if a, err := s.Answered(t.Context(), *again); err != nil || a == nil || a.Status != 0 {
			t.Errorf("another's answer was saved here: %+v, %v", a, err)
		}
	})
}

func TestRefusedEffectKeepsNoKey(t *testing.T) {
	t.Parallel()
	eachItems(t, func(t *testing.T, s *store.Store) {
		k := newKey()
		ctx := store.WithKey(t.Context(), k)
		errNo := errors.New("full")
		if err := s.Tx(ctx, func(*store.Tx) error { return errNo }); !errors.Is(err, errNo) || k.Used() {
			t.Fatalf("got %v, used %v", err, k.Used())
		}
		must(t, s.SaveAnswer(ctx, *k, 409, "application/json", []byte("{}")))
		if a, err := s.Answered(ctx, *k); a != nil || err != nil {
			t.Errorf("a refusal was kept: %+v, %v", a, err)
		}
		must(t, s.Tx(ctx, func(tx *store.Tx) error { return tx.Create(&item{Code: "a"}).Error }))
	})
}

func TestRetryInsertsTheKeyAgain(t *testing.T) {
	t.Parallel()
	eachItems(t, func(t *testing.T, s *store.Store) {
		k := newKey()
		runs := 0
		must(t, s.Tx(store.WithKey(t.Context(), k), func(tx *store.Tx) error {
			if runs++; runs < 3 {
				return &mysql.MySQLError{Number: 1213}
			}
			return tx.Create(&item{Code: "a"}).Error
		}))
		if n := count(t, s, "idempotency_keys"); runs != 3 || n != 1 || !k.Used() {
			t.Errorf("%d runs, %d keys, used %v", runs, n, k.Used())
		}
	})
}

func TestRacingRequestsWithOneKeyActOnce(t *testing.T) {
	t.Parallel()
	eachItems(t, func(t *testing.T, s *store.Store) {
		i := add(t, s, item{Code: "a", Cap: 100})
		var won, taken atomic.Int64
		race(16, func(int) {
			err := s.Tx(store.WithKey(t.Context(), newKey()), func(tx *store.Tx) error { return take(tx, i.ID) })
			switch {
			case err == nil:
				won.Add(1)
			case errors.Is(err, store.ErrKeyTaken):
				taken.Add(1)
			default:
				t.Error(err)
			}
		})
		if won.Load() != 1 || taken.Load() != 15 || get(t, s, i.ID).Taken != 1 {
			t.Errorf("%d won, %d refused, effect %d times", won.Load(), taken.Load(), get(t, s, i.ID).Taken)
		}
	})
}

// TestLostCommitReplyIsFoundOut: the server commits and the reply gets lost. The
// next attempt meets the key's row, knows it as its own, and reports success.
func TestLostCommitReplyIsFoundOut(t *testing.T) {
	t.Parallel()
	eachItems(t, func(t *testing.T, s *store.Store) {
		store.LoseCommitReplies(s, 1)
		k := newKey()
		runs := 0
		err := s.Tx(store.WithKey(t.Context(), k), func(tx *store.Tx) error {
			runs++
			return tx.Create(&item{Code: fmt.Sprint(runs)}).Error
		})
		if n := count(t, s, "items"); err != nil || runs != 1 || n != 1 || !k.Used() {
			t.Errorf("%v, %d runs, %d rows, used %v", err, runs, n, k.Used())
		}
	})
}

// TestLostCommitThatAnotherOvertook: the COMMIT never happened, and before the
// second attempt another request took the key. That row is not ours.
func TestLostCommitThatAnotherOvertook(t *testing.T) {
	t.Parallel()
	s := storetest.OpenMySQL(t)
	k := newKey()
	runs := 0
	err := s.Tx(store.WithKey(t.Context(), k), func(tx *store.Tx) error {
		runs++
		var id int64
		must(t, tx.Raw("SELECT CONNECTION_ID()").Scan(&id).Error)
		exec(t, s, "KILL CONNECTION ?", id)
		return s.Tx(store.WithKey(t.Context(), newKey()), func(*store.Tx) error { return nil })
	})
	if !errors.Is(err, store.ErrKeyTaken) || runs != 1 || k.Used() {
		t.Errorf("%v, %d runs, used %v", err, runs, k.Used())
	}
}

// Without a key the function runs again: its own unique row must tell it.
func TestLostCommitReplyWithoutKeyRunsAgain(t *testing.T) {
	t.Parallel()
	eachItems(t, func(t *testing.T, s *store.Store) {
		store.LoseCommitReplies(s, 1)
		already := false
		must(t, s.Tx(t.Context(), func(tx *store.Tx) error {
			err := tx.Create(&item{Code: "sign-up 1"}).Error
			already = store.IsDuplicate(err)
			if already {
				return nil
			}
			return err
		}))
		if n := count(t, s, "items"); !already || n != 1 {
			t.Errorf("already %v, %d rows", already, n)
		}
	})
}

func TestPruneKeys(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		now := s.Now()
		must(t, s.Tx(t.Context(), func(tx *store.Tx) error {
			for n := range 1100 { // more than two batches
				err := tx.Exec(`INSERT INTO idempotency_keys (person_id, request_key, operation, body_hash, nonce, status, content_type, body, created_at)
					VALUES (?, 'k', 'o', 'h', 'n', 200, 't', x'', ?)`, n, now.Add(-time.Hour).UnixMilli()).Error
				if err != nil {
					return err
				}
			}
			return nil
		}))
		must(t, s.Tx(store.WithKey(t.Context(), newKey()), func(*store.Tx) error { return nil }))
		n, err := s.PruneKeys(t.Context(), store.At(now.Add(-time.Minute)))
		if err != nil || n != 1100 || count(t, s, "idempotency_keys") != 1 {
			t.Errorf("pruned %d, %v; %d left", n, err, count(t, s, "idempotency_keys"))
		}
	})
}
