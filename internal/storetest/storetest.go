// Package storetest gives each test a fresh, migrated, real database.
//
// SQLite is a file in the test's own folder. MySQL is a database of its own on
// the server at YIMI_TEST_MYSQL, a DSN without a database such as
// "root@tcp(127.0.0.1:3307)/"; scripts/mariadb starts one and scripts/test sets it.
package storetest

import (
	"context"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"

	"yimi/internal/store"
)

// ServerEnv holds the DSN of the MySQL server; RequireEnv=1 makes its absence a failure.
const (
	ServerEnv  = "YIMI_TEST_MYSQL"
	RequireEnv = "YIMI_TEST_REQUIRE_MYSQL"
)

// Open gives a fresh SQLite store, for tests to which the database does not matter.
func Open(t testing.TB, opts ...store.Option) *store.Store {
	t.Helper()
	return OpenURL(t, sqliteURL(t), opts...)
}

// URL is the address of a fresh, migrated SQLite database, for tests that start the whole
// program and to which the database does not matter.
func URL(t testing.TB) string {
	t.Helper()
	return sqliteURL(t)
}

// MySQLURL is the address of a fresh, migrated database on the MySQL server, or skips: for what
// only several programs on one server do.
func MySQLURL(t testing.TB) string {
	t.Helper()
	return mysqlURL(t)
}

// OpenMySQL gives a fresh store on the MySQL server, or skips.
func OpenMySQL(t testing.TB, opts ...store.Option) *store.Store {
	t.Helper()
	return OpenURL(t, mysqlURL(t), opts...)
}

// OpenURL opens the database at url quietly and closes it when the test ends.
func OpenURL(t testing.TB, url string, opts ...store.Option) *store.Store {
	t.Helper()
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	base := []store.Option{store.WithLogger(quiet), store.WithMaxConns(8)}
	s, err := store.Open(context.Background(), url, append(base, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// Each runs the test as "sqlite" and as "mysql", in parallel, each on a fresh store.
func Each(t *testing.T, test func(t *testing.T, s *store.Store), opts ...store.Option) {
	t.Helper()
	EachURL(t, func(t *testing.T, url string) { test(t, OpenURL(t, url, opts...)) })
}

// EachURL is Each for tests that start the whole program: it hands over the
// address of a fresh, migrated database.
func EachURL(t *testing.T, test func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, sqliteURL(t))
	})
	t.Run("mysql", func(t *testing.T) {
		t.Parallel()
		test(t, mysqlURL(t))
	})
}

// Dialects runs the test as Each does, but on the address of an empty database,
// for tests of the migrations themselves.
func Dialects(t *testing.T, test func(t *testing.T, emptyURL string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, "sqlite:"+sqlitePath(t))
	})
	t.Run("mysql", func(t *testing.T) {
		t.Parallel()
		test(t, server(t).create(t))
	})
}

// Empty is the address of an empty database of the same kind as url, which goes when the test ends.
func Empty(t testing.TB, url string) string {
	t.Helper()
	if strings.HasPrefix(url, "mysql:") {
		return server(t).create(t)
	}
	return "sqlite:" + sqlitePath(t)
}

// server gives the DSN of the MySQL server, skips without one, and fails when one is required.
func server(t testing.TB) serverDSN {
	t.Helper()
	dsn := os.Getenv(ServerEnv)
	switch {
	case dsn != "":
		return serverDSN(dsn)
	case os.Getenv(RequireEnv) == "1":
		t.Fatalf("%s is not set, and %s=1 asks for it", ServerEnv, RequireEnv)
	default:
		t.Skipf("%s is not set; scripts/test sets it", ServerEnv)
	}
	return ""
}
