package store_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"yimi/internal/store"
	"yimi/internal/storetest"
)

// together runs the parts in one group, in their order, behind a first transaction that adds the
// item "first" and waits until they stand in the queue. It gives each part's outcome.
func together(t *testing.T, s *store.Store, parts ...func(tx *store.Tx) error) []error {
	t.Helper()
	out := make([]error, len(parts))
	var done sync.WaitGroup
	begun := false
	must(t, s.Tx(t.Context(), func(tx *store.Tx) error {
		for i, part := range parts {
			if begun { // the first one runs again when its group broke
				break
			}
			done.Go(func() {
				defer func() { _ = recover() }()
				out[i] = errors.New("never answered")
				out[i] = s.Tx(t.Context(), part)
			})
			time.Sleep(5 * time.Millisecond) // until it stands in the queue
		}
		begun = true
		return tx.Create(&item{Code: "first"}).Error
	}))
	done.Wait()
	return out
}

func adding(code string) func(tx *store.Tx) error {
	return func(tx *store.Tx) error { return tx.Create(&item{Code: code}).Error }
}

func openItems(t *testing.T, opts ...store.Option) *store.Store {
	t.Helper()
	s := storetest.Open(t, opts...)
	make1(t, s, itemsTable)
	return s
}

func codes(t *testing.T, s *store.Store) (out []string) {
	t.Helper()
	must(t, s.Read(t.Context()).Model(&item{}).Order("code").Pluck("code", &out).Error)
	return out
}

func wantCodes(t *testing.T, s *store.Store, want ...string) {
	t.Helper()
	if got := codes(t, s); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("rows %v, want %v", got, want)
	}
}

func TestWaitingCallersShareOneCommit(t *testing.T) {
	t.Parallel()
	s := openItems(t)
	commits, answered := store.CountCommits(s), &atomic.Int64{}
	parts := make([]func(tx *store.Tx) error, 12)
	for i := range parts {
		parts[i] = func(tx *store.Tx) error {
			if n := answered.Load(); n != 0 {
				t.Errorf("%d were answered before the commit", n)
			}
			return tx.Create(&item{Code: fmt.Sprint(i)}).Error
		}
	}
	for i, err := range together(t, s, parts...) {
		if err != nil {
			t.Errorf("part %d: %v", i, err)
		}
		answered.Add(1)
	}
	if n := count(t, s, "items"); n != 13 || commits() != 1 {
		t.Errorf("%d rows in %d commits, want 13 in 1", n, commits())
	}
}

func TestOnePartsEndIsNotTheOthers(t *testing.T) {
	t.Parallel()
	s := openItems(t)
	errNo := errors.New("no")
	out := together(t, s,
		adding("a"),
		func(tx *store.Tx) error { must(t, adding("refused")(tx)); return errNo },
		adding("first"), // the leader's: what a part sees that the same group made
		func(tx *store.Tx) error { must(t, adding("panicked")(tx)); panic("halt") },
		func(tx *store.Tx) error { must(t, adding("exited")(tx)); runtime.Goexit(); return nil },
		func(tx *store.Tx) error { must(t, adding("hid its error")(tx)); _ = adding("a")(tx); return nil },
		adding("z"),
	)
	if out[0] != nil || !errors.Is(out[1], errNo) || !store.IsDuplicate(out[2]) || out[5] != nil || out[6] != nil {
		t.Errorf("outcomes %v", out)
	}
	wantCodes(t, s, "a", "first", "hid its error", "z")
}

// SQLite rolls back the whole transaction when a write in it is interrupted.
func TestACancelledCallerTakesOnlyItsPartAlong(t *testing.T) {
	t.Parallel()
	s := openItems(t)
	gone, leave := context.WithCancel(t.Context())
	var mine error
	out := together(t, s,
		adding("a"),
		func(*store.Tx) error { return nil },
		adding("z"))
	var done sync.WaitGroup
	must(t, s.Tx(t.Context(), func(tx *store.Tx) error {
		done.Go(func() {
			mine = s.Tx(gone, func(tx *store.Tx) error {
				must(t, adding("gone")(tx))
				leave()
				if err := adding("gone 2")(tx); !errors.Is(err, context.Canceled) {
					t.Errorf("a statement of a caller who left: %v", err)
				}
				return nil
			})
		})
		time.Sleep(5 * time.Millisecond)
		return adding("b")(tx)
	}))
	done.Wait()
	if !errors.Is(mine, context.Canceled) || errors.Join(out...) != nil {
		t.Errorf("outcomes %v, %v", mine, out)
	}
	wantCodes(t, s, "a", "b", "first", "z")
}

func TestACallerWhoLeavesWithinAStatementInterruptsNobody(t *testing.T) {
	t.Parallel()
	s := openItems(t)
	gone, leave := context.WithCancel(t.Context())
	runs, other, mine := 0, error(nil), error(nil)
	var done sync.WaitGroup
	must(t, s.Tx(t.Context(), func(tx *store.Tx) error {
		runs++
		if runs == 1 {
			done.Go(func() {
				mine = s.Tx(gone, func(tx *store.Tx) error {
					time.AfterFunc(20*time.Millisecond, leave)
					return tx.Exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
						INSERT INTO items (code, taken, cap, at) SELECT i, 0, 0, 0 FROM n`).Error
				})
			})
			time.Sleep(5 * time.Millisecond)
			done.Go(func() { other = s.Tx(t.Context(), adding("z")) })
			time.Sleep(5 * time.Millisecond)
		}
		return adding("a")(tx)
	}))
	done.Wait()
	if !errors.Is(mine, context.Canceled) || other != nil || runs != 1 {
		t.Errorf("outcomes %v, %v; the first ran %d times, want once", mine, other, runs)
	}
	wantCodes(t, s, "a", "z")
}

// A part that breaks the transaction takes nobody along: the others run again.
func TestABrokenGroupRunsAgain(t *testing.T) {
	t.Parallel()
	s := openItems(t)
	runs := 0
	out := together(t, s,
		func(tx *store.Tx) error { runs++; return adding("a")(tx) },
		func(tx *store.Tx) error {
			must(t, adding("broke it")(tx))
			return tx.Exec("INSERT OR ROLLBACK INTO items (code, taken, cap, at) VALUES ('a', 0, 0, 0)").Error
		},
		adding("z"))
	if out[0] != nil || !store.IsDuplicate(out[1]) || out[2] != nil || runs != 2 {
		t.Errorf("outcomes %v; the first ran %d times, want 2", out, runs)
	}
	wantCodes(t, s, "a", "first", "z")
}

func TestALostCommitOfAGroupDoesNothingTwice(t *testing.T) {
	t.Parallel()
	s := openItems(t)
	store.LoseCommitReplies(s, 1)
	parts := make([]func(tx *store.Tx) error, 5)
	for i := range parts {
		parts[i] = func(tx *store.Tx) error {
			err := tx.Create(&item{Code: fmt.Sprint(i)}).Error
			if store.IsDuplicate(err) { // the unique row first: it is in already
				return nil
			}
			return err
		}
	}
	begun := false
	var done sync.WaitGroup
	out := make([]error, len(parts))
	must(t, s.Tx(t.Context(), func(*store.Tx) error {
		for i, part := range parts {
			if !begun {
				done.Go(func() { out[i] = s.Tx(t.Context(), part) })
				time.Sleep(5 * time.Millisecond)
			}
		}
		begun = true
		return nil
	}))
	done.Wait()
	if errors.Join(out...) != nil {
		t.Errorf("outcomes %v", out)
	}
	wantCodes(t, s, "0", "1", "2", "3", "4")
}

// Who waits for the turn and leaves is not run, and the group behind is not left open.
func TestLeavingTheQueue(t *testing.T) {
	t.Parallel()
	s := openItems(t)
	gone, leave := context.WithCancel(t.Context())
	var mine error
	var done sync.WaitGroup
	must(t, s.Tx(t.Context(), func(tx *store.Tx) error {
		done.Go(func() { mine = s.Tx(gone, adding("gone")) })
		time.Sleep(5 * time.Millisecond)
		leave()
		return adding("a")(tx)
	}))
	done.Wait()
	if !errors.Is(mine, context.Canceled) {
		t.Errorf("who left: %v", mine)
	}
	add(t, s, item{Code: "b"})
	wantCodes(t, s, "a", "b")
}

// Every answer is true afterwards, whatever mix of callers meets in the groups.
func TestManyCallersInGroups(t *testing.T) {
	t.Parallel()
	s := openItems(t)
	commits := store.CountCommits(s)
	errOdd := errors.New("odd")
	var kept sync.Map
	race(24, func(worker int) {
		for n := range 30 {
			code := fmt.Sprintf("%d-%d", worker, n)
			ctx, cancel := context.WithCancel(t.Context())
			err := s.Tx(ctx, func(tx *store.Tx) error {
				err := tx.Create(&item{Code: code}).Error
				switch {
				case err == nil && n%5 == 1:
					return errOdd
				case err == nil && n%5 == 2 && worker%2 == 0:
					cancel()
				case err == nil && n%5 == 3 && worker == 0:
					return tx.Exec("INSERT OR ROLLBACK INTO items SELECT * FROM items WHERE code = ?", code).Error
				}
				return err
			})
			cancel()
			if err == nil {
				kept.Store(code, true)
			} else if !errors.Is(err, errOdd) && !errors.Is(err, context.Canceled) && worker != 0 {
				t.Errorf("%s: %v", code, err)
			}
		}
	})
	n := 0
	kept.Range(func(any, any) bool { n++; return true })
	for _, code := range codes(t, s) {
		if _, ok := kept.Load(code); !ok {
			t.Errorf("%s is there, and its caller was told that it is not", code)
		}
		n--
	}
	if n != 0 {
		t.Errorf("%d rows that were acknowledged are not there", n)
	}
	t.Logf("%d transactions in %d commits", 24*30, commits())
}

// Work of its own, such as CountRows, finds no transaction open, and the group before it stands.
func TestAloneCommitsTheGroupBefore(t *testing.T) {
	t.Parallel()
	s := openItems(t)
	commits := store.CountCommits(s)
	var done sync.WaitGroup
	must(t, s.Tx(t.Context(), func(tx *store.Tx) error {
		done.Go(func() { must(t, s.CountRows(t.Context())) })
		time.Sleep(5 * time.Millisecond)
		done.Go(func() { must(t, s.Tx(t.Context(), adding("z"))) })
		time.Sleep(5 * time.Millisecond)
		return adding("a")(tx)
	}))
	done.Wait()
	wantCodes(t, s, "a", "z")
	if commits() != 2 || count(t, s, "sqlite_stat1") == 0 {
		t.Errorf("%d commits, want 2: one before and one after the work alone", commits())
	}
	if n := count(t, s, "sqlite_stat4"); n != 0 {
		t.Errorf("%d samples are left, for which SQLite compiles statements again and again", n)
	}
}

// BenchmarkWrites has 32 callers write on a file on the disk, each commit flushed.
func BenchmarkWrites(b *testing.B) {
	s := storetest.OpenURL(b, "sqlite:"+filepath.Join(b.TempDir(), "yimi.db"))
	if err := s.Tx(b.Context(), func(tx *store.Tx) error { return tx.Exec(itemsTable.sqlite).Error }); err != nil {
		b.Fatal(err)
	}
	var n atomic.Int64
	b.SetParallelism(32 / runtime.GOMAXPROCS(0))
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := s.Tx(b.Context(), adding(fmt.Sprint(n.Add(1)))); err != nil {
				b.Error(err)
			}
		}
	})
}
