package app

import (
	"context"
	"strings"
	"time"

	"yimi/internal/activity"
	"yimi/internal/audit"
	"yimi/internal/booking"
	"yimi/internal/campaign"
	"yimi/internal/catalogue"
	"yimi/internal/feature"
	"yimi/internal/hours"
	"yimi/internal/identity"
	"yimi/internal/jobs"
	"yimi/internal/outbox"
	"yimi/internal/policy"
	"yimi/internal/request"
	"yimi/internal/store"
	"yimi/internal/unit"
)

// allFeatures is the one list of the features, in the order in which they are gone round. The
// sign-ups come first, on which whoever credits hours waits (docs/adr/0016); what was told, who it
// was and the answers kept for replays go last.
func (a *App) allFeatures() []feature.Feature {
	return []feature.Feature{
		a.Activities.Feature(), a.Hours.Feature(), a.Requests.Feature(), a.Bookings.Feature(), a.Campaigns.Feature(), a.Catalogue.Feature(), a.Units.Feature(), a.Policies.Feature(),
		a.Outbox.Feature(), a.Identity.Feature(), a.Audit.Feature(), storeFeature(a.Store),
	}
}

// Declared is what the features say of themselves, with no program behind it.
func Declared() []feature.Feature {
	return (&App{Activities: new(activity.Service), Hours: new(hours.Service), Requests: new(request.Service), Bookings: new(booking.Service), Campaigns: new(campaign.Service),
		Catalogue: new(catalogue.Service), Units: new(unit.Service), Policies: new(policy.Service), Outbox: new(outbox.Service), Identity: new(identity.Service), Audit: new(audit.Service)}).allFeatures()
}

// Prove asks every feature whether what must always be true there is; read is told how far one is.
func (a *App) Prove(ctx context.Context, read func(of string, rows int64)) (all feature.Verified, err error) {
	var whole []string
	for _, f := range a.features {
		if f.Verify == nil {
			continue
		}
		v, err := f.Verify(ctx, func(rows int64) { read(f.Name, rows) })
		if err != nil {
			return all, err
		}
		all.Problems, all.Warnings, whole = append(all.Problems, v.Problems...), append(all.Warnings, v.Warnings...), append(whole, v.Whole)
	}
	all.Whole = strings.Join(whole, ", ")
	return all, nil
}

// kept is how long answers for replays and used-up throttles stay.
const kept = 48 * time.Hour

// storeFeature is what the store itself answers for, which knows no feature.
func storeFeature(s *store.Store) feature.Feature {
	return feature.Feature{
		Name: "store",
		Tables: []feature.Table{
			{Name: "idempotency_keys",
				People: []feature.Person{{Column: "person_id", Kept: "a sealed copy, for a day, of an answer that was given; what it says is exported"}},
				Sealed: []feature.Sealed{{Column: "body", Prefix: "answers/", Named: []string{"person_id", "request_key"}}}},
			{Name: "throttles"},
			{Name: "goose_db_version", Elsewhere: map[string]string{"version_id": "the migrations"}},
		},
		Forget: feature.AtOnce(s.ForgetKeys),
		Prunes: []feature.Prune{
			feature.After(kept, s.PruneKeys),
			feature.After(kept, s.PruneThrottles),
		},
	}
}

func (a *App) ago(d time.Duration) store.Time { return store.At(a.clock().Add(-d)) }

// Prune deletes what was kept long enough, in small batches. What one round does not reach, the next does.
func (a *App) Prune(ctx context.Context) error {
	var steps []func(context.Context) error
	for _, f := range a.features {
		for _, p := range f.Prunes {
			if p.Keep > 0 {
				steps = append(steps, func(ctx context.Context) error { return p.Do(ctx, a.ago(p.Keep)) })
			}
		}
	}
	return jobs.Steps(ctx, steps...)
}
