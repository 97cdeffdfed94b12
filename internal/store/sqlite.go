package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/libtnb/sqlite"
	"golang.org/x/sync/semaphore"
	"gorm.io/gorm"
)

type sqliteDialector struct{ *sqlite.Dialector }

// Translate gives GORM our classes of errors.
func (sqliteDialector) Translate(err error) error { return classify(err) }

// openSQLite opens two pools: one connection that writes, and several that read
// while it does. With one pool, writers and readers meet "database is locked".
func (s *Store) openSQLite(ctx context.Context, path string) (err error) {
	s.dialect = sqliteDialect
	if path, err = sqlitePath(path); err != nil {
		return err
	}
	if err := makeSQLiteFile(path); err != nil {
		return err
	}
	if s.writers, s.write, err = s.sqlitePool(ctx, path, true); err != nil {
		return err
	}
	s.writers.SetMaxOpenConns(1)
	s.turns = &turns{Weighted: semaphore.NewWeighted(1)}
	if s.turns.writer, err = newWriter(ctx, s.writers); err != nil {
		return err
	}
	if s.readers, s.read, err = s.sqlitePool(ctx, path, false); err != nil {
		return err
	}
	readers := max(4, runtime.GOMAXPROCS(0))
	s.readers.SetMaxOpenConns(readers)
	s.readers.SetMaxIdleConns(readers)
	s.readers.SetConnMaxLifetime(time.Hour) // see CountRows
	s.migrator = func() (*sql.DB, func() error, error) {
		pool, _, err := s.sqlitePool(context.Background(), path, true)
		return pool, pool.Close, err
	}
	return refuseWrites(s.read)
}

func sqlitePath(path string) (string, error) {
	if strings.Contains(path, ":memory:") || strings.HasPrefix(path, "file:") {
		return "", errors.New("SQLite needs the path of a file; a database in memory cannot have two pools")
	}
	return filepath.Abs(path)
}

// Exists tells, by an error, where an embedded database is not there; a server's is asked when it is opened.
func Exists(url string) error {
	kind, path, _ := strings.Cut(url, ":")
	if kind != sqliteDialect {
		return nil
	}
	path, err := sqlitePath(path)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist), err == nil && info.Size() == 0:
		return fmt.Errorf("there is no database at %s", path)
	case err == nil && !info.Mode().IsRegular():
		return fmt.Errorf("%s is no file", path)
	}
	return err
}

// makeSQLiteFile makes the folder and an empty file that only its owner reads;
// SQLite gives the files beside it the same mode.
func makeSQLiteFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// pragma is a setting, how it is written in the DSN and how it reads back.
type pragma struct{ name, set, got string }

func sqlitePragmas(writer bool) []pragma {
	p := []pragma{
		{"busy_timeout", "5000", "5000"}, // first: the next ones may meet a lock
		{"journal_mode", "WAL", "wal"},
		{"synchronous", "FULL", "2"}, // a commit survives the loss of power
		{"foreign_keys", "1", "1"},
		{"cache_size", "-4000", "-4000"}, // KB a connection; at SQLite's own 2000 a large file is read over and over
	}
	if writer {
		return append(p, pragma{"query_only", "0", "0"})
	}
	return append(p, pragma{"query_only", "1", "1"})
}

// sqliteDSN writes each pragma as _pragma=name(value), in the order in which they are to run.
func sqliteDSN(path string, writer bool) string {
	q := url.Values{}
	for _, p := range sqlitePragmas(writer) {
		q.Add("_pragma", p.name+"("+p.set+")")
	}
	if writer { // take the write lock at BEGIN: a lock taken later cannot wait
		q.Set("_txlock", "immediate")
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

func (s *Store) sqlitePool(ctx context.Context, path string, writer bool) (*sql.DB, *gorm.DB, error) {
	pool, err := sql.Open(sqlite.DriverName, sqliteDSN(path, writer))
	if err != nil {
		return nil, nil, err
	}
	if err := checkPragmas(ctx, pool, sqlitePragmas(writer)); err != nil {
		return pool, nil, err
	}
	cfg := s.gormConfig()
	cfg.PrepareStmt, cfg.PrepareStmtMaxSize = !writer, maxStatements // the writer keeps its own
	db, err := gorm.Open(sqliteDialector{&sqlite.Dialector{Conn: pool}}, cfg)
	return pool, db, err
}

// checkPragmas reads the settings back.
func checkPragmas(ctx context.Context, pool interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}, want []pragma) error {
	for _, p := range want {
		var got string
		if err := pool.QueryRowContext(ctx, "PRAGMA "+p.name).Scan(&got); err != nil {
			return fmt.Errorf("cannot open the SQLite file: %w", err)
		}
		if got != p.got {
			return fmt.Errorf("SQLite has %s=%s, but %s is needed", p.name, got, p.got)
		}
	}
	return nil
}

// CountRows lets SQLite count its rows where it has not lately, without which it takes an index
// on a state for a narrow one (https://www.sqlite.org/lang_analyze.html). It reads a sample, so it
// is quick at any size. MySQL does so by itself.
func (s *Store) CountRows(ctx context.Context) error {
	if s.turns == nil {
		return nil
	}
	if err := s.turns.alone(ctx, s.afterCommit); err != nil {
		return err
	}
	defer s.turns.Release(1)
	if err := s.turns.writer.countRows(ctx); err != nil {
		return err
	}
	s.renewReaders() // they read the figures when they connect
	return nil
}

// countRows keeps the counts and not the values that are sampled beside them: where SQLite has
// those, it compiles a statement again for each value that it is asked for. It is one
// transaction, so that no reader sees them.
func (w *writer) countRows(ctx context.Context) (err error) {
	if err := w.run("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.run("ROLLBACK"))
		}
	}()
	if err := w.run("PRAGMA optimize = 0x10002"); err != nil {
		return err
	}
	var sampled bool
	if err := w.conn.QueryRowContext(ctx, "SELECT COUNT(*) > 0 FROM sqlite_schema WHERE name = 'sqlite_stat4'").Scan(&sampled); err != nil {
		return err
	}
	if sampled {
		if err := w.run("DELETE FROM sqlite_stat4", "ANALYZE sqlite_schema"); err != nil {
			return err
		}
	}
	return w.run("COMMIT")
}

// renewReaders closes the readers that idle.
func (s *Store) renewReaders() {
	s.readers.SetMaxIdleConns(0)
	s.readers.SetMaxIdleConns(s.readers.Stats().MaxOpenConnections)
}
