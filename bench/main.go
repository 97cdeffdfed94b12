// Command bench measures Yimi against its floor on one machine, side by side, and writes a
// table and a chart. scripts/bench makes what it needs and starts it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

type options struct {
	dir, yimi, floor, before, docs, label string
	sqlite, sqliteData                    string
	mysql, mysqlData                      string
	sqliteOther, sqliteOtherData          string
	mysqlOther, mysqlOtherData            string
	only                                  string
	rounds, callers                       int
	seconds                               time.Duration
	profile                               bool
}

func main() {
	var o options
	flag.StringVar(&o.dir, "dir", "", "folder for logs")
	flag.StringVar(&o.yimi, "yimi", "", "the product's binary")
	flag.StringVar(&o.floor, "floor", "", "the floor's binary")
	flag.StringVar(&o.before, "before", "", "the binary of an earlier product, which takes the floor's place, on the other cities")
	flag.StringVar(&o.docs, "docs", "", "the docs folder to write the table and the chart into; empty: only print")
	flag.StringVar(&o.label, "label", "", "what the dataset is")
	flag.StringVar(&o.sqlite, "sqlite", "", "path of a city; empty: not measured")
	flag.StringVar(&o.sqliteData, "sqlite-data", "", "its data folder, with the keys")
	flag.StringVar(&o.mysql, "mysql", "", "DSN of a city; empty: not measured")
	flag.StringVar(&o.mysqlData, "mysql-data", "", "its data folder, with the keys")
	flag.StringVar(&o.sqliteOther, "sqlite-other", "", "path of a city to compare with, of a thousandth or made by the earlier product; empty: not compared")
	flag.StringVar(&o.sqliteOtherData, "sqlite-other-data", "", "its data folder")
	flag.StringVar(&o.mysqlOther, "mysql-other", "", "DSN of a city to compare with, of a thousandth or made by the earlier product; empty: not compared")
	flag.StringVar(&o.mysqlOtherData, "mysql-other-data", "", "its data folder")
	flag.StringVar(&o.only, "only", "", "names of work, with commas between; empty: all")
	flag.IntVar(&o.rounds, "rounds", 5, "rounds of each; the median counts")
	flag.IntVar(&o.callers, "callers", 32, "callers at once, each in a closed loop")
	flag.DurationVar(&o.seconds, "for", 6*time.Second, "length of a round")
	flag.BoolVar(&o.profile, "profile", false, "after the rounds, write a profile of the product at each kind of work")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := measureAll(ctx, &o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func measureAll(ctx context.Context, o *options) error {
	var reports []*report
	measure := measureDatabase
	if o.before != "" {
		measure = measureBefore
	}
	for _, d := range []database{
		{"SQLite", "sqlite:" + o.sqlite, o.sqliteData, "sqlite:" + o.sqliteOther, o.sqliteOtherData},
		{"MariaDB", "mysql:" + o.mysql, o.mysqlData, "mysql:" + o.mysqlOther, o.mysqlOtherData},
	} {
		if strings.HasSuffix(d.url, ":") {
			continue
		}
		r, err := measure(ctx, o, &d)
		if err != nil {
			return fmt.Errorf("%s: %w", d.name, err)
		}
		reports = append(reports, r)
	}
	if len(reports) == 0 {
		return errors.New("no database was given")
	}
	return publish(o, reports)
}

// database is a city to measure, and perhaps another to compare with: a small one, or the earlier product's.
type database struct{ name, url, data, other, otherData string }

// report is what one database gave.
type report struct {
	name, version       string
	entries, activities int64
	ready               time.Duration
	lines               []line
	rush                string
	depth               string
	growth              []string
	skipped             []string // what the earlier product does not do
}

// line is one kind of work: the product's rounds and the floor's, or the earlier product's.
type line struct {
	work
	product, floor side
}

// side is the rounds of one server.
type side struct {
	runs   []*run
	cpu    []time.Duration // a request
	memory float64         // MB, at its most
}

func measureDatabase(ctx context.Context, o *options, d *database) (*report, error) {
	name := d.name
	served, stop, err := serve(ctx, o, name, d.url, d.data)
	if err != nil {
		return nil, err
	}
	defer stop()
	w, product := served.world, served.on
	r := &report{name: name, entries: w.entries, activities: w.activities, ready: product.ready, version: version(ctx, w)}
	for _, k := range o.todo() {
		floor, err := startFloor(ctx, o, name, w, k)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", k.name, err)
		}
		l, err := measure(ctx, o, [2]turn{{w, product, k, false}, {w, floor, k, true}})
		floor.stop()
		if err = errors.Join(err, w.settle(ctx)); err != nil {
			return nil, fmt.Errorf("%s: %w", k.name, err)
		}
		if o.profile {
			if err := profile(ctx, o, name, w, k, product); err != nil {
				return nil, err
			}
		}
		r.lines = append(r.lines, *l)
		fmt.Fprintf(os.Stderr, "%-8s %s\n", name, l.short("floor"))
	}
	if r.rush, err = rush(ctx, w, product); err != nil {
		return nil, err
	}
	if o.only == "" || strings.Contains(o.only, "activities") {
		if r.depth, err = depth(ctx, o, w, product); err != nil {
			return nil, err
		}
	}
	if !strings.HasSuffix(d.other, ":") {
		r.growth, err = growth(ctx, o, name, w, product, d.other, d.otherData)
	}
	return r, err
}

// todo is the work that is to be measured.
func (o *options) todo() []work {
	return slices.DeleteFunc(slices.Clone(works), func(k work) bool { return o.only != "" && !slices.Contains(strings.Split(o.only, ","), k.name) })
}

// startFloor starts the floor with the statements that the product makes for the work by now: what
// the works before it left behind belongs to both.
func startFloor(ctx context.Context, o *options, name string, w *world, k work) (*process, error) {
	scripts, err := record(ctx, w, k)
	if err != nil {
		return nil, fmt.Errorf("reading the product's statements: %w", err)
	}
	path := filepath.Join(o.dir, "floor-"+name+".json")
	if err := os.WriteFile(path, encode(scripts), 0o600); err != nil {
		return nil, err
	}
	return start(ctx, filepath.Join(o.dir, "floor-"+name+".log"), "/", nil, o.floor, func(listen string) []string { return []string{listen, w.url, path} })
}

func version(ctx context.Context, w *world) (v string) {
	query := "SELECT sqlite_version()"
	if strings.HasPrefix(w.url, "mysql:") {
		query = "SELECT VERSION()"
	}
	_ = w.read.QueryRowContext(ctx, query).Scan(&v)
	return v
}

// itemsPerSecond is more than 32 callers get through; each is made ready before its round.
const itemsPerSecond = 5_000

// measure runs the rounds: product and floor by turns, and who begins by turns too.
func measure(ctx context.Context, o *options, two [2]turn) (*line, error) {
	l := &line{work: two[0].work}
	sides := []struct {
		turn
		t *target
		s *side
	}{{two[0], two[0].target(), &l.product}, {two[1], two[1].target(), &l.floor}}
	for _, s := range sides { // a warm-up that does not count
		if _, err := once(ctx, s.world, s.work, s.t, o.callers, time.Second/2, 500); err != nil {
			return nil, err
		}
		s.on.memory()
	}
	for round := range o.rounds {
		for i := range sides {
			s := sides[(i+round)%2]
			before := s.on.cpu()
			r, err := once(ctx, s.world, s.work, s.t, o.callers, o.seconds, min(pool, int(itemsPerSecond*o.seconds.Seconds())))
			if err != nil {
				return nil, err
			}
			s.s.runs = append(s.s.runs, r)
			s.s.cpu = append(s.s.cpu, (s.on.cpu()-before)/time.Duration(max(1, r.requests)))
			s.s.memory = max(s.s.memory, s.on.memory())
		}
	}
	return l, nil
}

// profile runs one more round, which does not count, and writes what the product did in it.
func profile(ctx context.Context, o *options, name string, w *world, k work, p *process) error {
	items, err := prepare(ctx, w, k, min(pool, int(itemsPerSecond*o.seconds.Seconds())))
	if err != nil {
		return err
	}
	written := make(chan error, 1)
	go func() { written <- p.profile(ctx, o.seconds, filepath.Join(o.dir, name+"-"+k.name+".pprof")) }()
	_, err = press(ctx, k, newTarget(p.address, false), o.callers, items, o.seconds)
	return errors.Join(err, <-written)
}

// once runs one round with work that is made ready for it.
func once(ctx context.Context, w *world, k work, t *target, callers int, length time.Duration, n int) (*run, error) {
	items, err := prepare(ctx, w, k, n)
	if err != nil {
		return nil, err
	}
	return press(ctx, k, t, callers, items, length)
}

func prepare(ctx context.Context, w *world, k work, n int) ([]item, error) {
	items, err := k.items(ctx, w, n)
	if err != nil {
		return nil, err
	}
	for i := range items {
		for q := range items[i] {
			items[i][q].op = k.scriptName(q)
		}
	}
	if !k.writes { // a read may be asked as often as one likes
		for len(items) < 20*n {
			items = append(items, items...)
		}
	}
	return items, nil
}

func press(ctx context.Context, k work, t *target, callers int, items []item, length time.Duration) (*run, error) {
	r := t.press(ctx, callers, items, length)
	if r.requests == 0 || r.errors*2 > r.requests {
		return nil, fmt.Errorf("%d of %d requests failed: %s", r.errors, r.requests, r.firstError)
	}
	if r.errors > 0 {
		fmt.Fprintf(os.Stderr, "%s: %d of %d requests failed: %.300s\n", k.name, r.errors, r.requests, r.firstError)
	}
	return r, nil
}
