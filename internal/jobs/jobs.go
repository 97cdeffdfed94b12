// Package jobs runs timed work beside the server. Every task is safe to run on
// several servers at once.
package jobs

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// Task is one piece of timed work.
type Task struct {
	Name  string
	Every time.Duration // 0: once, at the start
	Do    func(context.Context) error
}

// Run runs the tasks, each at once and then at its pace, until ctx ends, and returns
// when the last one has stopped. A task that fails is logged and tried again in its turn.
func Run(ctx context.Context, log *slog.Logger, tasks ...Task) {
	var wg sync.WaitGroup
	for _, t := range tasks {
		wg.Go(func() { run(ctx, log, t) })
	}
	wg.Wait()
}

func run(ctx context.Context, log *slog.Logger, t Task) {
	tick := &time.Ticker{}
	if t.Every > 0 {
		tick = time.NewTicker(t.Every)
		defer tick.Stop()
	}
	for ctx.Err() == nil { // a tick that is due as well must not win over the stop
		if err := t.Do(ctx); err != nil && ctx.Err() == nil {
			log.ErrorContext(ctx, "timed work failed", "task", t.Name, "error", err)
		}
		if t.Every == 0 {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
