package app

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"yimi/internal/activity"
	"yimi/internal/campaign"
	"yimi/internal/catalogue"
	"yimi/internal/fault"
	"yimi/internal/identity"
	"yimi/internal/jobs"
	"yimi/internal/store"
	"yimi/internal/unit"
)

// What the demo made is found again by when and in which order it was made, since whoever
// tries the demo may change every name.

// demoThings are what the demo made, by the names it gave.
type demoThings struct {
	units                       map[string]unit.Unit
	campaigns, people, services map[string]int64 // people by key
	volunteers                  []int64
	made                        bool
}

var errDemoGone = errors.New("what the demo made is not there any more")

// demoLogin selects the logins that the demo made.
const demoLogin = "openid >= 'demo-' AND openid < 'demo.'"

// findDemo reads what the demo made; units and campaigns came in one transaction with its people.
func findDemo(tx *store.Tx) (*demoThings, error) {
	t := &demoThings{units: map[string]unit.Unit{}, campaigns: map[string]int64{}, people: map[string]int64{}, services: map[string]int64{}}
	var logins []identity.WechatIdentity
	if err := tx.Where(demoLogin).Order("person_id, openid").Find(&logins).Error; err != nil || len(logins) == 0 {
		return t, err
	}
	t.made = true
	first := logins[0].CreatedAt
	seen := map[int64]bool{}
	for _, l := range logins {
		key := l.OpenID[len("demo-"):]
		t.people[key] = l.PersonID
		if l.CreatedAt.Before(first.Time) {
			first = l.CreatedAt
		}
		// Two that staff merged are one person.
		if len(key) > 1 && key[0] == 'v' && key[1] >= '0' && key[1] <= '9' && !seen[l.PersonID] {
			seen[l.PersonID] = true
			t.volunteers = append(t.volunteers, l.PersonID)
		}
	}
	return t, errors.Join(t.findUnits(tx, first), t.findCampaigns(tx, first), t.findServices(tx))
}

func (t *demoThings) findUnits(tx *store.Tx, first store.Time) error {
	var rows []unit.Unit
	if err := tx.Where("created_at = ? AND parent_id IS NOT NULL", first).Order("id").Find(&rows).Error; err != nil {
		return err
	}
	if len(rows) < len(demoUnits) {
		return fmt.Errorf("%w: %d units", errDemoGone, len(rows))
	}
	for i, in := range demoUnits {
		t.units[in.name] = rows[i]
	}
	var district unit.Unit
	err := tx.Where("id = ?", rows[0].ParentID).Take(&district).Error
	t.units[demoDistrict] = district
	return err
}

func (t *demoThings) findCampaigns(tx *store.Tx, first store.Time) error {
	var rows []campaign.Campaign
	if err := tx.Where("created_at = ?", first).Order("id").Find(&rows).Error; err != nil {
		return err
	}
	if len(rows) < len(demoCampaigns) {
		return fmt.Errorf("%w: %d campaigns", errDemoGone, len(rows))
	}
	for i, in := range demoCampaigns {
		t.campaigns[in.name] = rows[i].ID
	}
	return nil
}

// findServices finds the services, which the demo makes after the rest and before anybody else; none is no error.
func (t *demoThings) findServices(tx *store.Tx) error {
	var rows []catalogue.Type
	if err := tx.Order("id").Limit(len(demoServices)).Find(&rows).Error; err != nil || len(rows) == 0 {
		return err
	}
	if len(rows) < len(demoServices) {
		return fmt.Errorf("%w: %d services", errDemoGone, len(rows))
	}
	for i, in := range demoServices {
		t.services[in.Name] = rows[i].ID
	}
	return nil
}

// startDemo makes the demo's data if need be, and tends it. What cannot be tended keeps no server from starting.
func (a *App) startDemo(ctx context.Context) error {
	if err := jobs.Try(func() error { return a.makeDemo(ctx) }); err != nil {
		return err
	}
	if err := a.tendDemo(ctx); err != nil {
		a.log.ErrorContext(ctx, "the demo is not tended", "error", err)
	}
	return nil
}

// keepDemoAlive makes the demo's data once, and then sees to it that there is always
// an activity under way, one whose check-in opens within minutes, and some to come.
func (a *App) keepDemoAlive(ctx context.Context) error {
	if err := a.makeDemo(ctx); err != nil {
		return err
	}
	return a.tendDemo(ctx)
}

// makeDemo makes the demo's data unless they are there.
func (a *App) makeDemo(ctx context.Context) error {
	var people, services int64
	db := a.Store.Read(ctx)
	if err := db.Model(&identity.WechatIdentity{}).Where(demoLogin).Limit(1).Count(&people).Error; err != nil {
		return err
	}
	if people == 0 {
		if err := a.makeDemoDistrict(ctx); err != nil {
			return fmt.Errorf("making the demo's data: %w", err)
		}
	}
	if err := db.Model(&catalogue.Type{}).Limit(1).Count(&services).Error; err != nil || services > 0 {
		return err
	}
	return a.makeDemoRequests(ctx)
}

func (a *App) makeDemoDistrict(ctx context.Context) error {
	district, err := a.Units.Bootstrap(ctx, demoDistrict)
	if err != nil {
		return err
	}
	return a.demoTx(ctx, func(d *demo) error {
		if d.made {
			return nil // another server was faster
		}
		d.units[demoDistrict] = district
		return d.make()
	})
}

// demoTx does something to the demo in a transaction of its own.
func (a *App) demoTx(ctx context.Context, do func(*demo) error) error {
	return a.Store.Tx(ctx, func(tx *store.Tx) error {
		things, err := findDemo(tx)
		if err != nil {
			return err
		}
		return do(&demo{demoThings: things, tx: tx, now: tx.Now.Time, limits: a.limits(), sealed: a.Identity.SealedColumns,
			rng: rand.New(rand.NewPCG(demoSeed, demoSeed))}) //nolint:gosec // repeatable on purpose
	})
}

// tendDemo does what keeps the demo alive, each thing whatever becomes of the others.
func (a *App) tendDemo(ctx context.Context) error {
	tx := func(do func(*demo) error) func(context.Context) error {
		return func(ctx context.Context) error { return a.demoTx(ctx, do) }
	}
	return jobs.Steps(ctx, a.settleOldDemo, tx((*demo).keepUnderWay), tx((*demo).keepOpening), tx((*demo).keepWeekAhead), a.keepDemoAhead)
}

// settleOldDemo does what staff would have done with activities that ended over a day
// ago, so that a demo left running for days does not drown in them.
func (a *App) settleOldDemo(ctx context.Context) error {
	var old []int64
	err := a.Store.Read(ctx).Model(&activity.Activity{}).Where("state = ? AND next_starts_at IS NULL AND NOT EXISTS (SELECT 1 FROM shifts WHERE shifts.activity_id = activities.id AND shifts.ends_at > ?)",
		activity.Published, store.At(a.Store.Now().Add(-40*hour))).Limit(20).Pluck("id", &old).Error
	if err != nil {
		return err
	}
	return jobs.Each(ctx, old, jobs.ID, func(id int64) error {
		return a.demoTx(ctx, func(d *demo) error { return d.settle(id) })
	})
}

// keepDemoAhead leaves out what the rules refuse by now, such as a service that staff do not offer any more.
func (a *App) keepDemoAhead(ctx context.Context) error {
	d, err := a.newDemoLoop(ctx)
	if err != nil {
		return err
	}
	d.keepAhead()
	if f := (*fault.Error)(nil); errors.As(d.err, &f) && f.Kind != fault.Internal {
		a.log.InfoContext(ctx, "the demo books nothing ahead", "because", f.Code)
		return nil
	}
	return d.err
}
