package outbox

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"yimi/internal/fault"
	"yimi/internal/jobs"
	"yimi/internal/store"
)

const (
	batchSize = 40
	atOnce    = 4               // messages on their way at one moment
	leaseFor  = 2 * time.Minute // far longer than a batch takes
	keepFor   = 72 * time.Hour  // a message that says no end of its own

	firstRetry  = 15 * time.Second
	lastRetry   = 30 * time.Minute
	maxAttempts = 12

	firstPause = time.Second
	lastPause  = time.Minute
)

// pause keeps everybody from asking a WeChat that does not answer.
type pause struct {
	mu    sync.Mutex
	until time.Time
	next  time.Duration // 0: WeChat answered when last asked
}

// trip starts a pause, or a longer one.
func (p *pause) trip(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next = min(max(2*p.next, firstPause), lastPause)
	p.until = now.Add(p.next)
}

func (p *pause) over() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next = 0
}

// state tells whether nobody may ask yet, and whether to ask for a sign of life first.
func (p *pause) state(now time.Time) (closed, doubted bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.next > 0 && now.Before(p.until), p.next > 0
}

// Deliver sends what is due until nothing is. It is safe on several servers at once: a
// message is in the hands of one, its lease; and it is marked before WeChat is asked, so
// that a crash leaves it uncertain, never sent twice.
func (s *Service) Deliver(ctx context.Context) error {
	if due, err := anyDue(s.Store.Read(ctx), s.Store.Now()); err != nil || !due {
		return err // most seconds: nobody waits for the writer
	}
	return jobs.Steps(ctx, func(ctx context.Context) error { return s.Store.Tx(ctx, giveUpLost) }, s.hush, s.deliverDue)
}

func (s *Service) deliverDue(ctx context.Context) error {
	for ctx.Err() == nil {
		if !s.open(ctx) {
			return nil
		}
		lease := rand.Text()
		batch, err := s.lease(ctx, lease)
		if err != nil || len(batch) == 0 {
			return err
		}
		if err := s.sendAll(ctx, batch); err != nil {
			return err
		}
		if err := s.giveBack(ctx, lease); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// open tells whether messages may be sent now. After a failure WeChat must give a sign of
// life first: a message sent into a silence may have arrived, and nobody could tell.
func (s *Service) open(ctx context.Context) bool {
	if len(s.Templates) == 0 {
		return true // nothing goes to WeChat: all is settled here
	}
	closed, doubted := s.pause.state(s.Store.Now().Time)
	if closed {
		return false
	}
	if doubted {
		if s.Reach(ctx) != nil {
			s.pause.trip(s.Store.Now().Time)
			return false
		}
		s.pause.over()
	}
	return true
}

func (s *Service) lease(ctx context.Context, lease string) (batch []Notice, err error) {
	err = s.Store.Tx(ctx, func(tx *store.Tx) error {
		batch, err = takeDue(tx, lease, batchSize, leaseFor)
		return err
	})
	return batch, err
}

// giveBack makes what was leased and not tried due again: the rest of a batch that a silence cut short.
func (s *Service) giveBack(ctx context.Context, lease string) error {
	return s.Store.Tx(context.WithoutCancel(ctx), func(tx *store.Tx) error { return endLease(tx, lease) })
}

// sendAll sends a batch, each message also behind one that failed. What failed keeps its lease,
// so that it comes again behind the others.
func (s *Service) sendAll(ctx context.Context, batch []Notice) error {
	ids := make([]int64, len(batch))
	for i, n := range batch {
		ids[i] = n.PersonID
	}
	openIDs, err := s.OpenIDs(ctx, ids)
	if err != nil {
		return err
	}
	failed := make([]error, len(batch))
	var group errgroup.Group
	group.SetLimit(atOnce)
	for i := range batch {
		group.Go(func() error {
			if closed, _ := s.pause.state(s.Store.Now().Time); closed || stopped(ctx) {
				return nil // left for giveBack
			}
			failed[i] = jobs.Try(func() error { return s.send(ctx, &batch[i], openIDs[batch[i].PersonID]) })
			return nil
		})
	}
	_ = group.Wait()
	return errors.Join(failed...)
}

func stopped(ctx context.Context) bool { return ctx.Err() != nil }

// send takes one message to its end, or to its next try.
func (s *Service) send(ctx context.Context, n *Notice, openID string) error {
	if why := s.keptInApp(n, openID); why != "" {
		return s.settle(ctx, n, settled{to: InApp, fault: why})
	}
	begun := false
	err := s.Store.Tx(ctx, func(tx *store.Tx) (err error) {
		begun, err = begin(tx, n, leaseFor)
		return err
	})
	if err != nil || !begun {
		return err
	}
	outcome, err := s.Send(ctx, openID, n)
	if outcome == Later || outcome == Unclear {
		s.pause.trip(s.Store.Now().Time)
	}
	return s.settle(ctx, n, s.fate(n, outcome, err))
}

// keptInApp says why a message is not to be sent at all; empty if it is.
func (s *Service) keptInApp(n *Notice, openID string) string {
	until := n.CreatedAt.Add(keepFor)
	if n.SendBefore != nil {
		until = n.SendBefore.Time
	}
	switch {
	case s.Templates[n.Template] == "":
		return "no_template"
	case openID == "":
		return "no_wechat"
	case s.Store.Now().After(until):
		return "too_late"
	}
	return ""
}

// settled is what a try comes to.
type settled struct {
	to    Delivery
	fault string
	due   time.Duration // of the next try, when it waits
	back  bool          // the accept was not used
	none  bool          // the person has no accept at all
}

// fate decides what becomes of a message after WeChat was asked.
func (s *Service) fate(n *Notice, o Outcome, err error) settled {
	code := ""
	if err != nil {
		code = fault.From(err).Code
	}
	switch o {
	case Taken:
		return settled{to: Sent}
	case Refused:
		return settled{to: InApp, fault: code, none: true}
	case Later:
		if n.Attempts >= maxAttempts {
			return settled{to: Dead, fault: code, back: true}
		}
		return settled{to: Waiting, fault: code, back: true, due: retryAfter(n.Attempts)}
	case Unclear:
		return settled{to: Uncertain, fault: code}
	}
	return settled{to: Dead, fault: code, back: true}
}

// retryAfter is 15 s, 30 s, 1 min … at most 30 min.
func retryAfter(attempts int) time.Duration {
	return min(firstRetry<<max(0, min(attempts-1, 8)), lastRetry)
}

// settle writes what became of a message, also while the program is stopping.
func (s *Service) settle(ctx context.Context, n *Notice, x settled) error {
	ctx = context.WithoutCancel(ctx)
	err := s.Store.Tx(ctx, func(tx *store.Tx) error {
		if err := finish(tx, n, x); err != nil {
			return err
		}
		switch {
		case x.none:
			return spendAll(tx, n.PersonID, n.Template)
		case x.back:
			return giveCreditBack(tx, n.PersonID, n.Template)
		}
		return nil
	})
	if err == nil && (x.to == Dead || x.to == Uncertain) {
		s.Log.WarnContext(ctx, "a message did not go", "notice", n.ID, "template", n.Template, "delivery", x.to, "code", x.fault)
	}
	return err
}
