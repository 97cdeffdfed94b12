package store_test

import (
	"context"
	"sync"
	"testing"

	"yimi/internal/store"
	"yimi/internal/storetest"
)

// ddl is a table of a test's own, one text per dialect.
type ddl struct{ sqlite, mysql string }

// item is the row most tests here use.
type item struct {
	ID    int64
	Code  string
	Taken int64
	Cap   int64
	Note  *string
	At    store.Time
}

var itemsTable = ddl{
	sqlite: `CREATE TABLE items (id INTEGER PRIMARY KEY AUTOINCREMENT, code TEXT NOT NULL UNIQUE CHECK (length(code) <= 16),
		taken INTEGER NOT NULL CHECK (taken <= cap), cap INTEGER NOT NULL CHECK (cap BETWEEN -1000 AND 1000), note TEXT, at INTEGER NOT NULL) STRICT`,
	mysql: `CREATE TABLE items (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, code VARCHAR(16) NOT NULL UNIQUE,
		taken BIGINT NOT NULL, cap BIGINT NOT NULL CHECK (cap BETWEEN -1000 AND 1000), note TEXT, at BIGINT NOT NULL, CHECK (taken <= cap))
		ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`,
}

var partsTable = ddl{
	sqlite: `CREATE TABLE parts (id INTEGER PRIMARY KEY AUTOINCREMENT, item_id INTEGER NOT NULL REFERENCES items (id)) STRICT`,
	mysql: `CREATE TABLE parts (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, item_id BIGINT NOT NULL,
		KEY ix_parts_item (item_id), FOREIGN KEY (item_id) REFERENCES items (id)) ENGINE=InnoDB`,
}

type part struct{ ID, ItemID int64 }

// eachItems runs the test on both databases with the tables items and parts.
func eachItems(t *testing.T, test func(t *testing.T, s *store.Store), opts ...store.Option) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		make1(t, s, itemsTable)
		make1(t, s, partsTable)
		test(t, s)
	}, opts...)
}

func make1(t *testing.T, s *store.Store, d ddl) {
	t.Helper()
	text := map[string]string{"sqlite": d.sqlite, "mysql": d.mysql}[s.Dialect()]
	exec(t, s, text)
}

// exec runs one statement in a transaction that must succeed, and gives RowsAffected.
func exec(t *testing.T, s *store.Store, sql string, args ...any) (rows int64) {
	t.Helper()
	must(t, s.Tx(t.Context(), func(tx *store.Tx) error {
		done := tx.Exec(sql, args...)
		rows = done.RowsAffected
		return done.Error
	}))
	return rows
}

func add(t *testing.T, s *store.Store, i item) item {
	t.Helper()
	must(t, s.Tx(t.Context(), func(tx *store.Tx) error { i.ID = 0; return tx.Create(&i).Error }))
	return i
}

func get(t *testing.T, s *store.Store, id int64) (i item) {
	t.Helper()
	must(t, s.Read(t.Context()).Take(&i, id).Error)
	return i
}

// try gives the error of one statement, alone in its transaction.
func try(t *testing.T, s *store.Store, fn func(tx *store.Tx) error) error {
	t.Helper()
	return s.Tx(t.Context(), fn)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, s *store.Store, table string) (n int64) {
	t.Helper()
	must(t, s.Read(t.Context()).Table(table).Count(&n).Error)
	return n
}

// race runs fn in n goroutines that start together.
func race(n int, fn func(worker int)) {
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	for w := range n {
		ready.Add(1)
		done.Go(func() {
			ready.Done()
			<-start
			fn(w)
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
}

var background = context.Background
