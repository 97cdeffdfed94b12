package store

import (
	"bufio"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	mysqldriver "github.com/go-sql-driver/mysql"
)

// ErrNotFresh says that a restore would write into what is there.
var ErrNotFresh = errors.New("store: the database to restore into is there already, and not empty")

// Fresh is an empty place for a database that Copy has written.
type Fresh struct {
	path   string // of SQLite; the file is at URL until Keep
	dsn    string // of MySQL
	whole  bool   // the whole database is ours, not only its tables
	loaded bool
}

// NewFresh takes the place at url, in which there may be nothing.
func NewFresh(ctx context.Context, url string) (*Fresh, error) {
	kind, rest, _ := strings.Cut(url, ":")
	switch kind {
	case sqliteDialect:
		path, err := sqlitePath(rest)
		if err != nil {
			return nil, err
		}
		for _, end := range []string{"", "-wal", "-journal"} {
			if _, err := os.Lstat(path + end); !errors.Is(err, fs.ErrNotExist) {
				return nil, fmt.Errorf("%w: %s", ErrNotFresh, path+end)
			}
		}
		return &Fresh{path: path}, nil
	case mysqlDialect:
		f := &Fresh{dsn: rest}
		tables, err := f.tables(ctx)
		if err == nil && len(tables) > 0 {
			err = fmt.Errorf("%w: it has %d tables", ErrNotFresh, len(tables))
		}
		return f, err
	}
	return nil, errors.New(`store: the database's address must begin with "sqlite:" or "mysql:"`)
}

// scratchPrefix begins the names of the databases that NewScratch makes.
const scratchPrefix = "yimi_drill_"

// NewScratch makes a database of its own on the server of a MySQL address, which Remove drops.
func NewScratch(ctx context.Context, url string) (*Fresh, error) {
	pool, cfg, err := serverOf(strings.TrimPrefix(url, "mysql:"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = pool.Close() }()
	cfg.DBName = scratchPrefix + strings.ToLower(rand.Text()[:12])
	if _, err := pool.ExecContext(ctx, "CREATE DATABASE `"+cfg.DBName+"` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"); err != nil {
		return nil, fmt.Errorf("store: cannot make a database of its own on the server; give the user rights on `%s%%`: %w", strings.ReplaceAll(scratchPrefix, "_", `\_`), err)
	}
	return &Fresh{dsn: cfg.FormatDSN(), whole: true}, nil
}

// URL is where the database can be opened, for now.
func (f *Fresh) URL() string {
	if f.path != "" {
		return "sqlite:" + f.path + ".part"
	}
	return "mysql:" + f.dsn
}

// Load fills the place from a file of Copy's.
func (f *Fresh) Load(ctx context.Context, file string) error {
	f.loaded = true
	if f.path == "" {
		return f.run(ctx, file)
	}
	if err := os.MkdirAll(filepath.Dir(f.path), 0o700); err != nil {
		return err
	}
	if err := f.removeParts(); err != nil { // of a restore that was killed
		return err
	}
	in, err := os.Open(file) //nolint:gosec // what is to be restored
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(f.path+".part", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}

// Keep leaves the database for good, under the address that was asked for. It must be closed.
func (f *Fresh) Keep() error {
	if f.path == "" {
		return nil
	}
	if err := os.Link(f.path+".part", f.path); err != nil { // and not over what came meanwhile
		return err
	}
	if err := os.Remove(f.path + ".part"); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(f.path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// Remove takes away all that was made.
func (f *Fresh) Remove(ctx context.Context) (err error) {
	switch {
	case f.path != "" && f.loaded:
		return f.removeParts()
	case f.path != "":
		return nil
	case f.whole:
		pool, cfg, err := serverOf(f.dsn)
		if err != nil {
			return err
		}
		_, err = pool.ExecContext(ctx, "DROP DATABASE `"+cfg.DBName+"`")
		return errors.Join(err, pool.Close())
	case f.loaded:
		return f.dropTables(ctx)
	}
	return nil
}

func (f *Fresh) removeParts() error {
	for _, end := range []string{"", "-wal", "-shm", "-journal"} {
		if err := os.Remove(f.path + ".part" + end); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func (f *Fresh) dropTables(ctx context.Context) error {
	tables, err := f.tables(ctx)
	if err != nil {
		return err
	}
	return f.with(ctx, func(conn *sql.Conn) error {
		_, err := conn.ExecContext(ctx, "SET foreign_key_checks = 0")
		for _, table := range tables {
			if err == nil {
				_, err = conn.ExecContext(ctx, "DROP TABLE `"+table+"`")
			}
		}
		return err
	})
}

func (f *Fresh) tables(ctx context.Context) (tables []string, err error) {
	err = f.with(ctx, func(conn *sql.Conn) (err error) {
		tables, err = View{mysqlDialect, conn}.Tables(ctx)
		return err
	})
	return tables, err
}

// run runs a file of statements, one on a line.
func (f *Fresh) run(ctx context.Context, file string) error {
	in, err := os.Open(file) //nolint:gosec // what is to be restored
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	return f.with(ctx, func(conn *sql.Conn) error {
		for lines := bufio.NewReaderSize(in, 1<<20); ; {
			line, err := lines.ReadString('\n')
			if errors.Is(err, io.EOF) && line == "" {
				return nil
			}
			if err != nil {
				return err
			}
			if _, err := conn.ExecContext(ctx, line); err != nil {
				return loadFault(line, err)
			}
		}
	})
}

// loadFault names the statement, and nothing that it holds: neither its values nor what the server repeats of them.
func loadFault(line string, err error) error {
	what, _, _ := strings.Cut(line, "(")
	var refused *mysqldriver.MySQLError
	if errors.As(err, &refused) {
		return fmt.Errorf("store: cannot load the database: %.80s: MySQL error %d", what, refused.Number)
	}
	return fmt.Errorf("store: cannot load the database: %.80s: %w", what, err)
}

func (f *Fresh) with(ctx context.Context, do func(conn *sql.Conn) error) error {
	cfgs, err := mysqlConfigs(f.dsn)
	if err != nil {
		return err
	}
	pool, err := textPool(cfgs[0])
	if err != nil {
		return err
	}
	defer func() { _ = pool.Close() }()
	conn, err := pool.Conn(ctx)
	if err != nil {
		return fmt.Errorf("store: cannot reach the MySQL server: %w", err)
	}
	return errors.Join(do(conn), conn.Close())
}

// serverOf gives connections to a DSN's server without its database, and its config.
func serverOf(dsn string) (*sql.DB, *mysqldriver.Config, error) {
	cfgs, err := mysqlConfigs(dsn)
	if err != nil {
		return nil, nil, err
	}
	server := cfgs[0].Clone()
	server.DBName = ""
	pool, err := textPool(server)
	return pool, cfgs[0].Clone(), err
}

// textPool waits for a statement however long it takes, and gives values as the server writes them.
func textPool(cfg *mysqldriver.Config) (*sql.DB, error) {
	cfg = cfg.Clone()
	cfg.ReadTimeout, cfg.WriteTimeout, cfg.ParseTime = 0, 0, false
	connector, err := mysqldriver.NewConnector(cfg)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector), nil
}
