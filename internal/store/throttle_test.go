package store_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"yimi/internal/store"
	"yimi/internal/storetest"
)

// handClock is a clock that tests move by hand.
type handClock struct{ ms atomic.Int64 }

func newHandClock() *handClock {
	c := &handClock{}
	c.ms.Store(time.Date(2026, 3, 5, 9, 0, 0, 0, time.UTC).UnixMilli())
	return c
}

func (c *handClock) now() time.Time          { return time.UnixMilli(c.ms.Load()) }
func (c *handClock) advance(d time.Duration) { c.ms.Add(d.Milliseconds()) }

func hit(t *testing.T, s *store.Store, name string) (bool, time.Duration) {
	t.Helper()
	ok, wait, err := s.Hit(t.Context(), name, 3, 15*time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return ok, wait
}

func TestHitLimitsAWindow(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		clock := newHandClock()
		s := storetest.OpenURL(t, url, store.WithClock(clock.now))
		for i := range 3 {
			if ok, wait := hit(t, s, "a"); !ok || wait != 0 {
				t.Fatalf("try %d: %v, wait %v", i+1, ok, wait)
			}
			clock.advance(time.Minute)
		}
		if ok, wait := hit(t, s, "a"); ok || wait != 12*time.Minute {
			t.Errorf("the fourth: %v, wait %v", ok, wait)
		}
		if ok, _ := hit(t, s, "b"); !ok {
			t.Error("another name is held back too")
		}
		clock.advance(12*time.Minute - time.Millisecond)
		if ok, wait := hit(t, s, "a"); ok || wait != time.Millisecond {
			t.Errorf("in the last millisecond: %v, wait %v", ok, wait)
		}
		clock.advance(time.Millisecond)
		for i := range 3 {
			if ok, _ := hit(t, s, "a"); !ok {
				t.Errorf("in the next window, try %d is refused", i+1)
			}
		}
		if ok, wait := hit(t, s, "a"); ok || wait != 15*time.Minute {
			t.Errorf("the next window's fourth: %v, wait %v", ok, wait)
		}
	})
}

func TestUnhitAndClear(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for range 5 { // each is taken back, so none runs into the limit
			if ok, _ := hit(t, s, "a"); !ok {
				t.Fatal("refused")
			}
			if err := s.Unhit(t.Context(), "a"); err != nil {
				t.Fatal(err)
			}
		}
		for range 4 {
			hit(t, s, "a")
		}
		if err := s.Clear(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
		if ok, _ := hit(t, s, "a"); !ok {
			t.Error("refused after Clear")
		}
		n, err := s.PruneThrottles(t.Context(), store.At(time.Now().Add(time.Hour)))
		if err != nil || n != 1 {
			t.Errorf("pruned %d, %v", n, err)
		}
	})
}

// Two programs on one database, many tries at once: exactly the limit pass.
func TestRacingHitsPassExactlyTheLimit(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		servers := []*store.Store{storetest.OpenURL(t, url), storetest.OpenURL(t, url)}
		var passed atomic.Int64
		var wg sync.WaitGroup
		for i := range 24 {
			wg.Go(func() {
				ok, _, err := servers[i%2].Hit(t.Context(), "rush", 3, 15*time.Minute)
				if err != nil {
					t.Error(err)
				}
				if ok {
					passed.Add(1)
				}
			})
		}
		wg.Wait()
		if passed.Load() != 3 {
			t.Errorf("%d passed, want 3", passed.Load())
		}
	})
}
