package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"
	"github.com/pressly/goose/v3"
)

//go:embed migrations/sqlite/*.sql migrations/mysql/*.sql
var migrations embed.FS

// migrateTries bounds how often Migrate starts again when another process
// migrates at the same time.
const migrateTries = 5

// Migrate brings the schema to the newest version. It only goes forward, refuses
// a schema newer than it knows, and may run in several processes at once.
func (s *Store) Migrate(ctx context.Context) error {
	pool, done, err := s.migrator()
	if err != nil {
		return err
	}
	defer func() { _ = done() }()
	folder, err := fs.Sub(migrations, path.Join("migrations", s.dialect))
	if err != nil {
		return err
	}
	dialect := map[string]goose.Dialect{sqliteDialect: goose.DialectSQLite3, mysqlDialect: goose.DialectMySQL}[s.dialect]
	p, err := goose.NewProvider(dialect, pool, folder, goose.WithSlog(s.log), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	for try := 1; ; try++ {
		err := s.migrateOnce(ctx, pool, p)
		if err == nil || errors.Is(err, ErrNewerSchema) || try == migrateTries || ctx.Err() != nil {
			return err
		}
		if err := sleep(ctx, backoff(7)+time.Duration(try)*100*time.Millisecond); err != nil {
			return err
		}
	}
}

// ErrNewerSchema says that a newer program has migrated this database.
var ErrNewerSchema = errors.New("store: the database's schema is newer than this program; start the newer yimi")

func (s *Store) migrateOnce(ctx context.Context, pool *sql.DB, p *goose.Provider) error {
	has, err := p.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("store: cannot read the schema's version: %w", err)
	}
	if has > s.want {
		return fmt.Errorf("%w (it has version %d, this program knows up to %d)", ErrNewerSchema, has, s.want)
	}
	for {
		_, err := p.Up(ctx)
		var failed *goose.PartialError
		switch {
		case err == nil:
			return nil
		case !errors.As(err, &failed) || !alteredBefore(failed.Err):
			return fmt.Errorf("store: a migration failed: %w", err)
		}
		if _, err := pool.ExecContext(ctx, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (?, 1)", failed.Failed.Source.Version); err != nil {
			return fmt.Errorf("store: cannot note a migration: %w", err)
		}
	}
}

// alteredBefore tells whether MySQL refuses an ALTER TABLE because it was done before a crash kept
// goose from noting it. It is all done then: one such statement adds and drops all of its columns and keys or none.
func alteredBefore(err error) bool {
	var refused *mysqldriver.MySQLError
	const columnThere, keyThere, columnGone = 1060, 1061, 1091
	return errors.As(err, &refused) && (refused.Number == columnThere || refused.Number == keyThere || refused.Number == columnGone)
}

// newestMigration reads the highest number off the embedded file names.
func newestMigration(dialect string) (newest int64, err error) {
	files, err := migrations.ReadDir(path.Join("migrations", dialect))
	for _, f := range files {
		n, err := goose.NumericComponent(f.Name())
		if err != nil {
			return 0, err
		}
		newest = max(newest, n)
	}
	return newest, err
}

// Schema is the version of the tables that this program has.
func (s *Store) Schema() int64 { return s.want }

// Ready reports that the database answers, may be written to and has the schema
// that this program knows.
func (s *Store) Ready(ctx context.Context) error {
	var has int64
	err := s.readers.QueryRowContext(ctx, "SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version").Scan(&has)
	if err != nil {
		return fmt.Errorf("store: not ready: %w", err)
	}
	if has != s.want {
		return fmt.Errorf("store: not ready: the schema has version %d, this program needs %d", has, s.want)
	}
	if s.galera {
		if err := galeraReady(ctx, s.readers); err != nil {
			return fmt.Errorf("store: not ready: %w", err)
		}
	}
	return nil
}
