// Package store opens the database, SQLite or a MySQL-compatible server, and is
// the only way to write to it: Tx. What a transaction may and may not lean on so
// that it holds on every database is written in migrations/README.md and proved
// by this package's tests.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"gorm.io/gorm"
)

// The names of the two dialects; they are also the folders of the migrations.
const (
	sqliteDialect = "sqlite"
	mysqlDialect  = "mysql"
)

// Store is an open database.
type Store struct {
	dialect string
	clock   func() time.Time
	log     *slog.Logger
	patient time.Duration // how long Tx goes on trying

	write   *gorm.DB // sessions of transactions are made from it
	read    *gorm.DB // refuses to write
	writers *sql.DB
	turns   *turns // of the writers on SQLite; nil on MySQL
	readers *sql.DB

	migrator func() (*sql.DB, func() error, error) // connections for migrations
	textPool func() (*sql.DB, error)               // of MySQL, for copies: values as the server writes them
	known    []int64                               // the migrations of this program, in order
	galera   bool
	poolSize int
	nodeRest time.Duration // of a Galera node that failed

	trace       Trace
	afterCommit func() error // for tests: the reply that gets lost
}

// Option changes how Open opens.
type Option func(*Store)

// WithClock replaces time.Now.
func WithClock(now func() time.Time) Option { return func(s *Store) { s.clock = now } }

// WithLogger replaces slog.Default.
func WithLogger(l *slog.Logger) Option { return func(s *Store) { s.log = l } }

// WithMaxConns sets how many connections to MySQL read at most, and as many write; 16 if unset.
func WithMaxConns(n int) Option { return func(s *Store) { s.poolSize = n } }

// WithPatience sets how long Tx goes on trying before it gives up with ErrBusy;
// 10 s if unset, which outlasts the loss of a Galera node.
func WithPatience(d time.Duration) Option { return func(s *Store) { s.patient = d } }

// Trace sees a statement with its arguments, and the rows that it gave or touched.
type Trace func(sql string, args []any, rows int64)

// WithTrace shows every statement; for tests, since arguments are private.
func WithTrace(see Trace) Option { return func(s *Store) { s.trace = see } }

// Open opens the database at url, "sqlite:PATH" or "mysql:DSN" (the DSN as in
// go-sql-driver/mysql), and checks that its settings are in force. It does not
// migrate, and refuses a database that a newer program has migrated, whatever it is opened for.
func Open(ctx context.Context, url string, opts ...Option) (*Store, error) {
	s := &Store{clock: time.Now, log: slog.Default(), patient: 10 * time.Second, poolSize: 16, nodeRest: nodeRest}
	for _, o := range opts {
		o(s)
	}
	kind, rest, _ := strings.Cut(url, ":")
	var err error
	switch {
	case kind == sqliteDialect && rest != "":
		err = s.openSQLite(ctx, rest)
	case kind == mysqlDialect && rest != "":
		err = s.openMySQL(ctx, rest)
	default: // the address may hold a password, so it is not repeated
		err = errors.New(`the database's address must be "sqlite:PATH" or "mysql:USER:PASSWORD@tcp(HOST:PORT)/NAME"`)
	}
	if err == nil && s.trace != nil {
		err = errors.Join(s.trace.register(s.write), s.trace.register(s.read))
	}
	if err == nil {
		s.known, err = knownMigrations(s.dialect)
	}
	if err == nil {
		err = s.refuseNewer(ctx, s.readers)
	}
	if err != nil {
		_ = s.Close()
		return nil, fmt.Errorf("store: %w", err)
	}
	return s, nil
}

// Pools are the connections to the database, those that read and those that write, for their figures.
func (s *Store) Pools() (readers, writers *sql.DB) { return s.readers, s.writers }

// Queued is how many transactions wait for SQLite's one writer; on a server, see the pool of writers.
func (s *Store) Queued() int64 {
	if s.turns == nil {
		return 0
	}
	return s.turns.queued.Load()
}

// gormConfig is the same for both dialects. PrepareStmt stays off on MySQL: one round trip
// with interpolated arguments is cheaper there.
func (s *Store) gormConfig() *gorm.Config {
	return &gorm.Config{
		SkipDefaultTransaction: true,
		TranslateError:         true,
		DisableAutomaticPing:   true,
		Logger:                 gormLog{s.log},
		NowFunc:                func() time.Time { return s.Now().Time },
	}
}

// refuseWrites makes db fail on anything but queries.
func refuseWrites(db *gorm.DB) error {
	refuse := func(tx *gorm.DB) { _ = tx.AddError(ErrReadOnly) }
	cb := db.Callback()
	return errors.Join(
		cb.Create().Before("*").Register("yimi:read_only", refuse),
		cb.Update().Before("*").Register("yimi:read_only", refuse),
		cb.Delete().Before("*").Register("yimi:read_only", refuse),
		cb.Raw().Before("*").Register("yimi:read_only", refuse),
	)
}

func (see Trace) register(db *gorm.DB) error {
	show := func(tx *gorm.DB) {
		if !tx.DryRun { // part of another
			see(tx.Statement.SQL.String(), tx.Statement.Vars, tx.RowsAffected)
		}
	}
	cb := db.Callback()
	return errors.Join(
		cb.Create().After("*").Register("yimi:trace", show),
		cb.Query().After("*").Register("yimi:trace", show),
		cb.Update().After("*").Register("yimi:trace", show),
		cb.Delete().After("*").Register("yimi:trace", show),
		cb.Row().After("*").Register("yimi:trace", show),
		cb.Raw().After("*").Register("yimi:trace", show),
	)
}

// Dialect is "sqlite" or "mysql".
func (s *Store) Dialect() string { return s.dialect }

// Now is the present instant by the store's clock.
func (s *Store) Now() Time { return At(s.clock()) }

// Read gives the readers' pool. Statements on it are each their own snapshot, and
// a write is refused with ErrReadOnly.
func (s *Store) Read(ctx context.Context) *gorm.DB { return s.read.WithContext(ctx) }

// Close closes all connections.
func (s *Store) Close() error {
	var errs []error
	if s.readers != nil {
		errs = append(errs, s.readers.Close())
	}
	if s.turns != nil && s.turns.writer != nil {
		errs = append(errs, s.turns.writer.Close())
	}
	if s.writers != nil { // last, so that SQLite folds its WAL back
		errs = append(errs, s.writers.Close())
	}
	return errors.Join(errs...)
}
