package store_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"gorm.io/gorm"

	"yimi/internal/fault"
	"yimi/internal/store"
	"yimi/internal/storetest"
)

func TestWritersAndReadersTogether(t *testing.T) {
	t.Parallel()
	eachItems(t, func(t *testing.T, s *store.Store) {
		i := add(t, s, item{Code: "a", Cap: 1000})
		race(12, func(worker int) {
			for range 20 {
				var err error
				if worker%2 == 0 {
					err = s.Tx(t.Context(), func(tx *store.Tx) error {
						var read item // a read before the write is what meets "database is locked" on one pool
						if err := tx.Take(&read, i.ID).Error; err != nil {
							return err
						}
						return tx.Exec("UPDATE items SET taken = taken + 1 WHERE id = ? AND taken < cap", i.ID).Error
					})
				} else {
					err = s.Read(t.Context()).Take(&item{}, i.ID).Error
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
		if got := get(t, s, i.ID).Taken; got != 6*20 {
			t.Errorf("taken %d, want %d", got, 6*20)
		}
	})
}

// Two programs on one file, such as "yimi serve" and "yimi migrate": a write lock
// asked for after a read could not wait, and would fail at once.
func TestTwoProgramsOnOneFile(t *testing.T) {
	t.Parallel()
	url := "sqlite:" + filepath.Join(t.TempDir(), "yimi.db")
	both := []*store.Store{storetest.OpenURL(t, url), storetest.OpenURL(t, url)}
	make1(t, both[0], itemsTable)
	i := add(t, both[0], item{Code: "a", Cap: 1000})
	var runs atomic.Int64
	race(2, func(worker int) {
		for range 50 {
			err := both[worker].Tx(t.Context(), func(tx *store.Tx) error {
				runs.Add(1)
				var read item
				if err := tx.Take(&read, i.ID).Error; err != nil {
					return err
				}
				return take(tx, i.ID)
			})
			if err != nil {
				t.Error(err)
			}
		}
	})
	if got := get(t, both[0], i.ID).Taken; got != 100 || runs.Load() != 100 {
		t.Errorf("taken %d in %d runs, want 100 in 100", got, runs.Load())
	}
}

// SQLite leaves the transaction open when COMMIT itself is refused; the next one must not find it.
func TestRefusedCommitLeavesNothingOpen(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	exec(t, s, "CREATE TABLE parents (id INTEGER PRIMARY KEY) STRICT")
	exec(t, s, "CREATE TABLE children (id INTEGER PRIMARY KEY, p INTEGER REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED) STRICT")
	err := try(t, s, func(tx *store.Tx) error { return tx.Exec("INSERT INTO children (p) VALUES (9)").Error })
	if !store.IsForeignKey(err) {
		t.Errorf("COMMIT: %v", err)
	}
	exec(t, s, "INSERT INTO parents (id) VALUES (1)")
	if n := count(t, s, "children"); n != 0 {
		t.Errorf("%d rows, want none", n)
	}
}

func TestPlacesNeverRunOver(t *testing.T) {
	t.Parallel()
	eachItems(t, func(t *testing.T, s *store.Store) {
		i := add(t, s, item{Code: "a", Cap: 7})
		errFull := errors.New("full")
		var won atomic.Int64
		race(30, func(int) {
			err := s.Tx(t.Context(), func(tx *store.Tx) error {
				if err := tx.Create(&part{ItemID: i.ID}).Error; err != nil {
					return err
				}
				done := tx.Exec("UPDATE items SET taken = taken + 1 WHERE id = ? AND taken < cap", i.ID)
				if done.Error == nil && done.RowsAffected == 0 {
					return errFull
				}
				return done.Error
			})
			switch {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, errFull):
				t.Error(err)
			}
		})
		if got := get(t, s, i.ID).Taken; got != 7 || won.Load() != 7 || count(t, s, "parts") != 7 {
			t.Errorf("taken %d, won %d, rows %d; want 7 each", got, won.Load(), count(t, s, "parts"))
		}
	})
}

func TestErrorAndPanicRollBack(t *testing.T) {
	t.Parallel()
	eachItems(t, func(t *testing.T, s *store.Store) {
		errNo := errors.New("no")
		err := s.Tx(t.Context(), func(tx *store.Tx) error {
			must(t, tx.Create(&item{Code: "a"}).Error)
			return errNo
		})
		if !errors.Is(err, errNo) {
			t.Errorf("got %v", err)
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			_ = s.Tx(t.Context(), func(tx *store.Tx) error {
				must(t, tx.Create(&item{Code: "b"}).Error)
				panic("halt")
			})
		}()
		add(t, s, item{Code: "c"}) // the connection is fit for use
		if n := count(t, s, "items"); n != 1 {
			t.Errorf("%d rows, want 1", n)
		}
	})
}

func TestCancelledContext(t *testing.T) {
	t.Parallel()
	eachItems(t, func(t *testing.T, s *store.Store) {
		before, cancel := context.WithCancel(t.Context())
		cancel()
		ran := false
		if err := s.Tx(before, func(*store.Tx) error { ran = true; return nil }); !errors.Is(err, context.Canceled) || ran {
			t.Errorf("cancelled before: %v, ran %v", err, ran)
		}
		during, cancel := context.WithCancel(t.Context())
		err := s.Tx(during, func(tx *store.Tx) error {
			must(t, tx.Create(&item{Code: "a"}).Error)
			cancel()
			return nil
		})
		if err == nil {
			t.Error("cancelled inside: committed")
		}
		add(t, s, item{Code: "b"})
		if n := count(t, s, "items"); n != 1 {
			t.Errorf("%d rows, want 1", n)
		}
	})
}

func TestNestedTransactionIsASavepoint(t *testing.T) {
	t.Parallel()
	eachItems(t, func(t *testing.T, s *store.Store) {
		must(t, s.Tx(t.Context(), func(tx *store.Tx) error {
			must(t, tx.Create(&item{Code: "a"}).Error)
			inner := tx.Transaction(func(in *gorm.DB) error {
				must(t, in.Create(&item{Code: "b"}).Error)
				return errors.New("only this part")
			})
			if inner == nil {
				t.Error("the inner error was lost")
			}
			if tx.Commit().Error == nil {
				t.Error("the function could commit by itself")
			}
			return nil
		}))
		if n := count(t, s, "items"); n != 1 {
			t.Errorf("%d rows, want 1", n)
		}
	})
}

func TestReadRefusesToWrite(t *testing.T) {
	t.Parallel()
	eachItems(t, func(t *testing.T, s *store.Store) {
		i := add(t, s, item{Code: "a"})
		read := s.Read(t.Context())
		for name, err := range map[string]error{
			"create": read.Create(&item{Code: "b"}).Error,
			"update": read.Model(&i).Update("cap", 9).Error,
			"delete": read.Delete(&i).Error,
			"exec":   read.Exec("DELETE FROM items").Error,
		} {
			if !errors.Is(err, store.ErrReadOnly) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if got := get(t, s, i.ID); got.Cap != 0 {
			t.Errorf("got %+v", got)
		}
	})
}

func TestNowIsTheClock(t *testing.T) {
	t.Parallel()
	fixed := time.Date(2026, 3, 5, 9, 0, 0, 7_900_000, time.FixedZone("CST", 8*3600))
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		want := store.At(fixed)
		must(t, s.Tx(t.Context(), func(tx *store.Tx) error {
			if tx.Now != want || s.Now() != want || want.Nanosecond() != 7_000_000 {
				t.Errorf("tx %v, store %v, want %v", tx.Now, s.Now(), want)
			}
			return nil
		}))
	}, store.WithClock(func() time.Time { return fixed }))
}

// TestDeadlockRunsAgain makes two transactions take two rows crosswise: the server
// kills one with 1213, and both must succeed in the end.
func TestDeadlockRunsAgain(t *testing.T) {
	t.Parallel()
	s := storetest.OpenMySQL(t)
	make1(t, s, itemsTable)
	rows := []int64{add(t, s, item{Code: "a", Cap: 9}).ID, add(t, s, item{Code: "b", Cap: 9}).ID}
	var runs atomic.Int64
	meet := make(chan struct{}, 2)
	race(2, func(worker int) {
		first, second := rows[worker], rows[1-worker]
		mine := 0
		err := s.Tx(t.Context(), func(tx *store.Tx) error {
			runs.Add(1)
			mine++
			if err := take(tx, first); err != nil {
				return err
			}
			if mine == 1 { // both hold one row before either asks for the other
				meet <- struct{}{}
				for len(meet) < 2 {
					time.Sleep(time.Millisecond)
				}
			}
			return take(tx, second)
		})
		if err != nil {
			t.Error(err)
		}
	})
	if runs.Load() < 3 {
		t.Errorf("%d runs: there was no deadlock", runs.Load())
	}
	for _, id := range rows {
		if got := get(t, s, id).Taken; got != 2 {
			t.Errorf("row %d taken %d times, want 2", id, got)
		}
	}
}

func take(tx *store.Tx, id int64) error {
	return tx.Exec("UPDATE items SET taken = taken + 1 WHERE id = ?", id).Error
}

// TestHiddenDeadlockCommitsNothing: after 1213 the server has rolled back, and a
// later statement would stand alone; a function that hides the error must not get that far.
func TestHiddenDeadlockCommitsNothing(t *testing.T) {
	t.Parallel()
	eachItems(t, func(t *testing.T, s *store.Store) {
		if s.Dialect() == "sqlite" {
			t.Skip("SQLite has one writer and no deadlock")
		}
		var runs int
		must(t, s.Tx(t.Context(), func(tx *store.Tx) error {
			runs++
			if err := tx.Create(&item{Code: "a", Taken: 0, Cap: int64(runs)}).Error; err != nil {
				return err
			}
			if runs == 1 {
				if err := tx.Exec("SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213").Error; err == nil {
					t.Error("no error was raised")
				}
				var n int64
				if tx.Create(&item{Code: "b"}).Error == nil || tx.Raw("SELECT 1").Row().Scan(&n) == nil {
					t.Error("a statement ran after the deadlock")
				}
			}
			return nil // hides it
		}))
		var all []item
		must(t, s.Read(t.Context()).Find(&all).Error)
		if len(all) != 1 || all[0].Cap != 2 {
			t.Errorf("rows %+v, want the one of the second run", all)
		}
	})
}

func TestEveryPassingErrorRunsAgain(t *testing.T) {
	t.Parallel()
	eachItems(t, func(t *testing.T, s *store.Store) {
		passing := []error{mysql.ErrInvalidConn, sql.ErrConnDone, errors.Join(errors.New("wrapped"), mysql.ErrInvalidConn)}
		for _, n := range []uint16{1213, 1205, 1047, 8002, 8005, 9007, 8028} {
			passing = append(passing, &mysql.MySQLError{Number: n})
		}
		for _, e := range passing {
			runs := 0
			err := s.Tx(t.Context(), func(tx *store.Tx) error {
				if runs++; runs == 1 {
					return e
				}
				return nil
			})
			if err != nil || runs != 2 {
				t.Errorf("%v: %d runs, %v", e, runs, err)
			}
		}
		runs := 0
		if err := s.Tx(t.Context(), func(*store.Tx) error { runs++; return &mysql.MySQLError{Number: 1146} }); err == nil || runs != 1 {
			t.Errorf("a lasting error: %d runs, %v", runs, err)
		}
	})
}

func TestTxGivesUp(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		err := s.Tx(t.Context(), func(*store.Tx) error { return &mysql.MySQLError{Number: 1205} })
		if !errors.Is(err, store.ErrBusy) || fault.From(err).Kind != fault.Unavailable {
			t.Errorf("got %v", err)
		}
	}, store.WithPatience(50*time.Millisecond))
}

// A Tx inside a Tx waits for SQLite's only writer, which it holds itself: it ends, as busy.
func TestTxInsideTxEnds(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t, store.WithPatience(100*time.Millisecond))
	var inner error
	must(t, s.Tx(t.Context(), func(*store.Tx) error {
		inner = s.Tx(t.Context(), func(*store.Tx) error { return nil })
		return nil
	}))
	if !errors.Is(inner, store.ErrBusy) {
		t.Errorf("got %v", inner)
	}
}

// A killed connection is what a server that goes away looks like.
func TestLostConnectionRunsAgain(t *testing.T) {
	t.Parallel()
	s := storetest.OpenMySQL(t)
	make1(t, s, itemsTable)
	runs := 0
	must(t, s.Tx(t.Context(), func(tx *store.Tx) error {
		runs++
		if err := tx.Create(&item{Code: "a"}).Error; err != nil {
			return err
		}
		if runs == 1 {
			var id int64
			must(t, tx.Raw("SELECT CONNECTION_ID()").Scan(&id).Error)
			exec(t, s, "KILL CONNECTION ?", id)
		}
		return tx.Create(&item{Code: "b"}).Error
	}))
	if n := count(t, s, "items"); runs != 2 || n != 2 {
		t.Errorf("%d runs, %d rows; want 2 and 2", runs, n)
	}
}

func TestOpenMakesTheFolderForItsOwnerOnly(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a folder #1?%20", "深", "yimi.db")
	s := storetest.OpenURL(t, "sqlite:"+path)
	must(t, s.Migrate(t.Context()))
	info, err := os.Stat(path)
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	if _, err := os.Stat(path + "-wal"); err != nil {
		t.Errorf("SQLite has opened another file: %v", err)
	}
}

func TestOpenRefusesABadAddress(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "yimi.db", "sqlite:", "sqlite::memory:", "postgres://u:secret@h/d", "mysql:root:secret@tcp(h", "mysql:root:secret@tcp(127.0.0.1:1)/"} {
		s, err := store.Open(background(), url)
		if err == nil {
			_ = s.Close()
			t.Errorf("%q was taken", url)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: the error shows the password: %v", url, err)
		}
	}
}

// Writers of SQLite are served in the order they came: with many callers and one
// connection nobody starves.
func TestWritersQueueInOrder(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	const callers = 20
	var wg sync.WaitGroup
	var mu sync.Mutex
	var served []int
	enter := make(chan int)
	err := s.Tx(t.Context(), func(*store.Tx) error {
		for range callers {
			wg.Go(func() {
				number := <-enter
				_ = s.Tx(context.Background(), func(*store.Tx) error {
					mu.Lock()
					defer mu.Unlock()
					served = append(served, number)
					return nil
				})
			})
		}
		for number := range callers {
			enter <- number
			time.Sleep(5 * time.Millisecond) // until it stands in the queue
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	if len(served) != callers {
		t.Fatalf("%d of %d were served", len(served), callers)
	}
	for at, number := range served {
		if at-number > 4 || number-at > 4 { // a machine under load may swap neighbours
			t.Errorf("number %d was served as number %d: %v", number, at, served)
		}
	}
}
