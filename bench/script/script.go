// Package script is what the bench's driver and its floor share: the statements that the
// product runs for one request, with holes for what differs between two requests.
package script

import (
	"context"
	"crypto/rand"
	"database/sql"
	"database/sql/driver"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-sql-driver/mysql"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// Arg is one argument of a statement: a constant, or a hole.
type Arg struct {
	Kind   Kind
	Int    int64 // a constant; the offset from a named value; the length of something random
	Text   string
	Float  float64
	Blob   []byte
	Symbol string // the named value
}

// Kind tells what an Arg is.
type Kind int

// The kinds of arguments.
const (
	Null Kind = iota
	Int
	Float
	Text
	Blob
	Named      // the value of Symbol, plus Int
	Template   // Text with {symbol} in it
	RandomText // Int characters
	RandomBlob // Int bytes
)

// Step is one statement.
type Step struct {
	SQL     string
	Args    []Arg
	Tx      int    // number of the transaction; 0: outside any
	Query   bool   // gives rows
	Creates string // the name that the new row's id gets
}

// Shape is one way that the product answers a kind of work, and how many of those who were asked for got it.
type Shape struct {
	Of    int
	Steps []Step
}

// Values are what the names stand for in one request.
type Values map[string]string

// Fill gives the arguments of a step.
func (s *Step) Fill(v Values) ([]any, error) {
	out := make([]any, len(s.Args))
	for i := range s.Args {
		var err error
		if out[i], err = s.Args[i].value(v); err != nil {
			return nil, fmt.Errorf("%w: %s", err, s.SQL)
		}
	}
	return out, nil
}

func (a *Arg) value(v Values) (any, error) {
	switch a.Kind {
	case Int:
		return a.Int, nil
	case Float:
		return a.Float, nil
	case Text:
		return a.Text, nil
	case Blob:
		return a.Blob, nil
	case Named:
		if a.Symbol == "key" {
			return v["key"], nil
		}
		n, err := strconv.ParseInt(v[a.Symbol], 10, 64)
		return n + a.Int, err
	case Template:
		out := a.Text
		for name, value := range v {
			out = strings.ReplaceAll(out, "{"+name+"}", value)
		}
		return out, nil
	case RandomText:
		b := make([]byte, a.Int)
		_, _ = rand.Read(b)
		return hex.EncodeToString(b)[:a.Int], nil
	case RandomBlob:
		b := make([]byte, a.Int)
		_, _ = rand.Read(b)
		return b, nil
	}
	return nil, nil
}

// Open opens a database as the product does: kind is "sqlite" or "mysql". With SQLite the
// second pool writes; with MySQL both are one.
func Open(url string) (read, write *sql.DB, err error) {
	kind, rest, _ := strings.Cut(url, ":")
	if kind == "mysql" {
		cfg, err := mysql.ParseDSN(rest)
		if err != nil {
			return nil, nil, err
		}
		cfg.ParseTime, cfg.ClientFoundRows, cfg.InterpolateParams = true, true, true
		if err := cfg.Apply(mysql.Charset("utf8mb4", "utf8mb4_bin")); err != nil {
			return nil, nil, err
		}
		connector, err := mysql.NewConnector(cfg)
		if err != nil {
			return nil, nil, err
		}
		read = sql.OpenDB(committed{connector})
		read.SetMaxOpenConns(32)
		read.SetMaxIdleConns(32)
		return read, read, nil
	}
	base := "file:" + rest + "?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)"
	if read, err = sql.Open("sqlite", base+"&_pragma=query_only(1)"); err != nil {
		return nil, nil, err
	}
	read.SetMaxOpenConns(4)
	read.SetMaxIdleConns(4)
	if write, err = sql.Open("sqlite", base+"&_txlock=immediate"); err == nil {
		write.SetMaxOpenConns(1)
	}
	return read, write, err
}

// committed sets the isolation on each connection by statement: the variable's name differs
// between MySQL and MariaDB.
type committed struct{ driver.Connector }

// Connect opens a connection.
func (c committed) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	_, err = conn.(driver.ExecerContext).ExecContext(ctx, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", nil)
	return conn, err
}
