package app

import (
	"context"
	"time"

	"yimi/internal/identity"
	"yimi/internal/jobs"
	"yimi/internal/store"
)

const (
	// kept is how long answers for replays and used-up throttles stay.
	kept = 48 * time.Hour
	// noticeBatches bounds one round of deleting notices, which are many.
	noticeBatches = 200
)

// Prune deletes what was kept long enough, in small batches. What one round does not reach, the next does.
func (a *App) Prune(ctx context.Context) error {
	keep := a.cfg.Retention
	return jobs.Steps(ctx,
		func(ctx context.Context) error { _, err := a.Store.PruneKeys(ctx, a.ago(kept)); return err },
		func(ctx context.Context) error { _, err := a.Store.PruneThrottles(ctx, a.ago(kept)); return err },
		func(ctx context.Context) error {
			return a.Identity.PruneInvitations(ctx, a.ago(identity.InvitationsKept))
		},
		func(ctx context.Context) error { _, err := a.Outbox.PruneClosed(ctx); return err },
		a.pruneAfter(keep.Sessions, func(ctx context.Context, before store.Time) error {
			_, err := a.Identity.PruneSessions(ctx, before)
			return err
		}),
		a.pruneAfter(keep.Notices, func(ctx context.Context, before store.Time) error {
			_, err := a.Outbox.Prune(ctx, before, noticeBatches)
			return err
		}),
		a.pruneAfter(keep.Drafts, func(ctx context.Context, before store.Time) error {
			_, err := a.Requests.PruneDrafts(ctx, before)
			return err
		}),
		a.pruneAfter(keep.Requests, func(ctx context.Context, before store.Time) error {
			_, err := a.Requests.PruneWords(ctx, before)
			return err
		}),
		a.pruneAfter(keep.Records, func(ctx context.Context, before store.Time) error {
			_, err := a.Requests.PruneRecords(ctx, before)
			return err
		}),
		a.pruneAfter(keep.Looks, func(ctx context.Context, before store.Time) error {
			_, err := a.Requests.PruneLooks(ctx, before)
			return err
		}))
}

// pruneAfter prunes what is older than the length of time; 0 keeps for ever.
func (a *App) pruneAfter(keep time.Duration, prune func(ctx context.Context, before store.Time) error) func(context.Context) error {
	return func(ctx context.Context) error {
		if keep == 0 {
			return nil
		}
		return prune(ctx, a.ago(keep))
	}
}

func (a *App) ago(d time.Duration) store.Time { return store.At(a.clock().Add(-d)) }
