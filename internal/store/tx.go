package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"math/rand/v2"
	"time"

	"gorm.io/gorm"
)

// Tx is one running transaction. Use it as gorm.G[T](tx.DB) or as *gorm.DB, and
// take every instant that is written from Now.
type Tx struct {
	*gorm.DB
	Now Time
}

// Tx runs fn in a transaction, the only way to write, and commits if fn returns
// nil. After a deadlock, a lock wait or a lost connection it runs the whole of fn
// again, with growing pauses, up to the store's patience; so fn has no effect but
// SQL, and starts from nothing each time. A lost reply to COMMIT may have
// committed: fn inserts its unique row first, so that the second run finds it.
//
// On SQLite callers who meet share one commit, each rolled back alone (group).
//
// fn must not call Tx: with SQLite's one writer that would wait for itself.
func (s *Store) Tx(ctx context.Context, fn func(tx *Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	run := &txRun{store: s, key: unusedKey(ctx), fn: fn}
	giveUp := time.Now().Add(s.patient)
	for attempt := 0; ; attempt++ {
		err := run.once(ctx, giveUp)
		if err == nil {
			run.key.markUsed()
			return nil
		}
		if !retryable(err) {
			return err
		}
		if ctx.Err() != nil {
			return errors.Join(ctx.Err(), err)
		}
		pause := backoff(attempt)
		if time.Now().Add(pause).After(giveUp) {
			return ErrBusy.Because(err)
		}
		s.log.DebugContext(ctx, "transaction runs again", "attempt", attempt+1, "because", err)
		if err := sleep(ctx, pause); err != nil {
			return err
		}
	}
}

// backoff is a random pause below 4 ms, 8 ms, 16 ms … at most 512 ms.
func backoff(attempt int) time.Duration {
	ceiling := 4 * time.Millisecond << min(attempt, 7)
	return time.Millisecond + rand.N(ceiling) //nolint:gosec // jitter, not a secret
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// txRun is one call of Store.Tx over all its attempts.
type txRun struct {
	store      *Store
	key        *Key // nil when there is none to insert
	fn         func(tx *Tx) error
	sentCommit bool // an earlier attempt may have committed
}

// once makes one attempt; it waits for its turn or a connection no longer than until giveUp.
func (r *txRun) once(ctx context.Context, giveUp time.Time) error {
	wait, cancel := context.WithDeadline(ctx, giveUp)
	defer cancel()
	busy := func(err error) error {
		if ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
			return ErrBusy.Because(err)
		}
		return err
	}
	if t := r.store.turns; t != nil {
		if err := t.take(wait); err != nil {
			return busy(err)
		}
		return r.shared(ctx, t)
	}
	conn, err := r.store.writers.Conn(wait)
	if err != nil {
		return busy(err)
	}
	defer func() { _ = conn.Close() }()
	return r.alone(ctx, conn)
}

// alone makes one attempt in a transaction of its own, which a connection of the writers begins
// by itself (manual). The statements do not see that the caller's context ends, which would cost
// the connection, and two wake-ups each to watch for it: between two of them txGuard does, and
// one lasts no longer than a lock is waited for.
func (r *txRun) alone(ctx context.Context, conn *sql.Conn) error {
	done := false
	defer func() { // also after a panic and after runtime.Goexit
		if !done {
			rollBack(conn)
		}
	}()
	if committed, err := r.part(ctx, &txGuard{tx: conn, caller: ctx}); err != nil || committed {
		return err
	}
	r.sentCommit = true
	_, err := conn.ExecContext(context.Background(), "COMMIT")
	done = err == nil
	if done && r.store.afterCommit != nil {
		err = r.store.afterCommit()
	}
	return classify(err)
}

// rollBack ends the transaction, or else the connection.
func rollBack(conn *sql.Conn) {
	if _, err := conn.ExecContext(context.Background(), "ROLLBACK"); err != nil {
		_ = conn.Raw(func(any) error { return driver.ErrBadConn })
	}
}

// part runs the function once; its error is the transaction's even where the function hid it.
func (r *txRun) part(ctx context.Context, guard *txGuard) (committed bool, err error) {
	committed, err = r.body(r.store.session(context.WithoutCancel(ctx), guard))
	if guard.over != nil {
		return false, guard.over
	}
	if err == nil {
		err = ctx.Err()
	}
	return committed, err
}

// body inserts the idempotency key, if any, and runs fn. It reports true when an
// earlier attempt turns out to have committed.
func (r *txRun) body(db *gorm.DB) (committed bool, err error) {
	tx := &Tx{DB: db, Now: r.store.Now()}
	if r.key != nil {
		switch err := insertKey(tx, r.key); {
		case IsDuplicate(err) && r.sentCommit && ownsKey(tx, r.key):
			return true, nil
		case IsDuplicate(err):
			return false, ErrKeyTaken
		case err != nil:
			return false, err
		}
	}
	return false, r.fn(tx)
}

// session is a fresh GORM session on a running transaction.
func (s *Store) session(ctx context.Context, pool gorm.ConnPool) *gorm.DB {
	db := s.write.Session(&gorm.Session{NewDB: true, Context: ctx})
	db.Statement.ConnPool = pool
	return db
}

// txGuard stands between GORM and the transaction. Once a statement failed in a
// way that ends the transaction on the server, it refuses the next ones: they
// would run, and commit, outside any transaction.
type txGuard struct {
	tx     gorm.ConnPool
	over   error
	caller context.Context //nolint:containedctx // the statements do not see it
}

// refuses gives why the next statement must not run.
func (g *txGuard) refuses() error {
	if g.over != nil {
		return g.over
	}
	return g.caller.Err()
}

func (g *txGuard) see(err error) error {
	if g.over == nil && err != nil && endsTx(err) {
		g.over = err
	}
	return err
}

func (g *txGuard) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	if err := g.refuses(); err != nil {
		return nil, err
	}
	stmt, err := g.tx.PrepareContext(ctx, query)
	return stmt, g.see(err)
}

func (g *txGuard) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := g.refuses(); err != nil {
		return nil, err
	}
	res, err := g.tx.ExecContext(ctx, query, args...)
	return res, g.see(err)
}

func (g *txGuard) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := g.refuses(); err != nil {
		return nil, err
	}
	rows, err := g.tx.QueryContext(ctx, query, args...)
	return rows, g.see(err)
}

// QueryRowContext cannot return an error of its own, so on a transaction that is
// over it asks with a context that is cancelled.
func (g *txGuard) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if g.refuses() != nil {
		cancelled, cancel := context.WithCancel(ctx)
		cancel()
		return g.tx.QueryRowContext(cancelled, query, args...)
	}
	row := g.tx.QueryRowContext(ctx, query, args...)
	_ = g.see(row.Err())
	return row
}

var errNotYours = errors.New("store: Tx commits and rolls back by itself")

// Commit and Rollback tell GORM that it is inside a transaction, so that its
// nested transactions become savepoints.
func (g *txGuard) Commit() error   { return errNotYours }
func (g *txGuard) Rollback() error { return errNotYours }
