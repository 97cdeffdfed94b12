package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/go-sql-driver/mysql"
)

// prefix begins the name of every database that this package makes or drops.
const prefix = "yimi_test_"

// serverDSN is the DSN of a server, without a database.
type serverDSN string

// config is the DSN with a database; it allows many statements in one go, for the set-up only.
func (d serverDSN) config(name string) (*mysql.Config, error) {
	cfg, err := mysql.ParseDSN(string(d))
	if err != nil {
		return nil, err
	}
	if cfg.DBName != "" {
		return nil, fmt.Errorf("%s names the database %q; it must name none", ServerEnv, cfg.DBName)
	}
	cfg.DBName, cfg.MultiStatements = name, true
	return cfg, nil
}

// exec runs statements in the database called name on a connection of its own.
func (d serverDSN) exec(name, statements string) error {
	return d.with(name, func(db *sql.DB) error {
		_, err := db.ExecContext(context.Background(), statements)
		return err
	})
}

func (d serverDSN) with(name string, do func(db *sql.DB) error) error {
	cfg, err := d.config(name)
	if err != nil {
		return err
	}
	db, err := sql.Open("mysql", cfg.FormatDSN())
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1)
	return do(db)
}

func (d serverDSN) url(name string) (string, error) {
	cfg, err := d.config(name)
	if err != nil {
		return "", err
	}
	cfg.MultiStatements = false
	return "mysql:" + cfg.FormatDSN(), nil
}

// guard refuses every name that this package cannot have made.
func guard(name string) error {
	if !regexp.MustCompile(`^` + prefix + `[a-z0-9]{26}$`).MatchString(name) {
		return fmt.Errorf("storetest: %q is not a test database; left alone", name)
	}
	return nil
}

func newName() string { return prefix + strings.ToLower(rand.Text()) }

// createDatabase makes an empty database. Its default collation is deliberately
// not the one that the migrations ask for, so that a table that forgets to ask is seen.
func (d serverDSN) createDatabase(name string) error {
	if err := guard(name); err != nil {
		return err
	}
	return d.exec("", "CREATE DATABASE `"+name+"` CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci")
}

func (d serverDSN) dropDatabase(name string) error {
	if err := guard(name); err != nil {
		return err
	}
	return d.exec("", "DROP DATABASE `"+name+"`")
}

// create gives the address of an empty database that goes when the test ends.
func (d serverDSN) create(t testing.TB) string {
	t.Helper()
	name := newName()
	if err := d.createDatabase(name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.dropDatabase(name); err != nil {
			t.Error(err)
		}
	})
	url, err := d.url(name)
	if err != nil {
		t.Fatal(err)
	}
	return url
}

// mysqlURL gives the address of a migrated database that goes when the test ends.
func mysqlURL(t testing.TB) string {
	t.Helper()
	d := server(t)
	script, err := mysqlTemplate(d)
	if err != nil {
		t.Fatal(err)
	}
	url := d.create(t)
	cfg, err := mysql.ParseDSN(strings.TrimPrefix(url, "mysql:"))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.exec(cfg.DBName, script); err != nil {
		t.Fatal(err)
	}
	return url
}

var (
	templateOnce sync.Once
	template     string
	errTemplate  error
)

// mysqlTemplate migrates one database per process and gives the script that makes
// another like it: much faster than to migrate again.
func mysqlTemplate(d serverDSN) (string, error) {
	templateOnce.Do(func() { template, errTemplate = d.makeTemplate() })
	return template, errTemplate
}

func (d serverDSN) makeTemplate() (script string, err error) {
	name := newName()
	if err := d.createDatabase(name); err != nil {
		return "", err
	}
	defer func() {
		if dropErr := d.dropDatabase(name); err == nil {
			err = dropErr
		}
	}()
	url, err := d.url(name)
	if err != nil {
		return "", err
	}
	if err := migrate(url); err != nil {
		return "", err
	}
	err = d.with(name, func(db *sql.DB) (err error) {
		script, err = dump(db)
		return err
	})
	return script, err
}

// dump writes the statements that make the tables and fill in what the migrations put there.
func dump(db *sql.DB) (string, error) {
	tables, err := tableNames(db)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("SET SESSION foreign_key_checks=0;\n")
	for _, table := range tables {
		var name, create string
		if err := db.QueryRowContext(context.Background(), "SHOW CREATE TABLE `"+table+"`").Scan(&name, &create); err != nil {
			return "", err
		}
		b.WriteString(create + ";\n")
		if err := dumpRows(db, table, &b); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}

func tableNames(db *sql.DB) (names []string, err error) {
	rows, err := db.QueryContext(context.Background(), "SHOW TABLES")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

// dumpRows writes each row as hexadecimal literals, which need no quoting.
func dumpRows(db *sql.DB, table string, b *strings.Builder) error {
	rows, err := db.QueryContext(context.Background(), "SELECT * FROM `"+table+"`")
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.ColumnTypes()
	if err != nil {
		return err
	}
	values := make([]sql.RawBytes, len(columns))
	into := make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		fmt.Fprintf(b, "INSERT INTO `%s` VALUES (%s);\n", table, literals(values))
	}
	return rows.Err()
}

func literals(values []sql.RawBytes) string {
	words := make([]string, len(values))
	for i, v := range values {
		switch {
		case v == nil:
			words[i] = "NULL"
		default: // a string of utf8mb4 converts to every type, a bare 0x… only to some
			words[i] = fmt.Sprintf("CONVERT(0x%X USING utf8mb4)", []byte(v))
		}
		if v != nil && len(v) == 0 {
			words[i] = "''"
		}
	}
	return strings.Join(words, ",")
}
