package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"time"
)

// growing are the reads that must cost the same however long the ledger is.
var growing = []string{"campaign", "my_hours", "leaderboard"}

const growthLimit = 1.2

// growth compares the product on the city with the product on a city of eight thousand entries:
// one caller, by turns, the median time of a request.
func growth(ctx context.Context, o *options, name string, large *world, on *process, url, data string) (out []string, err error) {
	small, err := openWorld(ctx, url, data)
	if err != nil {
		return nil, err
	}
	defer func() { _, _ = small.read.Close(), small.write.Close() }()
	p, err := startProduct(ctx, o, name+"-small", small)
	if err != nil {
		return nil, err
	}
	defer p.stop()
	for _, k := range works {
		if !slices.Contains(growing, k.name) {
			continue
		}
		var times [2]side
		for round := range o.rounds {
			for i := range times {
				side := (i + round) % 2
				w, address := large, on.address
				if side == 1 {
					w, address = small, p.address
				}
				r, err := once(ctx, w, k, newTarget(address, false), 1, time.Second, pool)
				if err != nil {
					return nil, err
				}
				times[side].runs = append(times[side].runs, r)
			}
		}
		big, little := times[0].time(0.5), times[1].time(0.5)
		out = append(out, fmt.Sprintf("- %s with %d entries as fast as with %d, within %.1f: %.2f ms, %.2f ms: %s", k.title, large.entries, small.entries, growthLimit,
			float64(big.Microseconds())/1000, float64(little.Microseconds())/1000, met(float64(big) <= growthLimit*float64(little))))
	}
	return out, nil
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
