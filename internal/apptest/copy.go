package apptest

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// DatabaseBytes is what a copy of the database holds: SQLite's files, or every column of every row.
func DatabaseBytes(t testing.TB, url string) (out []byte) {
	t.Helper()
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		files, err := filepath.Glob(path + "*") // with what is not folded in yet
		Must(t, err)
		for _, f := range files {
			content, err := os.ReadFile(f) //nolint:gosec // the test's own file
			Must(t, err)
			out = append(out, content...)
		}
		return out
	}
	ctx := context.Background()
	db, err := sql.Open("mysql", strings.TrimPrefix(url, "mysql:"))
	Must(t, err)
	defer func() { _ = db.Close() }()
	var tables []string
	names, err := db.QueryContext(ctx, "SHOW TABLES")
	Must(t, err)
	defer func() { _ = names.Close() }()
	for names.Next() {
		var name string
		Must(t, names.Scan(&name))
		tables = append(tables, name)
	}
	Must(t, names.Err())
	for _, table := range tables {
		out = append(out, tableBytes(ctx, t, db, table)...)
	}
	return out
}

func tableBytes(ctx context.Context, t testing.TB, db *sql.DB, table string) (out []byte) {
	t.Helper()
	rows, err := db.QueryContext(ctx, "SELECT * FROM `"+table+"`")
	Must(t, err)
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	Must(t, err)
	values, into := make([]sql.RawBytes, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		Must(t, rows.Scan(into...))
		for _, v := range values {
			out = append(append(out, v...), '\n')
		}
	}
	Must(t, rows.Err())
	return out
}
