package store_test

import (
	"errors"
	"testing"

	"yimi/internal/store"
)

// A bulk load keeps every value as it is, makes the dropped index again, and leaves the database
// as durable and as strict as it was.
func TestBulkKeepsWhatItIsGiven(t *testing.T) {
	t.Parallel()
	eachItems(t, func(t *testing.T, s *store.Store) {
		must(t, s.Tx(t.Context(), func(tx *store.Tx) error { return tx.Exec("CREATE INDEX ix_items_note ON items (cap)").Error }))
		note := `it's "quoted" \ back; 一米`
		const many = 3000
		must(t, s.Bulk(t.Context(), func(b *store.Bulk) error {
			err := b.DropIndexes(t.Context(), "items", "ix_items_note")
			rows := b.Into("items", "id", "code", "taken", "cap", "note", "at")
			for i := range many {
				err = errors.Join(err, rows.Add(i+1, codeOf(i), -i, int64(1000), &note, store.At(s.Now().Time).UnixMilli()))
			}
			err = errors.Join(err, rows.Add(many+1, "null", 0, 0, nil, 0), b.Fill(1, "INSERT INTO items (code, taken, cap, at) SELECT 'derived', MIN(taken), 0, 0 FROM items"))
			return errors.Join(err, b.MakeIndexes(func(string) {}))
		}))
		var same, derived, null int64
		db := s.Read(t.Context())
		must(t, db.Model(&item{}).Where("note = ? AND cap = 1000", note).Count(&same).Error)
		must(t, db.Model(&item{}).Where("note IS NULL AND code = 'null'").Count(&null).Error)
		must(t, db.Model(&item{}).Where("code = 'derived'").Select("taken").Take(&derived).Error)
		if same != many || null != 1 || derived != 1-many {
			t.Errorf("%d rows with the note, %d without, %d derived", same, null, derived)
		}
		exec(t, s, "DROP INDEX ix_items_note"+map[string]string{"mysql": " ON items"}[s.Dialect()]) // it is there
		checkStrict(t, s)
	})
}

func codeOf(i int) string { return string([]rune{'一' + rune(i/50), 'a' + rune(i%50)}) }

func checkStrict(t *testing.T, s *store.Store) {
	t.Helper()
	err := s.Tx(t.Context(), func(tx *store.Tx) error {
		if s.Dialect() == "sqlite" {
			for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "cache_size": "-4000", "temp_store": "2"} {
				var got string
				if err := tx.Raw("PRAGMA " + pragma).Scan(&got).Error; err != nil || got != want {
					t.Errorf("%s is %q, not %q: %v", pragma, got, want, err)
				}
			}
		}
		return tx.Exec("INSERT INTO parts (item_id) VALUES (999999)").Error
	})
	if !store.IsForeignKey(err) {
		t.Errorf("a foreign key is not kept: %v", err)
	}
}

// The first row that the database refuses ends a bulk load with its error.
func TestBulkSaysWhatWasRefused(t *testing.T) {
	t.Parallel()
	eachItems(t, func(t *testing.T, s *store.Store) {
		err := s.Bulk(t.Context(), func(b *store.Bulk) error {
			rows := b.Into("items", "id", "code", "taken", "cap", "at")
			return errors.Join(rows.Add(1, "a", 0, 1, 0), rows.Add(1, "b", 0, 1, 0))
		})
		if err == nil || s.Dialect() == "sqlite" && !store.IsDuplicate(err) { // MariaDB says so at the commit, and not why
			t.Errorf("not refused: %v", err)
		}
	})
}
