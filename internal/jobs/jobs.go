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

// Ended is told how each run of a task ended: "ok", "error" or "panic"; of one that runs once only what failed.
type Ended func(task, how string)

// Run runs the tasks, each at once and then at its pace, until ctx ends, and returns
// when the last one has stopped. A task that fails, by a panic too, is logged, counted
// and tried again in its turn.
func Run(ctx context.Context, log *slog.Logger, ended Ended, tasks ...Task) {
	var wg sync.WaitGroup
	for _, t := range tasks {
		wg.Go(func() { run(ctx, log, ended, t) })
	}
	wg.Wait()
}

func run(ctx context.Context, log *slog.Logger, ended Ended, t Task) {
	tick := &time.Ticker{}
	if t.Every > 0 {
		tick = time.NewTicker(t.Every)
		defer tick.Stop()
	}
	for ctx.Err() == nil { // a tick that is due as well must not win over the stop
		report(ctx, log, ended, t, Try(func() error { return t.Do(ctx) }))
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

// report logs a failure and tells how it ended; an error of the stop itself is none.
func report(ctx context.Context, log *slog.Logger, ended Ended, t Task, err error) {
	var p *Panic
	switch {
	case err == nil && t.Every > 0:
		ended(t.Name, "ok")
	case err == nil:
	case errors.As(err, &p):
		log.ErrorContext(ctx, "timed work failed", "task", t.Name, "error", err, "stack", string(p.Stack))
		ended(t.Name, "panic")
	case ctx.Err() == nil:
		log.ErrorContext(ctx, "timed work failed", "task", t.Name, "error", err)
		ended(t.Name, "error")
	}
}
