package store

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/libtnb/sqlite"
)

// Copy writes the database as it is at one instant into a new file, whatever is written meanwhile, and lets look read
// that same instant. SQLite makes the file a database by itself (VACUUM INTO, in one go: a copy in steps begins anew
// at each write, so that it never ends, and what it leaves looks sound and is empty). On MySQL the file has the
// statements that make it anew, one on a line, read in one transaction; any client can run them.
func (s *Store) Copy(ctx context.Context, file string, look func(View) error) error {
	if s.dialect == sqliteDialect {
		return s.copySQLite(ctx, file, look)
	}
	return s.copyMySQL(ctx, file, look)
}

func (s *Store) copySQLite(ctx context.Context, file string, look func(View) error) (err error) {
	pool, done, err := s.migrator()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	if _, err := pool.ExecContext(ctx, "VACUUM INTO ?", file); err != nil {
		return fmt.Errorf("store: cannot copy the database: %w", err)
	}
	if err := secure(file); err != nil {
		return err
	}
	copied, err := sql.Open(sqlite.DriverName, "file:"+(&url.URL{Path: file}).EscapedPath()+"?mode=ro&immutable=1")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, copied.Close()) }()
	return look(View{s.dialect, copied})
}

// secure has a file that something else wrote outlive a power cut, and closes it to other users.
func secure(file string) error {
	f, err := os.OpenFile(file, os.O_RDWR, 0) //nolint:gosec // our own file
	if err != nil {
		return err
	}
	return errors.Join(f.Chmod(0o600), f.Sync(), f.Close())
}

func (s *Store) copyMySQL(ctx context.Context, file string, look func(View) error) (err error) {
	pool, err := s.textPool()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	conn, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	for _, statement := range []string{"SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ", "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"} {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("store: cannot copy the database: %w", err)
		}
	}
	view := View{s.dialect, conn}
	if err := dumpTo(ctx, file, view); err != nil {
		return fmt.Errorf("store: cannot copy the database: %w", err)
	}
	return look(view)
}

// dumpHead sets what the statements behind it need. Foreign keys hold when all of them have run.
const dumpHead = "SET NAMES utf8mb4, time_zone = '+00:00', foreign_key_checks = 0, unique_checks = 0, sql_mode = '" + sqlMode + ",NO_AUTO_VALUE_ON_ZERO';\n"

func dumpTo(ctx context.Context, file string, view View) (err error) {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // our own file
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Sync(), f.Close()) }()
	d := dumper{view: view, out: bufio.NewWriterSize(f, 1<<20)}
	if _, err := d.out.WriteString(dumpHead); err != nil {
		return err
	}
	tables, err := view.Tables(ctx)
	if err != nil {
		return err
	}
	// The version comes last: without it no server works on what is loaded in part.
	const versions = "goose_db_version"
	tables = append(slices.DeleteFunc(tables, func(table string) bool { return table == versions }), versions)
	for _, table := range tables {
		if err := d.table(ctx, table); err != nil {
			return fmt.Errorf("%s: %w", table, err)
		}
	}
	return d.out.Flush()
}

// dumper writes tables as statements, each on one line.
type dumper struct {
	view View
	out  *bufio.Writer
	line bytes.Buffer
}

// statementBytes is about how long a statement with rows gets: short of any server's max_allowed_packet.
const statementBytes = 512 << 10

func (d *dumper) table(ctx context.Context, table string) error {
	var name, create string
	err := d.view.Each(ctx, "SHOW CREATE TABLE `"+table+"`", func(rows *sql.Rows) error { return rows.Scan(&name, &create) })
	if err != nil {
		return err
	}
	if _, err := d.out.WriteString(strings.ReplaceAll(create, "\n", " ") + ";\n"); err != nil {
		return err
	}
	var row *dumpedRow
	err = d.view.Each(ctx, "SELECT * FROM `"+table+"`", func(rows *sql.Rows) (err error) {
		if row == nil {
			if row, err = newDumpedRow(rows); err != nil {
				return err
			}
		}
		if err := rows.Scan(row.into...); err != nil {
			return err
		}
		if d.line.Len() == 0 {
			d.line.WriteString("INSERT INTO `" + table + "` VALUES ")
		} else {
			d.line.WriteByte(',')
		}
		row.write(&d.line)
		if d.line.Len() < statementBytes {
			return nil
		}
		return d.end()
	})
	return errors.Join(err, d.end())
}

// end ends the statement that was begun.
func (d *dumper) end() error {
	if d.line.Len() == 0 {
		return nil
	}
	d.line.WriteString(";\n")
	_, err := d.line.WriteTo(d.out)
	return err
}

type dumpedRow struct {
	opens  []string // what stands before a value's quote; "#" for a number, which has none
	values []sql.RawBytes
	into   []any
}

func newDumpedRow(rows *sql.Rows) (*dumpedRow, error) {
	columns, err := rows.ColumnTypes()
	if err != nil {
		return nil, err
	}
	r := &dumpedRow{make([]string, len(columns)), make([]sql.RawBytes, len(columns)), make([]any, len(columns))}
	for i, c := range columns {
		r.into[i] = &r.values[i]
		switch kind := c.DatabaseTypeName(); {
		case strings.Contains(kind, "INT"), kind == "DOUBLE":
			r.opens[i] = "#"
		case strings.Contains(kind, "BLOB"), strings.Contains(kind, "BINARY"):
			r.opens[i] = "_binary "
		}
	}
	return r, nil
}

// escapes are the bytes that cannot stand in a quoted value; none is a part of a letter in utf8mb4.
var escapes = strings.NewReplacer("\\", `\\`, "'", `\'`, "\n", `\n`, "\r", `\r`, "\x00", `\0`, "\x1a", `\Z`)

func (r *dumpedRow) write(to *bytes.Buffer) {
	for i, v := range r.values {
		to.WriteByte("(,"[min(i, 1)])
		switch {
		case v == nil:
			to.WriteString("NULL")
		case r.opens[i] == "#":
			to.Write(v)
		default:
			to.WriteString(r.opens[i] + "'")
			_, _ = escapes.WriteString(to, string(v)) // a Buffer takes everything
			to.WriteByte('\'')
		}
	}
	to.WriteByte(')')
}
