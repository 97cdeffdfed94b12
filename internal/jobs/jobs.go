// Package jobs runs timed work beside the server. Every task is safe to run on
// several servers at once.
package jobs

import (
	"context"
	"errors"
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

// Failed is told of each run of a task that failed, and how: "error" or "panic".
type Failed func(task, how string)

// Run runs the tasks, each at once and then at its pace, until ctx ends, and returns
// when the last one has stopped. A task that fails, by a panic too, is logged, counted
// and tried again in its turn.
func Run(ctx context.Context, log *slog.Logger, failed Failed, tasks ...Task) {
	var wg sync.WaitGroup
	for _, t := range tasks {
		wg.Go(func() { run(ctx, log, failed, t) })
	}
	wg.Wait()
}

func run(ctx context.Context, log *slog.Logger, failed Failed, t Task) {
	tick := &time.Ticker{}
	if t.Every > 0 {
		tick = time.NewTicker(t.Every)
		defer tick.Stop()
	}
	for ctx.Err() == nil { // a tick that is due as well must not win over the stop
		if err := Try(func() error { return t.Do(ctx) }); err != nil {
			report(ctx, log, failed, t.Name, err)
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

// report logs and counts a failure; an error of the stop itself is none.
func report(ctx context.Context, log *slog.Logger, failed Failed, task string, err error) {
	var p *Panic
	switch {
	case errors.As(err, &p):
		log.ErrorContext(ctx, "timed work failed", "task", task, "error", err, "stack", string(p.Stack))
		failed(task, "panic")
	case ctx.Err() == nil:
		log.ErrorContext(ctx, "timed work failed", "task", task, "error", err)
		failed(task, "error")
	}
}
