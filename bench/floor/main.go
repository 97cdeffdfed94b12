// Command floor is what the product is measured against: a bare net/http and database/sql
// program that does the statements of the product, on the same database and as durably, and
// nothing else: no token, no validation, no ORM, no metrics.
//
//	floor LISTEN DATABASE SCRIPTS.json
package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-sql-driver/mysql"

	"yimi/bench/script"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "floor:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 3 {
		return errors.New("usage: floor LISTEN DATABASE SCRIPTS.json")
	}
	f := &floor{}
	var err error
	if f.read, f.write, err = script.Open(args[1]); err != nil {
		return err
	}
	text, err := os.ReadFile(args[2])
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, &f.scripts); err != nil {
		return err
	}
	server := &http.Server{Addr: args[0], Handler: f, ReadHeaderTimeout: 10 * time.Second}
	return server.ListenAndServe()
}

type floor struct {
	read, write *sql.DB
	scripts     map[string][]script.Shape
	asked       atomic.Uint64
}

// shape takes the shapes of a kind of work by turns, each as often as the product does.
func (f *floor) shape(shapes []script.Shape) []script.Step {
	total := 0
	for _, s := range shapes {
		total += s.Of
	}
	n := int(f.asked.Add(1) * 7919 % uint64(total)) //nolint:gosec // a handful
	for _, s := range shapes {
		if n -= s.Of; n < 0 {
			return s.Steps
		}
	}
	return nil
}

// ServeHTTP runs one script; the body is the values of its names.
func (f *floor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	shapes, ok := f.scripts[strings.TrimPrefix(r.URL.Path, "/")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	v := script.Values{}
	if err := json.NewDecoder(r.Body).Decode(&v); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	out, err := f.do(r.Context(), f.shape(shapes), v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(out)
}

// do runs the steps: those outside a transaction one by one, each transaction as a whole.
func (f *floor) do(ctx context.Context, steps []script.Step, v script.Values) (out []any, err error) {
	v["now"] = strconv.FormatInt(time.Now().UnixMilli(), 10)
	for len(steps) > 0 {
		n := 1
		if steps[0].Tx == 0 {
			err = one(ctx, f.read, &steps[0], v, &out)
		} else {
			for n < len(steps) && steps[n].Tx == steps[0].Tx {
				n++
			}
			for try := 0; ; try++ {
				err = f.transaction(ctx, steps[:n], v, &out)
				var my *mysql.MySQLError
				if try == 10 || !errors.As(err, &my) || my.Number != 1213 && my.Number != 1205 {
					break
				}
			}
		}
		if err != nil {
			return nil, err
		}
		steps = steps[n:]
	}
	return out, nil
}

func (f *floor) transaction(ctx context.Context, steps []script.Step, v script.Values, out *[]any) error {
	tx, err := f.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	for i := range steps {
		if err := one(ctx, tx, &steps[i], v, out); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// querier is a pool or a transaction.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func one(ctx context.Context, q querier, s *script.Step, v script.Values, out *[]any) error {
	args, err := s.Fill(v)
	if err != nil {
		return err
	}
	if !s.Query {
		res, err := q.ExecContext(ctx, s.SQL, args...)
		if err != nil || s.Creates == "" {
			return err
		}
		id, err := res.LastInsertId()
		v[s.Creates] = strconv.FormatInt(id, 10)
		return err
	}
	rows, err := q.QueryContext(ctx, s.SQL, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	for rows.Next() {
		row, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for i := range row {
			if b, ok := row[i].([]byte); ok {
				row[i] = string(b)
			}
		}
		if s.Creates != "" {
			v[s.Creates] = fmt.Sprint(row[0])
		}
		*out = append(*out, row)
	}
	return rows.Err()
}
