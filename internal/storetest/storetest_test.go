package storetest

import (
	"strings"
	"testing"

	"yimi/internal/store"
)

func TestGuardLeavesOtherDatabasesAlone(t *testing.T) {
	t.Parallel()
	if err := guard(newName()); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"", "yimi", "mysql", "yimi_test_", "yimi_test_x", "yimi_prod_" + strings.Repeat("a", 26),
		"yimi_test_" + strings.Repeat("a", 25) + "`", "x" + newName()} {
		if guard(name) == nil {
			t.Errorf("%q may be dropped", name)
		}
		if serverDSN("root@tcp(127.0.0.1:1)/").dropDatabase(name) == nil {
			t.Errorf("%q was dropped", name)
		}
	}
	if _, err := serverDSN("root@tcp(127.0.0.1:1)/yimi").config("x"); err == nil {
		t.Error("a DSN with a database was taken")
	}
}

func TestEachDatabaseIsFreshAndItsOwn(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, s *store.Store) {
		insert := func(tx *store.Tx) error {
			return tx.Exec(`INSERT INTO idempotency_keys (person_id, request_key, operation, body_hash, nonce, status, content_type, body, created_at)
				VALUES (1, 'k', '', '', '', 0, '', x'', 0)`).Error
		}
		if err := s.Tx(t.Context(), insert); err != nil {
			t.Fatal(err)
		}
		Each(t, func(t *testing.T, other *store.Store) {
			if err := other.Tx(t.Context(), insert); err != nil {
				t.Error(err)
			}
			if err := other.Ready(t.Context()); err != nil {
				t.Error(err)
			}
		})
	})
}
