package store

import (
	"context"
	"database/sql"
	"errors"
)

// View reads a whole database by plain SQL, all of it as it was at one instant where Copy gives it.
type View struct {
	dialect string
	from    interface {
		QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	}
}

// Dialect is "sqlite" or "mysql".
func (v View) Dialect() string { return v.dialect }

// Each runs a query and has read called on each of its rows.
func (v View) Each(ctx context.Context, query string, read func(rows *sql.Rows) error, args ...any) (err error) {
	rows, err := v.from.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := read(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// One reads the one row that a query gives.
func (v View) One(ctx context.Context, into any, query string, args ...any) error {
	return v.Each(ctx, query, func(rows *sql.Rows) error { return rows.Scan(into) }, args...)
}

// list reads a column of text.
func (v View) list(ctx context.Context, query string, args ...any) (all []string, err error) {
	err = v.Each(ctx, query, func(rows *sql.Rows) error {
		var s string
		err := rows.Scan(&s)
		all = append(all, s)
		return err
	}, args...)
	return all, err
}

// Tables gives the names of the tables, in order.
func (v View) Tables(ctx context.Context) ([]string, error) {
	if v.dialect == sqliteDialect {
		return v.list(ctx, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name")
	}
	return v.list(ctx, "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' ORDER BY table_name")
}

// Columns gives the names of a table's columns; none of a table that is not there.
func (v View) Columns(ctx context.Context, table string) ([]string, error) {
	if v.dialect == sqliteDialect {
		return v.list(ctx, "SELECT name FROM pragma_table_info(?)", table)
	}
	return v.list(ctx, "SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ?", table)
}

// Look reads the database as it stands, in however long it takes. Statements are each their own snapshot.
func (s *Store) Look(ctx context.Context, look func(View) error) (err error) {
	pool, done, err := s.migrator()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	return look(View{s.dialect, pool})
}
