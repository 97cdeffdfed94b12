package main

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http/httptest"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"yimi/bench/script"
	"yimi/internal/app"
)

// The floor's statements are not written by hand: the bench asks the product for each kind of
// work twice, as two people at two instants, sees the statements, and finds out which arguments
// are which. So the floor does what the product does today.

// seen is one statement with its arguments.
type seen struct {
	sql  string
	args []any
}

type tape struct {
	mu   sync.Mutex
	list []seen
}

func (t *tape) see(sql string, args []any, _ int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	plain := make([]any, len(args))
	for i, a := range args {
		plain[i] = normal(a)
	}
	t.list = append(t.list, seen{sql, plain})
}

func (t *tape) take() (out []seen) {
	t.mu.Lock()
	defer t.mu.Unlock()
	out, t.list = t.list, nil
	return out
}

// normal is what a driver gets of an argument.
func normal(v any) any {
	if v, ok := v.(driver.Valuer); ok {
		if r := reflect.ValueOf(v); r.Kind() == reflect.Pointer && r.IsNil() {
			return nil
		}
		got, _ := v.Value()
		return got
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Pointer:
		if r.IsNil() {
			return nil
		}
		return normal(r.Elem().Interface())
	case reflect.Int, reflect.Int64, reflect.Int32:
		return r.Int()
	case reflect.String:
		return r.String()
	case reflect.Bool:
		if r.Bool() {
			return int64(1)
		}
		return int64(0)
	}
	return v
}

// record gives the scripts of one kind of work, as the product does it now.
func record(ctx context.Context, w *world, k work) (map[string][]script.Shape, error) {
	if k.like != "" {
		k = workNamed(k.like)
	}
	t := &tape{}
	now := time.Now()
	cfg := w.cfg
	cfg.Listen, cfg.MetricsListen = "127.0.0.1:0", ""
	a, err := app.Build(ctx, cfg, slog.New(slog.DiscardHandler), app.WithClock(func() time.Time { return now }), app.WithTrace(t.see))
	if err != nil {
		return nil, err
	}
	defer func() { _ = a.Close() }()
	out := map[string][]script.Shape{}
	items, err := k.items(ctx, w, k.asked())
	if err != nil {
		return nil, err
	}
	for n := range k.kinds {
		if out[k.scriptName(n)], err = shapes(ctx, w, a, t, &now, k, items, n); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// asked is how many are asked for: not each has something to come, or a place on a board, and
// stations differ, of which a page shows what is near.
func (k *work) asked() int {
	if k.writes {
		return 96
	}
	return 600
}

// taken is one request: its statements, and what stands in it.
type taken struct {
	seen   []seen
	values script.Values
}

// shapes gives the ways in which the items are answered, each told by two of them at two instants.
func shapes(ctx context.Context, w *world, a *app.App, t *tape, now *time.Time, k work, items []item, n int) (out []script.Shape, err error) {
	alike := map[string][]taken{}
	for i := range min(k.asked(), len(items)) {
		*now = time.Now().Add(time.Duration(i) * 171 * time.Millisecond)
		one, err := listen(ctx, w, a, t, *now, k, &items[i][n])
		if err != nil {
			return nil, err
		}
		shape := ""
		for _, s := range one.seen {
			shape += s.sql + "\n"
		}
		if !k.writes {
			shape += one.values["unit"]
		}
		alike[shape] = append(alike[shape], one)
	}
	for _, key := range slices.Sorted(maps.Keys(alike)) {
		if len(alike[key]) == 1 {
			continue
		}
		steps, failed := typical(alike[key], k)
		if failed != nil {
			err = failed
			continue
		}
		out = append(out, script.Shape{Of: len(alike[key]), Steps: steps})
	}
	if len(out) == 0 {
		return nil, errors.Join(errors.New("no two requests are alike"), err)
	}
	return out, nil
}

// typical gives the steps of requests of one shape, from two that can be told apart.
func typical(alike []taken, k work) (steps []script.Step, err error) {
	err = errors.New("no two requests can be told apart")
	for i, one := range alike {
		for _, other := range slices.Backward(alike[i+1:]) { // neighbours may be of one station
			if !toldApart(one.values, other.values, alike) {
				continue
			}
			if steps, err = compare([2][]seen{one.seen, other.seen}, [2]script.Values{one.values, other.values}, k); err == nil {
				return steps, nil
			}
		}
	}
	return nil, err
}

// toldApart tells whether two requests differ in all in which those alike differ, and in no two
// things in the same way: else what is one's own would pass for a constant, or for something else.
func toldApart(one, other script.Values, alike []taken) bool {
	seen := map[[2]string]bool{}
	for _, name := range names {
		if !slices.ContainsFunc(alike, func(t taken) bool { return t.values[name] != one[name] }) {
			continue
		}
		pair := [2]string{one[name], other[name]}
		if pair[0] == pair[1] || seen[pair] {
			return false
		}
		seen[pair] = true
	}
	return true
}

// listen asks for one request and gives what the product did.
func listen(ctx context.Context, w *world, a *app.App, t *tape, now time.Time, k work, q *request) (taken, error) {
	values := script.Values{"now": text(now.UnixMilli())}
	maps.Copy(values, q.values)
	t.take()
	status, body := askOnce(ctx, a, q)
	if status > 299 || !strings.Contains(body, q.says) {
		return taken{}, fmt.Errorf("the product says %d: %s", status, body)
	}
	if k.creates != "" {
		var id int64
		if err := w.read.QueryRowContext(ctx, "SELECT MAX(id) FROM "+k.creates).Scan(&id); err != nil {
			return taken{}, err
		}
		values["created"] = text(id)
	}
	return taken{t.take(), values}, nil
}

func askOnce(ctx context.Context, a *app.App, q *request) (status int, body string) {
	t := &target{address: "http://bench"}
	r, err := t.build(ctx, q)
	if err != nil {
		return 0, err.Error()
	}
	r.RemoteAddr = "127.0.0.1:1"
	rec := httptest.NewRecorder()
	a.Handler.ServeHTTP(rec, r)
	return rec.Code, rec.Body.String()
}

// compare makes steps of two runs of the same work.
func compare(runs [2][]seen, values [2]script.Values, k work) ([]script.Step, error) {
	if len(runs[0]) != len(runs[1]) {
		return nil, fmt.Errorf("%d statements, then %d", len(runs[0]), len(runs[1]))
	}
	var out []script.Step
	for i, a := range runs[0] {
		b := runs[1][i]
		if a.sql != b.sql || len(a.args) != len(b.args) {
			return nil, fmt.Errorf("statement %d differs: %s / %s", i, a.sql, b.sql)
		}
		head := strings.ToUpper(strings.TrimSpace(a.sql))
		s := script.Step{SQL: a.sql, Query: strings.HasPrefix(head, "SELECT") || strings.HasPrefix(head, "WITH") || strings.Contains(head, " RETURNING ")}
		if k.creates != "" && strings.HasPrefix(head, "INSERT INTO `"+strings.ToUpper(k.creates)+"`") {
			s.Creates = "created"
		}
		for j := range a.args {
			arg, err := unify(a.args[j], b.args[j], values)
			if n, number := a.args[j].(int64); number && errors.Is(err, errUnknown) && !k.writes {
				arg, err = script.Arg{Kind: script.Int, Int: n}, nil // somebody's hours: a read may ask for one person's
			}
			if err != nil {
				return nil, fmt.Errorf("%w of: %s", err, a.sql)
			}
			s.Args = append(s.Args, arg)
		}
		out = append(out, s)
	}
	numberTransactions(out)
	return out, nil
}

// numberTransactions finds which statements are together: the key of the request is the first
// in the deed's transaction and its last write the last; the answer that is kept is one of its own.
func numberTransactions(steps []script.Step) {
	is := func(s *script.Step, head string) bool { return strings.HasPrefix(s.SQL, head) }
	first := slices.IndexFunc(steps, func(s script.Step) bool { return is(&s, "INSERT INTO `idempotency_keys`") })
	if first < 0 {
		return
	}
	last := first
	for i := first; i < len(steps); i++ {
		s := &steps[i]
		switch {
		case is(s, "UPDATE `idempotency_keys`"):
			s.Tx = 2
		case !is(s, "SELECT") && !is(s, "select"):
			last = i
		}
	}
	for i := first; i <= last; i++ {
		steps[i].Tx = 1
	}
}

var errUnknown = errors.New("an argument whose meaning is not known")

// unify finds out what an argument is from its values in two runs.
func unify(a, b any, values [2]script.Values) (script.Arg, error) {
	switch a := a.(type) {
	case nil:
		if b != nil {
			return script.Arg{}, errUnknown
		}
		return script.Arg{Kind: script.Null}, nil
	case int64:
		b, ok := b.(int64)
		if !ok {
			return script.Arg{}, errUnknown
		}
		return unifyInt(a, b, values)
	case float64:
		return script.Arg{Kind: script.Float, Float: a}, nil
	case string:
		b, ok := b.(string)
		if !ok {
			return script.Arg{}, errUnknown
		}
		return unifyText(a, b, values), nil
	case []byte:
		return script.Arg{Kind: script.RandomBlob, Int: int64(len(a))}, nil
	}
	return script.Arg{}, fmt.Errorf("%w: %T", errUnknown, a)
}

var names = []string{"created", "signup", "request", "booking", "shift", "activity", "person", "session", "resident", "provider", "supervisor", "volunteer", "unit", "starts", "ends", "now", "sequence", "stripe"}

func unifyInt(a, b int64, values [2]script.Values) (script.Arg, error) {
	if a == b {
		return script.Arg{Kind: script.Int, Int: a}, nil
	}
	for _, near := range []int64{0, 400 * day} { // first those that are equal
		for _, name := range names {
			x, err1 := strconv.ParseInt(values[0][name], 10, 64)
			y, err2 := strconv.ParseInt(values[1][name], 10, 64)
			if err1 == nil && err2 == nil && a-x == b-y && a-x >= -near && a-x <= near {
				return script.Arg{Kind: script.Named, Symbol: name, Int: a - x}, nil
			}
		}
	}
	return script.Arg{}, fmt.Errorf("%w: %d, then %d", errUnknown, a, b)
}

func unifyText(a, b string, values [2]script.Values) script.Arg {
	if a == b {
		return script.Arg{Kind: script.Text, Text: a}
	}
	if strings.HasPrefix(a, "{") { // JSON, which is read again
		return script.Arg{Kind: script.Text, Text: a}
	}
	if a == values[0]["key"] && b == values[1]["key"] {
		return script.Arg{Kind: script.Named, Symbol: "key"}
	}
	x, y := a, b
	for _, name := range names {
		if v := values[0][name]; v != "" {
			x = strings.ReplaceAll(x, v, "{"+name+"}")
		}
		if v := values[1][name]; v != "" {
			y = strings.ReplaceAll(y, v, "{"+name+"}")
		}
	}
	if x == y {
		return script.Arg{Kind: script.Template, Text: x}
	}
	return script.Arg{Kind: script.RandomText, Int: int64(len([]rune(a)))}
}
