package store

import (
	"context"
	"database/sql"
	"errors"
)

// writer is SQLite's one writing connection, with the statements that it has compiled: to
// compile one again takes longer than to run it. Only who has the turn uses it.
type writer struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

// maxStatements is how many compiled statements a connection keeps. Those of the program are
// fewer; lists of many lengths make more.
const maxStatements = 500

// newWriter takes the pool's connection. What a savepoint changes SQLite copies first, two writes
// a page, to a temporary file unless it is told to keep it in memory.
func newWriter(ctx context.Context, pool *sql.DB) (*writer, error) {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	w := &writer{conn, map[string]*sql.Stmt{}}
	return w, w.run("PRAGMA temp_store = MEMORY")
}

// run runs statements that take nothing and give nothing, up to one that fails.
func (w *writer) run(statements ...string) error {
	for _, s := range statements {
		if _, err := w.ExecContext(context.Background(), s); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	if s := w.stmts[query]; s != nil {
		return s, nil
	}
	if len(w.stmts) >= maxStatements {
		_ = w.forget()
	}
	s, err := w.conn.PrepareContext(ctx, query)
	if err == nil {
		w.stmts[query] = s
	}
	return s, err
}

func (w *writer) forget() (err error) {
	for _, s := range w.stmts {
		err = errors.Join(err, s.Close())
	}
	clear(w.stmts)
	return err
}

// Close gives the connection back to its pool.
func (w *writer) Close() error { return errors.Join(w.forget(), w.conn.Close()) }

// PrepareContext compiles one that its caller closes.
func (w *writer) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	return w.conn.PrepareContext(ctx, query)
}

func (w *writer) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	s, err := w.statement(ctx, query) //nolint:sqlclosecheck // kept until forget
	if err != nil {
		return nil, err
	}
	return s.ExecContext(ctx, args...)
}

func (w *writer) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s, err := w.statement(ctx, query) //nolint:sqlclosecheck // kept until forget
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

// QueryRowContext compiles anew where it failed to, since a *sql.Row with an error in it can
// only come from there.
func (w *writer) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	s, err := w.statement(ctx, query) //nolint:sqlclosecheck // kept until forget
	if err != nil {
		return w.conn.QueryRowContext(ctx, query, args...)
	}
	return s.QueryRowContext(ctx, args...)
}
