// Package city fills an empty database with a whole made-up city: what Yimi is built to carry
// (2 million people, 100,000 activities, 8 million hour entries), seeded and repeatable, for
// measuring. It comes on top of the small demo, whose people can sign in.
//
// It writes by store.Bulk and not through the use cases, which would take days; "yimi verify"
// proves that what it wrote is what they would have.
package city

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"yimi/internal/catalogue"
	"yimi/internal/identity"
	"yimi/internal/seal"
	"yimi/internal/store"
)

// What a city of scale 1 has; units and staff are the same at every scale.
const (
	fullPeople     = 2_000_000
	fullActivities = 100_000
	fullEntries    = 8_000_000
	fullRequests   = 60_000

	stations     = 48
	rooms        = 153
	staffEach    = 2 // at each station
	workersEach  = 4
	historyDays  = 1_000 // how far back the ledger goes
	comingDays   = 25
	settledAfter = 36 * time.Hour // after which staff have confirmed a shift's attendance
	seed         = 20261126
)

// Deps are what a city is made with.
type Deps struct {
	Store  *store.Store
	Box    *seal.Box
	Seal   func(personID int64, c identity.Contact) map[string]any // the columns of a contact
	Notice identity.Notice
	Out    io.Writer // progress; nil for none
	Live   bool      // Out is a terminal
}

// size is how much of each there is.
type size struct{ people, activities, entries, requests int }

func sizeOf(scale float64) size {
	n := func(full int, least int) int { return max(least, int(float64(full)*scale+0.5)) }
	return size{n(fullPeople, 600), n(fullActivities, 40), n(fullEntries, 100), n(fullRequests, 40)}
}

// city is what is known while it is made.
type city struct {
	Deps
	size
	b   *store.Bulk
	now time.Time
	day time.Time // the midnight that began today, in Asia/Shanghai
	rng *rand.Rand
	bar *progress

	first     ids // the first free ids
	district  place
	places    []place // stations, then rooms
	campaigns []int64
	services  []catalogue.Type
	kept      []totalRow // totals of the small demo

	volunteers int // of the people, how many; see nth
	busyUntil  []int64
	shifts     []shift
	ledger     *ledger
}

// ids are the first free ids of the tables, or the next.
type ids struct{ person, unit, campaign, activity, shift, signup, entry, proposal, request, booking int64 }

// Fill makes a city of the scale (1 is whole) in a database that has the small demo and nothing
// else. What stands there after an error is rubbish.
func Fill(ctx context.Context, d Deps, scale float64) error {
	if d.Out == nil {
		d.Out = io.Discard
	}
	now := d.Store.Now().Time
	y, m, day := now.In(store.Shanghai).Date()
	c := &city{Deps: d, size: sizeOf(scale), now: now, day: time.Date(y, m, day, 0, 0, 0, 0, store.Shanghai),
		rng: rand.New(rand.NewPCG(seed, seed))} //nolint:gosec // repeatable on purpose
	if err := c.read(ctx); err != nil {
		return err
	}
	return d.Store.Bulk(ctx, func(b *store.Bulk) error {
		c.b = b
		c.bar = watch(d.Out, d.Live, b, c.expected())
		defer c.bar.stop()
		return c.make(ctx)
	})
}

// expected is about how many rows there will be.
func (c *city) expected() int64 {
	return int64(c.people*7/2 + c.activities*5 + c.entries*17/4 + c.volunteersOf()*9/2 + c.requests*8)
}

func (c *city) volunteersOf() int { return c.people * 3 / 4 }

func (c *city) make(ctx context.Context) error {
	for _, table := range []struct {
		name    string
		indexes []string
	}{
		{"hour_entries", []string{"uq_hour_entries_sequence", "ix_hour_entries_month", "ix_hour_entries_own_campaign"}},
		{"signups", []string{"ix_signups_person", "ix_signups_person_ends"}},
		{"credited_spans", []string{"ix_credited_spans_person"}},
		{"people", []string{"ix_people_phone"}},
		{"campaign_people", []string{"ix_campaign_people_rank"}},
	} {
		if err := c.b.DropIndexes(ctx, table.name, table.indexes...); err != nil {
			return err
		}
	}
	for _, step := range []struct {
		what string
		do   func() error
	}{
		{"units", c.makePlaces}, {"campaigns", c.makeCampaigns}, {"people", c.makePeople}, {"activities", c.makeActivities},
		{"sign-ups and hours", c.makeLedger}, {"totals", c.writeTotals}, {"requests", c.makeRequests},
	} {
		c.bar.step(step.what)
		if err := step.do(); err != nil {
			return fmt.Errorf("making %s: %w", step.what, err)
		}
	}
	return c.b.MakeIndexes(func(statement string) { c.bar.step(statement) })
}

// read finds what the small demo left.
func (c *city) read(ctx context.Context) error {
	db := c.Store.Read(ctx)
	for table, next := range map[string]*int64{"people": &c.first.person, "units": &c.first.unit, "campaigns": &c.first.campaign, "activities": &c.first.activity,
		"shifts": &c.first.shift, "signups": &c.first.signup, "hour_entries": &c.first.entry, "hour_proposals": &c.first.proposal,
		"requests": &c.first.request, "bookings": &c.first.booking} {
		if err := db.Table(table).Select("COALESCE(MAX(id), 0) + 1").Take(next).Error; err != nil {
			return err
		}
	}
	if err := c.readPlaces(ctx); err != nil {
		return err
	}
	if err := db.Table("campaigns").Order("id").Pluck("id", &c.campaigns).Error; err != nil {
		return err
	}
	if err := db.Order("id").Find(&c.services).Error; err != nil {
		return err
	}
	return db.Table("hour_totals").Find(&c.kept).Error
}

// ms is an instant as the database keeps it.
func ms(t time.Time) int64 { return t.UnixMilli() }

// pick gives one of the words.
func pick[T any](r *rand.Rand, of []T) T { return of[r.IntN(len(of))] }
