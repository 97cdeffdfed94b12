package store

import (
	"context"
	"errors"
	"sync/atomic"

	"golang.org/x/sync/semaphore"
)

// group is one transaction of SQLite that many callers share, so that the disk is
// flushed once for all of them. Who finds none open leads: after its own part it
// queues again for the turn, behind everybody who waits by then, and commits when it
// gets it; those run their parts meanwhile, each inside a savepoint. Nobody is
// answered before the commit, refusals included, since a part sees what the parts
// before it did.
//
// Only who has the turn touches a group; over and tried may be read after done.
type group struct {
	w     *writer
	over  error         // why nothing of it stands; nil once it is committed
	tried bool          // COMMIT was sent
	done  chan struct{} // closed at the end
}

// errGroupOver ends the parts of a group whose transaction another part, or the commit, broke.
var errGroupOver = errors.New("store: the transaction that was shared is over")

// turns is who may use SQLite's one writing connection: first come, first served.
type turns struct {
	*semaphore.Weighted
	writer *writer
	open   *group       // nil when there is none
	queued atomic.Int64 // callers in take
}

// take waits for the turn.
func (t *turns) take(ctx context.Context) error {
	t.queued.Add(1)
	defer t.queued.Add(-1)
	return t.Acquire(ctx, 1)
}

// alone takes the turn for work that is not part of a group, and commits the open one before it.
func (t *turns) alone(ctx context.Context, after func() error) error {
	if err := t.take(ctx); err != nil {
		return err
	}
	if g := t.open; g != nil {
		t.open = nil
		g.commit(after)
	}
	return nil
}

// shared makes one attempt within a group.
//
// SQLite rolls the whole transaction back when a write in it is interrupted, so the
// statements do not see that the caller's context ends: between two of them txGuard does.
func (r *txRun) shared(ctx context.Context, t *turns) error {
	if t.open != nil {
		return r.join(ctx, t)
	}
	defer t.Release(1)
	g, err := t.writer.newGroup()
	if err != nil {
		return err
	}
	defer g.end(errGroupOver) // a refusal, a panic or runtime.Goexit; without effect after commit
	guard := &txGuard{tx: g.w, caller: ctx}
	if committed, err := r.part(ctx, guard); err != nil || committed {
		return err
	}
	t.open = g
	t.Release(1)
	_ = t.Acquire(context.Background(), 1)
	if t.open == g {
		t.open = nil
		g.commit(r.store.afterCommit)
	}
	r.sentCommit = r.sentCommit || g.tried
	return g.over
}

// join runs the part of one caller in the open group and waits for its commit.
func (r *txRun) join(ctx context.Context, t *turns) error {
	g := t.open
	broke, err := r.inSavepoint(ctx, t, g)
	<-g.done
	r.sentCommit = r.sentCommit || g.tried
	if g.over != nil && !broke {
		return g.over
	}
	return err
}

// inSavepoint runs the part and ends the turn. When the part breaks the transaction the whole
// group ends here, and the others run again without it.
func (r *txRun) inSavepoint(ctx context.Context, t *turns, g *group) (broke bool, err error) {
	defer t.Release(1)
	guard, undo := &txGuard{tx: g.w, caller: ctx}, []string{"ROLLBACK TO part", "RELEASE part"}
	defer func() { // also after a panic or runtime.Goexit
		failed := g.w.run(undo...)
		if broke = guard.over != nil || failed != nil; broke {
			t.open = nil
			g.end(errGroupOver)
			err = errors.Join(err, failed)
		}
	}()
	if err = g.w.run("SAVEPOINT part"); err == nil {
		_, err = r.part(ctx, guard)
	}
	if err == nil {
		undo = undo[1:]
	}
	return false, err
}

// newGroup begins a transaction; the caller has the turn.
func (w *writer) newGroup() (*group, error) {
	if err := w.run("BEGIN IMMEDIATE"); err != nil {
		return nil, err
	}
	return &group{w: w, done: make(chan struct{})}, nil
}

// end rolls back what is not committed; once.
func (g *group) end(why error) {
	select {
	case <-g.done:
		return
	default:
	}
	if g.over = why; why != nil {
		_ = g.w.run("ROLLBACK") // refused where SQLite has done so by itself
	}
	close(g.done)
}

// commit commits; after a failure nothing is left open, which SQLite would otherwise
// keep for the next group.
func (g *group) commit(after func() error) {
	g.tried = true
	err := g.w.run("COMMIT")
	if err == nil && after != nil {
		err = after()
	}
	g.end(classify(err))
}
