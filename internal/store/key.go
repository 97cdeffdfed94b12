package store

import (
	"context"
	"crypto/rand"
	"errors"
	"sync/atomic"

	"gorm.io/gorm"
)

// Key is one request's Idempotency-Key. The first Tx under a context that carries
// it inserts its row together with the effect, so that a crash at any moment
// leaves both or neither. One Key serves one request.
type Key struct {
	PersonID  int64
	Key       string // as the client sent it, at most 128 characters
	Operation string // the operationId
	BodyHash  string // of the request's body, at most 64 characters

	nonce string // tells this request's row from another's after a lost COMMIT
	used  uint32 // 1 after the insert has committed
}

// Used reports whether the key's row was committed, so that an answer can be saved.
func (k *Key) Used() bool { return k != nil && atomic.LoadUint32(&k.used) == 1 }

func (k *Key) markUsed() {
	if k != nil {
		atomic.StoreUint32(&k.used, 1)
	}
}

// Answer is what was said to the first request with a key.
type Answer struct {
	Operation   string
	BodyHash    string
	Status      int // 0: the effect is committed and the answer not yet saved
	ContentType string
	Body        []byte
	CreatedAt   Time
}

// IdempotencyKey is the row of a Key and its answer.
type idempotencyKey struct {
	ID          int64
	PersonID    int64
	RequestKey  string
	Operation   string
	BodyHash    string
	Nonce       string
	Status      int
	ContentType string
	Body        []byte
	CreatedAt   Time
}

// TableName names the table for the unexported struct.
func (idempotencyKey) TableName() string { return "idempotency_keys" }

type keyInContext struct{}

// WithKey makes the first Tx under the context insert k.
func WithKey(ctx context.Context, k *Key) context.Context {
	if k.nonce == "" {
		k.nonce = rand.Text()
	}
	return context.WithValue(ctx, keyInContext{}, k)
}

// WithoutKey is a context whose Tx does not insert the request's key: for what is written on the
// way to the deed, which a replay must not take for it.
func WithoutKey(ctx context.Context) context.Context {
	return context.WithValue(ctx, keyInContext{}, (*Key)(nil))
}

// unusedKey is the context's key if its row is still to be inserted.
func unusedKey(ctx context.Context) *Key {
	k, _ := ctx.Value(keyInContext{}).(*Key)
	if k == nil || k.Used() {
		return nil
	}
	return k
}

func insertKey(tx *Tx, k *Key) error {
	return tx.Create(&idempotencyKey{PersonID: k.PersonID, RequestKey: k.Key, Operation: k.Operation,
		BodyHash: k.BodyHash, Nonce: k.nonce, Body: []byte{}, CreatedAt: tx.Now}).Error
}

// ownsKey reports whether the row that is there was inserted by this very request.
func ownsKey(tx *Tx, k *Key) bool {
	row, err := findKey(tx.DB, *k)
	return err == nil && row.Nonce == k.nonce
}

func findKey(db *gorm.DB, k Key) (row idempotencyKey, err error) {
	err = db.Where("person_id = ? AND request_key = ?", k.PersonID, k.Key).Take(&row).Error
	return row, err
}

// Answered gives what is known of the key: nil if nothing is.
func (s *Store) Answered(ctx context.Context, k Key) (*Answer, error) {
	row, err := findKey(s.Read(ctx), k)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &Answer{Operation: row.Operation, BodyHash: row.BodyHash, Status: row.Status,
		ContentType: row.ContentType, Body: row.Body, CreatedAt: row.CreatedAt}, nil
}

// SaveAnswer keeps the answer for replays. It does nothing when the key's row is
// not there (the request was refused, so its effect and its key were rolled back)
// or has an answer already.
func (s *Store) SaveAnswer(ctx context.Context, k Key, status int, contentType string, body []byte) error {
	if body == nil {
		body = []byte{} // NULL is not an empty answer
	}
	return s.Tx(WithoutKey(ctx), func(tx *Tx) error {
		return tx.Model(&idempotencyKey{}).
			Where("person_id = ? AND request_key = ? AND status = 0", k.PersonID, k.Key).
			Updates(map[string]any{"status": status, "content_type": contentType, "body": body}).Error
	})
}

// pruneBatch bounds how long one prune holds the writer.
const pruneBatch = 500

// PruneKeys deletes the keys older than the instant and says how many they were.
func (s *Store) PruneKeys(ctx context.Context, olderThan Time) (total int64, err error) {
	for {
		var n int64
		err := s.Tx(WithoutKey(ctx), func(tx *Tx) (err error) {
			n, err = DeleteSome(tx, &idempotencyKey{}, tx.Where("created_at < ?", olderThan).Order("created_at").Limit(pruneBatch))
			return err
		})
		total += n
		if err != nil || n < pruneBatch {
			return total, err
		}
	}
}

// LoseAnswers empties the answers kept for a person's replays, so that none repeats what the person may not know any
// more. The keys stay: nothing is done twice.
func LoseAnswers(tx *Tx, personID int64) error {
	return tx.Model(&idempotencyKey{}).Where("person_id = ? AND status <> 0", personID).Updates(map[string]any{"status": 0, "body": []byte{}}).Error
}

// ForgetKeys deletes the answers kept for a person's replays: they repeat what the person wrote.
func (s *Store) ForgetKeys(ctx context.Context, personID int64) error {
	return s.Tx(WithoutKey(ctx), func(tx *Tx) error {
		return tx.Where("person_id = ?", personID).Delete(&idempotencyKey{}).Error
	})
}
