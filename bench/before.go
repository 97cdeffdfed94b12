package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// measureBefore measures the product with an earlier one in the floor's place. Each works on a city
// that it made itself, since their schemas differ.
func measureBefore(ctx context.Context, o *options, d *database) (*report, error) {
	product, stop, err := serve(ctx, o, d.name, d.url, d.data)
	if err != nil {
		return nil, err
	}
	defer stop()
	earlier := *o
	earlier.yimi = o.before
	before, stop, err := serve(ctx, &earlier, d.name+"-before", d.other, d.otherData)
	if err != nil {
		return nil, fmt.Errorf("the earlier product: %w", err)
	}
	defer stop()
	r := &report{name: d.name, entries: product.world.entries, activities: product.world.activities, version: version(ctx, product.world)}
	for _, k := range o.todo() {
		product.work, before.work = k, k
		if _, err := once(ctx, before.world, k, before.target(), 1, time.Second/2, k.asked()); err != nil {
			r.skipped = append(r.skipped, fmt.Sprintf("- %s: skipped, the earlier product does not do it: %.300s", k.title, err))
			continue
		}
		l, err := measure(ctx, o, [2]turn{product, before})
		if err = errors.Join(err, product.world.settle(ctx), before.world.settle(ctx)); err != nil {
			return nil, fmt.Errorf("%s: %w", k.name, err)
		}
		r.lines = append(r.lines, *l)
		fmt.Fprintf(os.Stderr, "%-8s %s\n", d.name, l.short("before"))
	}
	return r, nil
}

// beforeTable shows each kind of work beside the earlier product.
func (r *report) beforeTable() string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n**%s** %s, %d entries in the ledger, %d activities\n\n", r.name, r.version, r.entries, r.activities)
	b.WriteString("| work | requests/s | before | ratio | p50 ms | before | p99 ms | before | errors | before | CPU ms a request | before |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	for i := range r.lines {
		l := &r.lines[i]
		fmt.Fprintf(&b, "| %s | %.0f | %.0f | %.2f | %s | %s | %s | %s | %d | %d | %.2f | %.2f |\n", l.title, l.product.rate(), l.floor.rate(), l.ratio(), shown(l.product.time(0.5)), shown(l.floor.time(0.5)),
			shown(l.product.time(0.99)), shown(l.floor.time(0.99)), l.product.errors(), l.floor.errors(),
			float64(l.product.perRequest().Microseconds())/1000, float64(l.floor.perRequest().Microseconds())/1000)
	}
	if len(r.skipped) > 0 {
		b.WriteString("\n" + strings.Join(r.skipped, "\n") + "\n")
	}
	return b.String()
}
