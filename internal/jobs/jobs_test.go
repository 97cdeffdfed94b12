package jobs_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"yimi/internal/jobs"
)

type failures struct {
	mu  sync.Mutex
	all [][2]string
}

func (f *failures) add(task, how string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all = append(f.all, [2]string{task, how})
}

func (f *failures) of(task, how string) (n int) {
	for _, x := range f.all {
		if x == [2]string{task, how} {
			n++
		}
	}
	return n
}

func index(rows []error) error { return rows[0] }

// Each row is tried, also behind bad ones; a few are told of, with their ids, and the rest counted.
func TestEachGoesOn(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	var did []int64
	do := func(id int64) error {
		switch id {
		case 1:
			return broken
		case 2:
			return index(nil)
		}
		did = append(did, id)
		return nil
	}
	err := jobs.Each(t.Context(), []int64{1, 2, 3, 4}, jobs.ID, do)
	var p *jobs.Panic
	if !errors.Is(err, broken) || !errors.As(err, &p) || !strings.Contains(string(p.Stack), "jobs_test.index") ||
		!strings.Contains(err.Error(), "row 1: broken") || !strings.Contains(err.Error(), "row 2: panic: runtime error: index out of range") {
		t.Error(err)
	}
	if !slices.Equal(did, []int64{3, 4}) {
		t.Error(did)
	}
	err = jobs.Each(t.Context(), slices.Repeat([]int64{1}, 100), jobs.ID, do)
	if n := strings.Count(err.Error(), "broken"); n != 5 || !strings.Contains(err.Error(), "and 95 rows more") {
		t.Error(err)
	}
	err = jobs.Each(t.Context(), append(slices.Repeat([]int64{1}, 100), 2), jobs.ID, do)
	if !errors.As(err, &p) {
		t.Errorf("the panic behind many errors is lost: %v", err)
	}
	if err := jobs.Each(t.Context(), []int64{5, 6}, jobs.ID, do); err != nil {
		t.Error(err)
	}
}

// At the end of the context the rows and the steps behind it are left.
func TestEachAndStepsStop(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	err := jobs.Each(ctx, []int64{1, 2, 3}, jobs.ID, func(id int64) error {
		if n++; id == 2 {
			cancel()
		}
		return nil
	})
	if n != 2 || !errors.Is(err, context.Canceled) {
		t.Errorf("%d rows, %v", n, err)
	}
	err = jobs.Steps(ctx, func(context.Context) error { n++; return nil })
	if n != 2 || !errors.Is(err, context.Canceled) {
		t.Errorf("%d steps, %v", n, err)
	}
}

// A step comes also after one that failed or panicked.
func TestStepsGoOn(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	n := 0
	step := func(err error) func(context.Context) error { return func(context.Context) error { n++; return err } }
	var p *jobs.Panic
	err := jobs.Steps(t.Context(), step(broken), func(context.Context) error { return index(nil) }, step(nil))
	if n != 2 || !errors.Is(err, broken) || !errors.As(err, &p) {
		t.Errorf("%d steps, %v", n, err)
	}
}

// What a panic holds may be somebody's data: of anything but words of the program only the type is kept.
func TestPanicsSayNothingPersonal(t *testing.T) {
	t.Parallel()
	for want, v := range map[string]any{"panic: a bug": "a bug", "panic: jobs_test.person": person{"林晓雯"}, "panic: *errors.errorString": errors.New("林晓雯")} {
		if err := jobs.Try(func() error { panic(v) }); err == nil || err.Error() != want {
			t.Errorf("%v, not %s", err, want)
		}
	}
}

type person struct{ name string }

// A task runs at once and at its pace; one that fails is logged and tried again,
// and holds up no other; Run returns when the last has stopped.
func TestRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		var good, bad, slow, once, wild, wildOnce atomic.Int64
		var failures failures
		ctx, cancel := context.WithTimeout(t.Context(), 95*time.Second)
		defer cancel()
		jobs.Run(ctx, slog.New(slog.NewTextHandler(&log, nil)), failures.add,
			jobs.Task{Name: "good", Every: 10 * time.Second, Do: func(context.Context) error { good.Add(1); return nil }},
			jobs.Task{Name: "once", Do: func(context.Context) error { once.Add(1); return nil }},
			jobs.Task{Name: "bad", Every: 30 * time.Second, Do: func(context.Context) error { bad.Add(1); return errors.New("broken") }},
			jobs.Task{Name: "wild", Every: 40 * time.Second, Do: func(context.Context) error { wild.Add(1); return index(nil) }},
			jobs.Task{Name: "wild once", Do: func(context.Context) error { wildOnce.Add(1); return index(nil) }},
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
		if wild.Load() != 3 || wildOnce.Load() != 1 {
			t.Errorf("%d wild, %d once", wild.Load(), wildOnce.Load())
		}
		if n := strings.Count(log.String(), "jobs_test.index"); n != 4 || strings.Count(log.String(), "index out of range") != 4 {
			t.Errorf("%d stacks: %s", n, log.String())
		}
		if got := failures.of("bad", "error"); got != 4 {
			t.Errorf("%d errors counted", got)
		}
		if a, b := failures.of("wild", "panic"), failures.of("wild once", "panic"); a != 3 || b != 1 || len(failures.all) != 18 {
			t.Errorf("panics counted: %d and %d of %d", a, b, len(failures.all))
		}
		if a, b := failures.of("good", "ok"), failures.of("once", "ok"); a != 10 || b != 0 {
			t.Errorf("good ends told: %d and %d", a, b)
		}
		if n := strings.Count(log.String(), "broken"); n != 4 || strings.Contains(log.String(), "slow") {
			t.Errorf("%d lines: %s", n, log.String())
		}
	})
}
