package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
)

// Bulk is a database that is being filled with very many rows by one caller who has it alone.
type Bulk struct {
	dialect string
	conn    *sql.Conn
	jobs    chan bulkJob
	failed  atomic.Pointer[error]
	written atomic.Int64
	open    map[string]*Rows
	rebuild []string // statements that make the dropped indexes again
}

// bulkJob is one statement, or a step between statements, for the writer.
type bulkJob struct {
	sql  string
	args []any
	rows int64
	done chan struct{}
}

const (
	bulkQueue      = 8         // statements that wait for the writer
	bulkCommitRows = 400_000   // between two commits
	bulkBytes      = 1_000_000 // of one statement on MySQL, about
	bulkCell       = 24        // bytes of one value there, about
	bulkText       = 40_000    // bytes of one statement on SQLite
)

// Bulk lets fn fill a database that nothing else uses, the way that a restore from a backup
// does: without the safety of Tx, so that after an error, a crash or a cancelled context the
// database is rubbish and must be made anew. Features never use it; it is for whoever makes a
// whole database at once and proves it afterwards (yimi verify).
//
// On SQLite the journal is off meanwhile and no other connection may be open.
func (s *Store) Bulk(ctx context.Context, fn func(b *Bulk) error) (err error) {
	conn, done, err := s.bulkConn(ctx)
	if err != nil {
		return fmt.Errorf("store: bulk: %w", err)
	}
	b := &Bulk{dialect: s.dialect, conn: conn, jobs: make(chan bulkJob, bulkQueue), open: map[string]*Rows{}}
	finished := make(chan struct{})
	go func() { defer close(finished); b.work(ctx) }()
	err = fn(b)
	if err == nil {
		err = b.flush()
	}
	close(b.jobs)
	<-finished
	if err == nil {
		err = b.err()
	}
	return errors.Join(err, done())
}

// bulkConn gives the one connection, and what ends the mode.
func (s *Store) bulkConn(ctx context.Context) (*sql.Conn, func() error, error) {
	conn, leave, err := s.bulkPlace(ctx)
	if err != nil {
		return nil, nil, err
	}
	before, after := bulkSettings(s.dialect)
	end := func() error { return errors.Join(execAll(context.WithoutCancel(ctx), conn, after), leave()) }
	if err := execAll(ctx, conn, before); err != nil {
		return nil, nil, errors.Join(err, end())
	}
	return conn, end, nil
}

// bulkPlace gives the connection: SQLite's writer, with every other one closed, or one to the
// server that waits for as long as a statement takes.
func (s *Store) bulkPlace(ctx context.Context) (*sql.Conn, func() error, error) {
	if s.dialect == sqliteDialect {
		if err := s.turns.alone(ctx, s.afterCommit); err != nil {
			return nil, nil, err
		}
		s.readers.SetMaxIdleConns(0) // closes those that idle: the journal changes only for who is alone
		leave := func() error {
			s.renewReaders()
			s.turns.Release(1)
			return nil
		}
		return s.turns.writer.conn, leave, s.turns.writer.forget()
	}
	pool, closePool, err := s.migrator()
	if err != nil {
		return nil, nil, err
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, nil, errors.Join(err, closePool())
	}
	return conn, func() error { return errors.Join(conn.Close(), closePool()) }, nil
}

func bulkSettings(dialect string) (before, after []string) {
	if dialect == mysqlDialect {
		return []string{"SET SESSION unique_checks = 0", "SET SESSION foreign_key_checks = 0"},
			[]string{"SET SESSION unique_checks = 1", "SET SESSION foreign_key_checks = 1"}
	}
	return []string{"PRAGMA foreign_keys = 0", "PRAGMA synchronous = OFF", "PRAGMA journal_mode = OFF", "PRAGMA cache_size = -400000", "PRAGMA temp_store = FILE"},
		[]string{"PRAGMA temp_store = MEMORY", "PRAGMA cache_size = -4000", "PRAGMA synchronous = FULL", "PRAGMA journal_mode = WAL", "PRAGMA foreign_keys = 1", "PRAGMA optimize = 0x10002"}
}

func execAll(ctx context.Context, conn *sql.Conn, statements []string) error {
	for _, q := range statements {
		if _, err := conn.ExecContext(ctx, q); err != nil {
			return fmt.Errorf("%s: %w", q, err)
		}
	}
	return nil
}

// work is the writer: it runs statements in their order, while fn makes the next ones.
func (b *Bulk) work(ctx context.Context) {
	var since int64
	inTx := false
	do := func(q string, args ...any) {
		if b.err() != nil {
			return
		}
		if _, err := b.conn.ExecContext(ctx, q, args...); err != nil {
			err = fmt.Errorf("store: bulk: %.60s…: %w", q, classify(err))
			b.failed.Store(&err)
		}
	}
	for j := range b.jobs {
		if j.rows > 0 && !inTx {
			do("BEGIN")
			inTx = true
		}
		if inTx && (j.rows == 0 || since > bulkCommitRows) {
			do("COMMIT")
			inTx, since = false, 0
			if j.rows > 0 {
				do("BEGIN")
				inTx = true
			}
		}
		if j.sql != "" {
			do(j.sql, j.args...)
		}
		since += j.rows
		b.written.Add(j.rows)
		if j.done != nil {
			close(j.done)
		}
	}
	if inTx {
		do("COMMIT")
	}
}

func (b *Bulk) err() error {
	if e := b.failed.Load(); e != nil {
		return *e
	}
	return nil
}

// Written is how many rows are in the database.
func (b *Bulk) Written() int64 { return b.written.Load() }

// Exec runs a statement after all rows added so far, and waits for it.
func (b *Bulk) Exec(query string, args ...any) error {
	if err := b.flush(); err != nil {
		return err
	}
	done := make(chan struct{})
	b.jobs <- bulkJob{sql: query, args: args, done: done}
	<-done
	return b.err()
}

// Fill runs a statement that writes about so many rows from what is there, after all rows added
// so far; it does not wait for it.
func (b *Bulk) Fill(rows int64, query string, args ...any) error {
	if err := b.flush(); err != nil {
		return err
	}
	b.jobs <- bulkJob{sql: query, args: args, rows: rows}
	return b.err()
}

func (b *Bulk) flush() error {
	for _, table := range slices.Sorted(maps.Keys(b.open)) {
		b.open[table].flush()
	}
	return b.err()
}

// Rows are rows on their way into one table.
type Rows struct {
	bulk    *Bulk
	head    string
	columns int
	text    []byte // the statement so far, on SQLite
	args    []any  // its arguments, on MySQL
	rows    int64
}

// Into gives the way into a table; the values of each Add are in the order of the columns.
func (b *Bulk) Into(table string, columns ...string) *Rows {
	key := table + " (" + strings.Join(columns, ", ") + ")"
	if b.open[key] == nil {
		b.open[key] = &Rows{bulk: b, columns: len(columns), head: "INSERT INTO " + key + " VALUES "}
	}
	return b.open[key]
}

// Add adds one row. An error may be that of an earlier row.
func (r *Rows) Add(values ...any) error {
	if len(values) != r.columns {
		return fmt.Errorf("store: bulk: %d values for %d columns: %s", len(values), r.columns, r.head)
	}
	r.rows++
	var full bool
	if r.bulk.dialect == sqliteDialect {
		// Many rows go several times as fast as text as with arguments.
		if err := r.addText(values); err != nil {
			return err
		}
		full = len(r.text) > bulkText
	} else {
		r.args = append(r.args, values...)
		full = len(r.args)*bulkCell > bulkBytes
	}
	if full {
		r.flush()
	}
	return r.bulk.err()
}

func (r *Rows) addText(values []any) (err error) {
	if r.text == nil {
		r.text = append(make([]byte, 0, bulkText+4096), r.head...)
	} else {
		r.text = append(r.text, ',')
	}
	between := byte('(')
	for _, v := range values {
		r.text = append(r.text, between)
		if r.text, err = appendLiteral(r.text, v); err != nil {
			return err
		}
		between = ','
	}
	r.text = append(r.text, ')')
	return nil
}

// appendLiteral writes a value as SQLite reads it (https://www.sqlite.org/lang_expr.html#literal_values_constants_).
func appendLiteral(to []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(to, "NULL"...), nil
	case []byte:
		return append(hex.AppendEncode(append(to, "X'"...), v), '\''), nil
	case float64:
		return strconv.AppendFloat(to, v, 'e', -1, 64), nil
	case string:
		return appendText(to, v), nil
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Int, reflect.Int64, reflect.Int32:
		return strconv.AppendInt(to, r.Int(), 10), nil
	case reflect.Uint16:
		return strconv.AppendUint(to, r.Uint(), 10), nil
	case reflect.String:
		return appendText(to, r.String()), nil
	case reflect.Pointer:
		if r.IsNil() {
			return append(to, "NULL"...), nil
		}
		return appendLiteral(to, r.Elem().Interface())
	case reflect.Bool:
		if r.Bool() {
			return append(to, '1'), nil
		}
		return append(to, '0'), nil
	default:
		return nil, fmt.Errorf("store: bulk: cannot write a %T", v)
	}
}

func appendText(to []byte, s string) []byte {
	to = append(to, '\'')
	for {
		i := strings.IndexByte(s, '\'')
		if i < 0 {
			return append(append(to, s...), '\'')
		}
		to, s = append(append(to, s[:i]...), "''"...), s[i+1:]
	}
}

func (r *Rows) flush() {
	switch {
	case r.rows == 0:
		return
	case r.text != nil:
		r.bulk.jobs <- bulkJob{sql: string(r.text), rows: r.rows}
	default:
		one := "(" + strings.Repeat("?,", r.columns-1) + "?)"
		r.bulk.jobs <- bulkJob{sql: r.head + strings.Repeat(one+",", int(r.rows)-1) + one, args: r.args, rows: r.rows}
	}
	r.text, r.args, r.rows = nil, nil, 0
}

// DropIndexes takes away secondary indexes until MakeIndexes: those whose order is not the
// order of the rows, which cost more to keep up than to sort once.
func (b *Bulk) DropIndexes(ctx context.Context, table string, names ...string) error {
	if err := b.flush(); err != nil {
		return err
	}
	for _, name := range names {
		made, err := b.indexDDL(ctx, table, name)
		if err != nil {
			return err
		}
		b.rebuild = append(b.rebuild, made)
		drop := "DROP INDEX " + name
		if b.dialect == mysqlDialect {
			drop += " ON " + table
		}
		if err := b.Exec(drop); err != nil {
			return err
		}
	}
	return nil
}

// MakeIndexes makes the dropped indexes again; each is told before it is begun.
func (b *Bulk) MakeIndexes(tell func(statement string)) error {
	for _, q := range b.rebuild {
		tell(q)
		if err := b.Exec(q); err != nil {
			return err
		}
	}
	b.rebuild = nil
	return nil
}

// indexDDL gives the statement that makes the index as it is now.
func (b *Bulk) indexDDL(ctx context.Context, table, name string) (ddl string, err error) {
	if b.dialect == sqliteDialect {
		err = b.conn.QueryRowContext(ctx, "SELECT sql FROM sqlite_master WHERE type = 'index' AND name = ?", name).Scan(&ddl)
		return ddl, err
	}
	var columns string
	var notUnique bool
	err = b.conn.QueryRowContext(ctx, `SELECT GROUP_CONCAT(column_name ORDER BY seq_in_index SEPARATOR ', '), MAX(non_unique) FROM information_schema.statistics
		WHERE table_schema = DATABASE() AND table_name = ? AND index_name = ?`, table, name).Scan(&columns, &notUnique)
	kind := "UNIQUE INDEX"
	if notUnique {
		kind = "INDEX"
	}
	return "CREATE " + kind + " " + name + " ON " + table + " (" + columns + ")", err
}
