package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"
	"github.com/pressly/goose/v3"
)

//go:embed migrations/sqlite/*.sql migrations/mysql/*.sql
var migrations embed.FS

// migrateTries bounds how often Migrate starts again when another process
// migrates at the same time.
const migrateTries = 5

// Migrate applies every migration that the database does not have yet, whatever its number: one that was
// begun earlier may come later. It only goes forward, refuses a database that has others, and may run in
// several processes at once.
func (s *Store) Migrate(ctx context.Context) error {
	pool, done, err := s.migrator()
	if err != nil {
		return err
	}
	defer func() { _ = done() }()
	p, err := s.provider(pool)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	for try := 1; ; try++ {
		err := s.migrateOnce(ctx, pool, p.Up)
		if err == nil || errors.Is(err, ErrNewerSchema) || try == migrateTries || ctx.Err() != nil {
			return err
		}
		if err := sleep(ctx, backoff(7)+time.Duration(try)*100*time.Millisecond); err != nil {
			return err
		}
	}
}

func (s *Store) provider(pool *sql.DB) (*goose.Provider, error) {
	folder, err := fs.Sub(migrations, path.Join("migrations", s.dialect))
	if err != nil {
		return nil, err
	}
	dialect := map[string]goose.Dialect{sqliteDialect: goose.DialectSQLite3, mysqlDialect: goose.DialectMySQL}[s.dialect]
	return goose.NewProvider(dialect, pool, folder, goose.WithSlog(s.log), goose.WithDisableGlobalRegistry(true), goose.WithAllowOutofOrder(true))
}

// ErrNewerSchema says that a newer program has migrated this database.
var ErrNewerSchema = errors.New("the database is newer than this program; start the newer yimi")

func (s *Store) migrateOnce(ctx context.Context, pool *sql.DB, up func(context.Context) ([]*goose.MigrationResult, error)) error {
	if err := s.refuseNewer(ctx, pool); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	if err := s.noteBeginning(ctx, pool); err != nil {
		return fmt.Errorf("store: cannot note where the migrations begin: %w", err)
	}
	for {
		_, err := up(ctx)
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

// noteBeginning writes goose's first note, the version 0, where a crash on MySQL left the table of the notes without it;
// goose itself refuses such a database for ever.
func (s *Store) noteBeginning(ctx context.Context, pool *sql.DB) error {
	if columns, err := (View{s.dialect, pool}).Columns(ctx, "goose_db_version"); err != nil || len(columns) == 0 {
		return err
	}
	_, err := pool.ExecContext(ctx, `INSERT INTO goose_db_version (version_id, is_applied)
		SELECT 0, 1 FROM (SELECT COUNT(*) AS n FROM goose_db_version WHERE version_id = 0) begun WHERE begun.n = 0`)
	return err
}

// alteredBefore tells whether MySQL or MariaDB refuses an ALTER TABLE because it was done before a crash kept
// goose from noting it. It is all done then: one such statement adds and drops all of its columns, keys and checks or none.
func alteredBefore(err error) bool {
	var refused *mysqldriver.MySQLError
	const columnThere, keyThere, gone, checkGone, constraintGone = 1060, 1061, 1091, 3821, 3940 // the last two are MySQL's own
	return errors.As(err, &refused) && slices.Contains([]uint16{columnThere, keyThere, gone, checkGone, constraintGone}, refused.Number)
}

// knownMigrations reads the numbers off the embedded file names, in order.
func knownMigrations(dialect string) (known []int64, err error) {
	files, err := migrations.ReadDir(path.Join("migrations", dialect))
	for _, f := range files {
		n, err := goose.NumericComponent(f.Name())
		if err != nil {
			return nil, err
		}
		known = append(known, n)
	}
	slices.Sort(known)
	return known, err
}

// compareMigrations says which migrations the database lacks, and which it has that this program does not know.
func (s *Store) compareMigrations(ctx context.Context, pool *sql.DB) (lacking, unknown []int64, err error) {
	v := View{s.dialect, pool}
	if columns, err := v.Columns(ctx, "goose_db_version"); err != nil || len(columns) == 0 {
		return s.known, nil, err
	}
	lacking = slices.Clone(s.known)
	err = v.Each(ctx, "SELECT DISTINCT version_id FROM goose_db_version WHERE is_applied AND version_id > 0 ORDER BY version_id", func(rows *sql.Rows) error {
		var has int64
		err := rows.Scan(&has)
		if i, found := slices.BinarySearch(lacking, has); found {
			lacking = slices.Delete(lacking, i, i+1)
		} else {
			unknown = append(unknown, has)
		}
		return err
	})
	return lacking, unknown, err
}

// refuseNewer fails on a database that has a migration which this program does not know.
func (s *Store) refuseNewer(ctx context.Context, pool *sql.DB) error {
	_, unknown, err := s.compareMigrations(ctx, pool)
	if err != nil {
		return fmt.Errorf("cannot read which migrations the database has: %w", err)
	}
	return newerFault(unknown)
}

func newerFault(unknown []int64) error {
	if len(unknown) == 0 {
		return nil
	}
	return fmt.Errorf("%w (it has migrations that this one does not know: %s)", ErrNewerSchema, numbers(unknown))
}

// numbers writes them one after another, and no more than fit a line.
func numbers(all []int64) string {
	const most = 5
	var words []string
	for _, n := range all[:min(len(all), most)] {
		words = append(words, strconv.FormatInt(n, 10))
	}
	if len(all) > most {
		words = append(words, fmt.Sprintf("and %d more", len(all)-most))
	}
	return strings.Join(words, ", ")
}

// Schema is the newest migration that this program knows.
func (s *Store) Schema() int64 { return s.known[len(s.known)-1] }

// Ready reports that the database answers, may be written to and has exactly the migrations
// that this program knows.
func (s *Store) Ready(ctx context.Context) error {
	lacking, unknown, err := s.compareMigrations(ctx, s.readers)
	if err == nil {
		err = newerFault(unknown)
	}
	if err == nil && len(lacking) > 0 {
		err = fmt.Errorf("the database lacks migrations that this program needs: %s", numbers(lacking))
	}
	if err == nil && s.galera {
		err = galeraReady(ctx, s.readers)
	}
	if err != nil {
		return fmt.Errorf("store: not ready: %w", err)
	}
	return nil
}
