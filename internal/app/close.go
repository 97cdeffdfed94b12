package app

import (
	"context"
	"errors"

	"yimi/internal/auth"
	"yimi/internal/jobs"
)

// closingBatch bounds one round of the timed work that finishes closings.
const closingBatch = 50

// CloseAccount closes the actor's account. The first transaction settles it: from then on nobody
// acts as the person. What follows, and what a crash leaves undone, FinishClosings does again.
func (a *App) CloseAccount(ctx context.Context, reason string) error {
	if err := a.Identity.Close(ctx, reason); err != nil {
		return err
	}
	id := auth.From(ctx).PersonID
	if _, err := a.emptyAccount(context.WithoutCancel(ctx), id); err != nil {
		a.log.WarnContext(ctx, "closing goes on later", "person_id", id, "error", err)
	}
	return nil
}

// emptyAccount gives back all that a closed account has taken, then deletes what is personal in
// every feature. Every step may run again. It says whether a visit under way keeps something back.
func (a *App) emptyAccount(ctx context.Context, id int64) (waits bool, err error) {
	ctx = auth.With(ctx, auth.Actor{PersonID: id, Grants: []auth.Grant{{Role: auth.Resident}}})
	var left []error
	for _, f := range a.features {
		if f.Leave != nil {
			left = append(left, f.Leave(ctx, id))
		}
	}
	if err := errors.Join(left...); err != nil {
		return false, err
	}
	return a.forget(ctx, id)
}

// forget deletes what is personal in every feature, also where one of them fails.
func (a *App) forget(ctx context.Context, id int64) (waits bool, err error) {
	var steps []func(context.Context) error
	for _, f := range a.features {
		if f.Forget != nil {
			steps = append(steps, func(ctx context.Context) error {
				later, err := f.Forget(ctx, id)
				waits = waits || later
				return err
			})
		}
	}
	err = jobs.Steps(ctx, steps...)
	return waits, err
}

// FinishClosings goes through every closed account again until nothing can be left: for what was
// under way when it was closed, and for what a crash kept from being done.
func (a *App) FinishClosings(ctx context.Context) error {
	ids, err := a.Identity.Closing(ctx, closingBatch)
	if err != nil {
		return err
	}
	return jobs.Each(ctx, ids, jobs.ID, func(id int64) error {
		waits, err := a.emptyAccount(ctx, id)
		if err == nil && !waits {
			err = a.Identity.Forgotten(ctx, id)
		}
		return err
	})
}
