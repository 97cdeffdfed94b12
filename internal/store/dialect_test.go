package store_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"yimi/internal/store"
)

// These tests are the table of what differs between the databases, and of what
// this project does so that it does not matter.

func TestTimeKeepsTheMillisecond(t *testing.T) {
	t.Parallel()
	eachItems(t, func(t *testing.T, s *store.Store) {
		shanghai := time.FixedZone("CST", 8*3600)
		for _, want := range []time.Time{
			time.Date(2026, 11, 23, 8, 30, 0, 123_456_789, shanghai),
			time.Date(1938, 2, 1, 0, 0, 0, 1_000_000, time.UTC), // a birth before 1970
			time.UnixMilli(0),
			{},
		} {
			i := add(t, s, item{Code: want.Format("060102150405"), At: store.At(want)})
			got := get(t, s, i.ID).At
			if !got.Equal(want.Truncate(time.Millisecond)) || got.Location() != time.UTC {
				t.Errorf("%v came back as %v", want, got)
			}
		}
	})
}

func TestGORMFillsNoTimeByItself(t *testing.T) {
	t.Parallel()
	type stamped struct {
		ID        int64
		Note      string
		CreatedAt store.Time
		UpdatedAt store.Time
	}
	eachItems(t, func(t *testing.T, s *store.Store) {
		make1(t, s, ddl{
			sqlite: `CREATE TABLE stampeds (id INTEGER PRIMARY KEY, note TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT`,
			mysql:  `CREATE TABLE stampeds (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, note TEXT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL)`,
		})
		then := store.At(time.Date(2020, 1, 2, 3, 4, 5, 6e6, time.UTC))
		row := stamped{CreatedAt: then, UpdatedAt: then}
		must(t, try(t, s, func(tx *store.Tx) error { return tx.Create(&row).Error }))
		must(t, try(t, s, func(tx *store.Tx) error { return tx.Model(&row).Update("note", "new").Error }))
		var got stamped
		must(t, s.Read(t.Context()).Take(&got, row.ID).Error)
		if got.Note != "new" || !got.CreatedAt.Equal(then.Time) || !got.UpdatedAt.Equal(then.Time) {
			t.Errorf("got %+v, want both times %v", got, then)
		}
	})
}

func TestTextRoundTrip(t *testing.T) {
	t.Parallel()
	eachItems(t, func(t *testing.T, s *store.Store) {
		for n, want := range []string{"一米🧓🏻👩‍👧", "𠮷野家 㐀", "مرحبا \u200fשלום", "a'b\"c\\d`e%_\n\t\x00z", "", "ends in a space "} {
			i := add(t, s, item{Code: string(rune('a' + n)), Note: &want})
			if got := get(t, s, i.ID).Note; got == nil || *got != want {
				t.Errorf("%q came back as %v", want, got)
			}
		}
	})
}

func TestCodesAreCaseSensitive(t *testing.T) {
	t.Parallel()
	eachItems(t, func(t *testing.T, s *store.Store) {
		for _, code := range []string{"abc", "ABC", "äbc"} { // three rows under one unique key
			add(t, s, item{Code: code})
		}
		var found []item
		must(t, s.Read(t.Context()).Where("code = ?", "ABC").Find(&found).Error)
		if len(found) != 1 || found[0].Code != "ABC" {
			t.Errorf("found %+v", found)
		}
	})
}

// A fact to live with: utf8mb4_bin pads. So what goes into a unique text is trimmed before.
func TestSpacesAtTheEndDifferOnlyOnSQLite(t *testing.T) {
	t.Parallel()
	eachItems(t, func(t *testing.T, s *store.Store) {
		add(t, s, item{Code: "abc"})
		err := try(t, s, func(tx *store.Tx) error { return tx.Create(&item{Code: "abc "}).Error })
		if store.IsDuplicate(err) != (s.Dialect() == "mysql") {
			t.Errorf("on %s: %v", s.Dialect(), err)
		}
	})
}

func TestTextSortsByCodePoint(t *testing.T) {
	t.Parallel()
	eachItems(t, func(t *testing.T, s *store.Store) {
		want := []string{"B", "a", "z", "ä", "一", "𠮷"}
		for _, code := range []string{"𠮷", "z", "一", "a", "ä", "B"} {
			add(t, s, item{Code: code})
		}
		var got []string
		must(t, s.Read(t.Context()).Model(&item{}).Order("code").Pluck("code", &got).Error)
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

func TestRowsAffectedCountsRowsFound(t *testing.T) {
	t.Parallel()
	eachItems(t, func(t *testing.T, s *store.Store) {
		i := add(t, s, item{Code: "a", Cap: 5})
		if n := exec(t, s, "UPDATE items SET cap = 5 WHERE id = ?", i.ID); n != 1 {
			t.Errorf("an update that changes nothing: %d rows, want the 1 found", n)
		}
		if n := exec(t, s, "UPDATE items SET taken = taken + 1 WHERE id = ? AND taken < ?", i.ID, 0); n != 0 {
			t.Errorf("a condition that does not hold: %d rows, want 0", n)
		}
	})
}

func TestUpdatesOfAStructSkipsZeroValues(t *testing.T) {
	t.Parallel()
	eachItems(t, func(t *testing.T, s *store.Store) {
		i := add(t, s, item{Code: "a", Taken: 3, Cap: 5})
		update := func(values any) item {
			must(t, try(t, s, func(tx *store.Tx) error { return tx.Model(&item{ID: i.ID}).Updates(values).Error }))
			return get(t, s, i.ID)
		}
		if got := update(item{Taken: 0, Cap: 4}); got.Taken != 3 || got.Cap != 4 {
			t.Errorf("a struct: %+v; GORM has changed its habit", got)
		}
		if got := update(map[string]any{"taken": 0}); got.Taken != 0 {
			t.Errorf("a map: %+v", got)
		}
		must(t, try(t, s, func(tx *store.Tx) error {
			_, err := gorm.G[item](tx.DB).Where("id = ?", i.ID).
				Set(clause.Assignment{Column: clause.Column{Name: "cap"}, Value: 0}).Update(t.Context())
			return err
		}))
		if got := get(t, s, i.ID); got.Cap != 0 {
			t.Errorf("an assignment: %+v", got)
		}
	})
}

func TestErrorClasses(t *testing.T) {
	t.Parallel()
	eachItems(t, func(t *testing.T, s *store.Store) {
		i := add(t, s, item{Code: "13800138000"})
		p := part{ItemID: i.ID}
		must(t, try(t, s, func(tx *store.Tx) error { return tx.Create(&p).Error }))
		long := strings.Repeat("长", 17)
		for name, c := range map[string]struct {
			class error
			do    func(tx *store.Tx) error
		}{
			"unique":           {store.ErrDuplicate, func(tx *store.Tx) error { return tx.Create(&item{Code: "13800138000"}).Error }},
			"primary key":      {store.ErrDuplicate, func(tx *store.Tx) error { return tx.Create(&item{ID: i.ID, Code: "b"}).Error }},
			"no parent":        {store.ErrForeignKey, func(tx *store.Tx) error { return tx.Create(&part{ItemID: 999}).Error }},
			"still a child":    {store.ErrForeignKey, func(tx *store.Tx) error { return tx.Delete(&item{ID: i.ID}).Error }},
			"check of a table": {store.ErrCheck, func(tx *store.Tx) error { return tx.Create(&item{Code: "b", Taken: 2, Cap: 1}).Error }},
			"out of range":     {store.ErrCheck, func(tx *store.Tx) error { return tx.Create(&item{Code: "b", Cap: 1001}).Error }},
			"too long":         {store.ErrCheck, func(tx *store.Tx) error { return tx.Create(&item{Code: long}).Error }},
			"null":             {store.ErrCheck, func(tx *store.Tx) error { return tx.Exec("UPDATE items SET cap = NULL").Error }},
			"not a number":     {store.ErrCheck, func(tx *store.Tx) error { return tx.Exec("UPDATE items SET cap = 'many'").Error }},
		} {
			err := try(t, s, c.do)
			if !errors.Is(err, c.class) {
				t.Errorf("%s: %v", name, err)
			}
			if is := []bool{store.IsDuplicate(err), store.IsForeignKey(err), store.IsCheck(err)}; slices.Index(is, true) !=
				slices.Index([]error{store.ErrDuplicate, store.ErrForeignKey, store.ErrCheck}, c.class) {
				t.Errorf("%s: duplicate, foreign key, check are %v", name, is)
			}
			if err != nil && strings.Contains(err.Error(), "13800138000") {
				t.Errorf("%s: the text shows the value: %v", name, err)
			}
		}
		if err := s.Read(t.Context()).Take(&item{}, 999).Error; !store.IsNotFound(err) || store.IsDuplicate(err) {
			t.Errorf("a missing row: %v", err)
		}
		if count(t, s, "items") != 1 || count(t, s, "parts") != 1 {
			t.Error("a refused statement left something behind")
		}
	})
}

// MySQL refuses a number that its column cannot hold; SQLite has one size, which Go's int64 cannot pass.
func TestSumThatOverflowsIsRefused(t *testing.T) {
	t.Parallel()
	eachItems(t, func(t *testing.T, s *store.Store) {
		make1(t, s, ddl{
			sqlite: `CREATE TABLE bigs (id INTEGER PRIMARY KEY, n INTEGER NOT NULL) STRICT`,
			mysql:  `CREATE TABLE bigs (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, n BIGINT NOT NULL)`,
		})
		exec(t, s, "INSERT INTO bigs (n) VALUES (9223372036854775807)")
		if err := try(t, s, func(tx *store.Tx) error { return tx.Exec("UPDATE bigs SET n = n + 1").Error }); !store.IsCheck(err) {
			t.Errorf("n + 1 over the largest: %v", err)
		}
	})
}

func TestTransactionGoesOnAfterADuplicate(t *testing.T) {
	t.Parallel()
	eachItems(t, func(t *testing.T, s *store.Store) {
		add(t, s, item{Code: "a"})
		must(t, try(t, s, func(tx *store.Tx) error {
			if err := tx.Create(&item{Code: "a"}).Error; !store.IsDuplicate(err) {
				t.Errorf("the duplicate: %v", err)
			}
			return tx.Create(&item{Code: "b"}).Error
		}))
		if n := count(t, s, "items"); n != 2 {
			t.Errorf("%d rows, want 2", n)
		}
	})
}

// A fact to live with, and the reason why FOR UPDATE guards nothing here.
func TestForUpdateVanishesOnSQLite(t *testing.T) {
	t.Parallel()
	eachItems(t, func(t *testing.T, s *store.Store) {
		sql := s.Read(t.Context()).ToSQL(func(tx *gorm.DB) *gorm.DB {
			return tx.Clauses(clause.Locking{Strength: "UPDATE"}).Find(&[]item{})
		})
		if strings.Contains(sql, "FOR UPDATE") != (s.Dialect() == "mysql") {
			t.Errorf("on %s: %s", s.Dialect(), sql)
		}
	})
}

func TestUpsert(t *testing.T) {
	t.Parallel()
	eachItems(t, func(t *testing.T, s *store.Store) {
		upsert := func(i item, do clause.OnConflict) (rows int64) {
			must(t, try(t, s, func(tx *store.Tx) error {
				done := tx.Clauses(do).Create(&i)
				rows = done.RowsAffected
				return done.Error
			}))
			return rows
		}
		code := []clause.Column{{Name: "code"}}
		add1 := clause.OnConflict{Columns: code, DoUpdates: clause.Assignments(map[string]any{"cap": gorm.Expr("items.cap + ?", 1)})}
		take := clause.OnConflict{Columns: code, DoUpdates: clause.AssignmentColumns([]string{"cap"})}
		first := add(t, s, item{Code: "a", Cap: 1})
		upsert(item{Code: "a", Cap: 100}, add1)
		if got := get(t, s, first.ID); got.Cap != 2 {
			t.Errorf("cap + 1: %+v", got)
		}
		upsert(item{Code: "a", Cap: 50}, take)
		if got := get(t, s, first.ID); got.Cap != 50 {
			t.Errorf("cap taken over: %+v", got)
		}
		// RowsAffected tells nothing: 1 for a row left alone on MySQL, 0 on SQLite.
		rows := upsert(item{Code: "a", Cap: 7}, clause.OnConflict{Columns: code, DoNothing: true})
		if want := map[string]int64{"sqlite": 0, "mysql": 1}[s.Dialect()]; rows != want {
			t.Errorf("DoNothing on %s counts %d, want %d", s.Dialect(), rows, want)
		}
		if n := count(t, s, "items"); n != 1 {
			t.Errorf("%d rows, want 1", n)
		}
	})
}

// The lease without SKIP LOCKED: claim by one statement, in a nested sub-query
// because MySQL does not take a LIMIT in IN, nor the updated table in a plain one.
func TestLeaseGivesEachRowToOneWorker(t *testing.T) {
	t.Parallel()
	eachItems(t, func(t *testing.T, s *store.Store) {
		make1(t, s, ddl{
			sqlite: `CREATE TABLE tasks (id INTEGER PRIMARY KEY, owner INTEGER NOT NULL, lease_until INTEGER NOT NULL) STRICT`,
			mysql:  `CREATE TABLE tasks (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, owner BIGINT NOT NULL, lease_until BIGINT NOT NULL)`,
		})
		for range 20 {
			exec(t, s, "INSERT INTO tasks (owner, lease_until) VALUES (0, 0)")
		}
		var mu sync.Mutex
		claimed := int64(0)
		race(4, func(worker int) {
			for {
				var n int64
				err := s.Tx(t.Context(), func(tx *store.Tx) error {
					done := tx.Exec(`UPDATE tasks SET owner = ?, lease_until = ? WHERE lease_until < ? AND id IN
						(SELECT id FROM (SELECT id FROM tasks WHERE lease_until < ? ORDER BY id LIMIT ?) x)`,
						worker+1, tx.Now.Add(time.Minute).UnixMilli(), tx.Now, tx.Now, 3)
					n = done.RowsAffected
					return done.Error
				})
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				claimed += n
				over := claimed >= 20 || err != nil
				mu.Unlock()
				if over {
					return
				}
			}
		})
		var free int64
		must(t, s.Read(t.Context()).Table("tasks").Where("owner = 0").Count(&free).Error)
		if claimed != 20 || free != 0 {
			t.Errorf("%d claims for 20 rows, %d left", claimed, free)
		}
	})
}

// NULLs in a unique key never collide: how a row steps out of a unique rule on both.
func TestNullsDoNotCollide(t *testing.T) {
	t.Parallel()
	eachItems(t, func(t *testing.T, s *store.Store) {
		make1(t, s, ddl{
			sqlite: `CREATE TABLE seats (id INTEGER PRIMARY KEY, shift INTEGER NOT NULL, active INTEGER, UNIQUE (shift, active)) STRICT`,
			mysql:  `CREATE TABLE seats (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, shift BIGINT NOT NULL, active BIGINT, UNIQUE (shift, active))`,
		})
		for range 2 {
			exec(t, s, "INSERT INTO seats (shift, active) VALUES (1, NULL)")
		}
		exec(t, s, "INSERT INTO seats (shift, active) VALUES (1, 1)")
		err := try(t, s, func(tx *store.Tx) error { return tx.Exec("INSERT INTO seats (shift, active) VALUES (1, 1)").Error })
		if !store.IsDuplicate(err) {
			t.Errorf("the second active: %v", err)
		}
	})
}

func TestAnIDNeverComesBack(t *testing.T) {
	t.Parallel()
	eachItems(t, func(t *testing.T, s *store.Store) {
		last := add(t, s, item{Code: "a"})
		exec(t, s, "DELETE FROM items WHERE id = ?", last.ID)
		if next := add(t, s, item{Code: "b"}); next.ID <= last.ID {
			t.Errorf("id %d after %d was deleted", next.ID, last.ID)
		}
	})
}
