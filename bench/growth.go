package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"
)

// growing are the reads that must cost the same however long the ledger is.
var growing = []string{"campaign", "my_hours", "leaderboard"}

const flatLimit = 1.2

// turn is one kind of work at one server.
type turn struct {
	world *world
	on    *process
	work  work
	floor bool // the server is the floor
}

func (t *turn) target() *target { return newTarget(t.on.address, t.floor) }

// byTurns gives the median time of a request at each of two: one caller, who asks them by turns,
// since a machine is not as fast in one minute as in the next.
func byTurns(ctx context.Context, o *options, two [2]turn) ([2]time.Duration, error) {
	var times [2]side
	for round := range o.rounds {
		for i := range two {
			n := (i + round) % 2
			r, err := once(ctx, two[n].world, two[n].work, two[n].target(), 1, time.Second, pool)
			if err != nil {
				return [2]time.Duration{}, err
			}
			times[n].runs = append(times[n].runs, r)
		}
	}
	return [2]time.Duration{times[0].time(0.5), times[1].time(0.5)}, nil
}

// flat says whether the first of two takes about as long as the second.
func flat(what string, took [2]time.Duration) string {
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	return fmt.Sprintf("- %s, within %.1f: %.2f ms, %.2f ms: %s", what, flatLimit, ms(took[0]), ms(took[1]), met(float64(took[0]) <= flatLimit*float64(took[1])))
}

// depth compares the far page of activities with the first of the city's own: those of the bench
// are all alike, of one campaign, which makes their page cheaper.
func depth(ctx context.Context, o *options, w *world, on *process) (string, error) {
	first := work{kinds: 1, items: activities(func(w *world) int64 { return w.near })}
	took, err := byTurns(ctx, o, [2]turn{{w, on, workNamed("activities_far"), false}, {w, on, first, false}})
	return flat("page 4,000 of the activities as fast as the first", took), err
}

// growth compares the product on the city with the product on a city of eight thousand entries.
func growth(ctx context.Context, o *options, name string, large *world, on *process, url, data string) (out []string, err error) {
	small, stop, err := serve(ctx, o, name+"-small", url, data)
	if err != nil {
		return nil, err
	}
	defer stop()
	for _, of := range growing {
		k := workNamed(of)
		small.work = k
		took, err := byTurns(ctx, o, [2]turn{{large, on, k, false}, small})
		if err != nil {
			return nil, err
		}
		out = append(out, flat(fmt.Sprintf("%s with %d entries as fast as with %d", k.title, large.entries, small.world.entries), took))
	}
	return out, nil
}

// serve starts the product on a city, and waits until it is at rest.
func serve(ctx context.Context, o *options, name, url, data string) (turn, func(), error) {
	w, err := openWorld(ctx, url, data)
	if err != nil {
		return turn{}, nil, err
	}
	p, err := startProduct(ctx, o, name, w)
	if err != nil {
		return turn{}, nil, err
	}
	stop := func() {
		p.stop()
		_, _ = w.read.Close(), w.write.Close()
	}
	if err := p.idle(ctx, w); err != nil {
		stop()
		return turn{}, nil, err
	}
	return turn{world: w, on: p}, stop, nil
}

// startProduct starts yimi on a world.
func startProduct(ctx context.Context, o *options, name string, w *world) (*process, error) {
	metrics, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	p, err := start(ctx, filepath.Join(o.dir, "yimi-"+name+".log"), "/readyz", w.env, o.yimi, func(listen string) []string {
		return []string{"serve", "--listen", listen, "--metrics-listen", metrics}
	})
	if err == nil {
		p.metrics = metrics
	}
	return p, err
}
