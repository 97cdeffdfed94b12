package jobs_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"yimi/internal/jobs"
)

// A task runs at once and at its pace; one that fails is logged and tried again,
// and holds up no other; Run returns when the last has stopped.
func TestRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		var good, bad, slow, once atomic.Int64
		ctx, cancel := context.WithTimeout(t.Context(), 95*time.Second)
		defer cancel()
		jobs.Run(ctx, slog.New(slog.NewTextHandler(&log, nil)),
			jobs.Task{Name: "good", Every: 10 * time.Second, Do: func(context.Context) error { good.Add(1); return nil }},
			jobs.Task{Name: "once", Do: func(context.Context) error { once.Add(1); return nil }},
			jobs.Task{Name: "bad", Every: 30 * time.Second, Do: func(context.Context) error { bad.Add(1); return errors.New("broken") }},
			jobs.Task{Name: "slow", Every: time.Second, Do: func(ctx context.Context) error {
				slow.Add(1)
				<-ctx.Done()
				time.Sleep(5 * time.Second) // finishes what it is at
				slow.Add(1)
				return ctx.Err()
			}})
		if good.Load() != 10 || bad.Load() != 4 || slow.Load() != 2 || once.Load() != 1 {
			t.Errorf("%d good, %d bad, %d slow, %d once", good.Load(), bad.Load(), slow.Load(), once.Load())
		}
		if n := strings.Count(log.String(), "broken"); n != 4 || strings.Contains(log.String(), "slow") {
			t.Errorf("%d lines: %s", n, log.String())
		}
	})
}
