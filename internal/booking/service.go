package booking

import (
	"context"
	"errors"
	"slices"
	"time"

	"gorm.io/gorm"

	"yimi/internal/catalogue"
	"yimi/internal/fault"
	"yimi/internal/jobs"
	"yimi/internal/store"
	"yimi/internal/workflow"
)

// Limits are the settings of bookings.
type Limits struct {
	Hold              time.Duration // a submitted booking holds its slot at least so long
	OpensAt, ClosesAt time.Duration // since midnight: when a station answers that says no hours of its own
}

// Service is the bookings' use cases.
type Service struct {
	db     *store.Store
	limits Limits
}

// NewService makes the service.
func NewService(db *store.Store, limits Limits) *Service { return &Service{db, limits} }

// HoldFor is how long a submitted booking holds its slot at least.
func (s *Service) HoldFor() time.Duration { return s.limits.Hold }

// openings is how many free slots a refusal or a calendar offers.
const openings = 3

// Offer is a provider of a service with the earliest free slots.
type Offer struct {
	ProviderLine
	NextFree []Slot
}

// Calendar is one provider's days, and who else gives the service.
type Calendar struct {
	ProviderID int64 // 0: nobody gives the service
	Days       []Day
	Offers     []Offer // the earliest free first
}

// Calendar gives the slots of a service at the unit at path, from one day to another, of the
// provider named or else of the one who is free first. The live booking of the request named (0: of
// none) is in nobody's way: it is the one to be moved.
func (s *Service) Calendar(ctx context.Context, t *catalogue.Type, path string, providerID, requestID int64, from, to string) (*Calendar, error) {
	now, db := s.db.Now(), s.db.Read(ctx)
	own, err := liveOf(db, requestID)
	if err != nil {
		return nil, err
	}
	offers, plans, err := offersOf(db, t, path, now, own)
	if err != nil {
		return nil, err
	}
	out := &Calendar{Offers: offers, ProviderID: providerID}
	if providerID != 0 && plans[providerID] == nil {
		return nil, fault.Missing("社工")
	}
	if providerID == 0 && len(offers) > 0 {
		out.ProviderID = offers[0].PersonID
	}
	p := plans[out.ProviderID]
	if p == nil {
		p = &plan{}
	}
	for day := from; day <= to; day = nextDay(day, 1) {
		out.Days = append(out.Days, p.day(out.ProviderID, t, day, now.Time))
	}
	return out, nil
}

// offersOf gives who offers the service, the earliest free first, with their plans from a
// week back to the horizon; own is a booking that is left out of them, or 0.
func offersOf(db *gorm.DB, t *catalogue.Type, path string, now store.Time, own int64) ([]Offer, map[int64]*plan, error) {
	lines, err := allOffering(db, t, path)
	if err != nil {
		return nil, nil, err
	}
	today := dayOf(now.Time)
	plans, err := plans(db, lines, nextDay(today, -31), nextDay(today, t.HorizonDays), now)
	if err != nil {
		return nil, nil, err
	}
	out := make([]Offer, len(lines))
	for i, l := range lines {
		plans[l.PersonID].forget(own)
		out[i] = Offer{l, plans[l.PersonID].nextFree(l.PersonID, t, now.Time)}
	}
	slices.SortStableFunc(out, func(a, b Offer) int { return a.first().Compare(b.first()) })
	return out, plans, nil
}

// first is the earliest free start; somebody who has none comes last.
func (o *Offer) first() time.Time {
	if len(o.NextFree) == 0 {
		return time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return o.NextFree[0].StartsAt
}

func (p *plan) nextFree(providerID int64, t *catalogue.Type, now time.Time) (out []Slot) {
	for n := -1; n <= t.HorizonDays && len(out) < openings; n++ {
		for _, slot := range p.day(providerID, t, nextDay(dayOf(now), n), now).Slots {
			if slot.State == Free && len(out) < openings {
				out = append(out, slot)
			}
		}
	}
	return out
}

// NextFree gives the earliest free slots of anybody who gives the service at the unit at path.
func (c *Calendar) NextFree() (out []Slot) { return earliest(c.Offers) }

func earliest(offers []Offer) (out []Slot) {
	for _, o := range offers {
		out = append(out, o.NextFree...)
	}
	slices.SortStableFunc(out, func(a, b Slot) int { return a.StartsAt.Compare(b.StartsAt) })
	return out[:min(len(out), openings)]
}

// WithOpenings adds the next free slots, for the request named (0: a new one), to a refusal for want of a
// slot; other errors stay.
func (s *Service) WithOpenings(ctx context.Context, err error, t *catalogue.Type, path string, requestID int64) error {
	f := fault.From(err)
	if !errors.Is(err, ErrTaken) && !errors.Is(err, ErrUnavailable) {
		return err
	}
	own, readErr := liveOf(s.db.Read(ctx), requestID)
	if readErr != nil {
		return err
	}
	offers, _, readErr := offersOf(s.db.Read(ctx), t, path, s.db.Now(), own)
	if readErr != nil {
		return err // the refusal stands without them
	}
	var free []fault.Opening
	for _, slot := range earliest(offers) {
		free = append(free, fault.Opening{ProviderID: slot.ProviderID, StartsAt: slot.StartsAt, EndsAt: slot.EndsAt})
	}
	return f.Offering(free)
}

// Wish is the time that a booking is wanted for.
type Wish struct {
	RequestID  int64
	UnitID     int64  // the request's
	UnitPath   string // of the same unit
	ProviderID int64
	StartsAt   time.Time
	Length     time.Duration // 0: the service's
	AnyTime    bool          // by worker or staff: need not be a slot
	HeldUntil  time.Time     // when the answer is due until which a hold is kept
}

// heldUntil is how long a hold is kept: until the answer is due, but for a moment at least, and never beyond the start.
func (s *Service) heldUntil(w Wish, now time.Time) *store.Time {
	until := store.At(earlier(later(w.HeldUntil, now.Add(s.limits.Hold)), later(w.StartsAt, now)))
	return &until
}

// Hold keeps a slot for a request that waits for approval.
func (s *Service) Hold(tx *store.Tx, t *catalogue.Type, w Wish) (*Booking, error) {
	return s.take(tx, t, w, &Booking{State: Held, HoldExpiresAt: s.heldUntil(w, tx.Now.Time)})
}

// Book takes a time for good.
func (s *Service) Book(tx *store.Tx, t *catalogue.Type, w Wish) (*Booking, error) {
	return s.take(tx, t, w, &Booking{State: Booked})
}

func (s *Service) take(tx *store.Tx, t *catalogue.Type, w Wish, b *Booking) (*Booking, error) {
	length, err := s.check(tx, t, w, 0)
	if err != nil {
		return nil, err
	}
	one := int64(1)
	b.Live, b.RequestID, b.UnitID, b.ServiceTypeID = &one, w.RequestID, w.UnitID, t.ID
	b.at(w.ProviderID, w.StartsAt, length, bufferOf(t))
	if err := insert(tx, b); err != nil {
		if store.IsDuplicate(err) {
			return nil, workflow.ErrBadTransition.Because(err)
		}
		return nil, err
	}
	return b, s.seize(tx, b, w.AnyTime)
}

// seize takes the cells of a booking and counts its day; holds that have run out give way.
func (s *Service) seize(tx *store.Tx, b *Booking, anyTime bool) error {
	overdue, err := overdueHolds(tx, b)
	if err != nil {
		return err
	}
	for i := range overdue {
		if err := lapseHold(tx, &overdue[i]); err != nil {
			return err
		}
	}
	if err := takeCells(tx, b); err != nil {
		return err
	}
	if anyTime {
		return countFreely(tx, b.ProviderID, b.Day)
	}
	return countDay(tx, b.ProviderID, b.Day)
}

// check refuses a time that cannot be had, and gives the length. What a booking of the
// same request takes itself is no obstacle: own is that booking, or 0.
func (s *Service) check(tx *store.Tx, t *catalogue.Type, w Wish, own int64) (time.Duration, error) {
	length := w.Length
	if length == 0 {
		length = lengthOf(t)
	}
	switch {
	case length%Grain != 0 || length < 10*time.Minute || length > 8*time.Hour:
		return 0, errLength
	case w.StartsAt.UnixMilli()%Grain.Milliseconds() != 0:
		return 0, errGrain
	case w.AnyTime && !w.StartsAt.After(tx.Now.Time):
		return 0, errPast
	case w.AnyTime:
		if err := ensure(tx, w.ProviderID); err != nil {
			return 0, err
		}
		_, err := findProvider(tx.DB, w.ProviderID)
		return length, err
	}
	return length, slotOffered(tx, t, w, own)
}

// Offered refuses, without waiting for a turn to write, a slot that cannot be had any more;
// whether it can is known only when it is taken.
func (s *Service) Offered(ctx context.Context, t *catalogue.Type, w Wish) error {
	return slotOffered(&store.Tx{DB: s.db.Read(ctx), Now: s.db.Now()}, t, w, 0)
}

// Given tells whether anybody of the level gives the service at the unit at path, so that there are times to choose from.
func Given(db *gorm.DB, serviceTypeID int64, least catalogue.Level, path string) (bool, error) {
	return anyOffering(db, serviceTypeID, least, path)
}

// Confirmable tells whether a hold, or one that lapsed, can still become a booking.
func Confirmable(db *gorm.DB, b *Booking, now time.Time) (bool, error) {
	if !b.StartsAt.After(now) || b.State == Held {
		return b.StartsAt.After(now), nil
	}
	return isFree(db, b, now)
}

// slotOffered refuses what is no slot of a provider of the service, or one that is over or taken.
func slotOffered(tx *store.Tx, t *catalogue.Type, w Wish, own int64) error {
	offers, err := oneOffering(tx.DB, t, w.UnitPath, w.ProviderID)
	if err != nil {
		return err
	}
	if len(offers) == 0 {
		return ErrUnavailable
	}
	day := dayOf(w.StartsAt)
	all, err := plans(tx.DB, offers, nextDay(day, -1), nextDay(day, 1), tx.Now)
	if err != nil {
		return err
	}
	p := all[w.ProviderID]
	p.forget(own)
	slot, ok := p.find(w.ProviderID, t, w.StartsAt, tx.Now.Time)
	switch {
	case !ok || slot.State == Past:
		return ErrUnavailable
	case slot.State == Taken:
		return ErrTaken
	}
	return nil
}

// forget leaves a booking out of the plan, with its count.
func (p *plan) forget(id int64) {
	for i, b := range p.busy {
		if b.ID == id {
			p.busy = slices.Delete(p.busy, i, i+1)
			p.taken[b.Day]--
			return
		}
	}
}

// Confirm turns a request's hold into a booking at the approval: one statement checks and
// takes it. A hold that lapsed is taken again if nobody has the time by now.
func (s *Service) Confirm(tx *store.Tx, b *Booking) error {
	if !b.StartsAt.After(tx.Now.Time) {
		return ErrUnavailable
	}
	booked := map[string]any{"state": Booked, "live": 1, "hold_expires_at": nil}
	still, err := move(tx, b.ID, []State{Held}, booked)
	if err != nil || still {
		return err
	}
	again, err := move(tx, b.ID, []State{Lapsed}, booked)
	if err != nil {
		return err
	}
	if !again {
		return workflow.ErrBadTransition
	}
	return s.seize(tx, b, false)
}

// End takes a live booking out of the calendar: done, no_show or cancelled. Those that took
// place still count for their day's cap. One that is not live stays as it is.
func (s *Service) End(tx *store.Tx, b *Booking, to State) error {
	ended, err := move(tx, b.ID, []State{Held, Booked}, map[string]any{"state": to, "live": nil, "hold_expires_at": nil})
	if err != nil || !ended {
		return err
	}
	if err := freeCells(tx, b.ID); err != nil || to != Cancelled {
		return err
	}
	return uncountDay(tx, b.ProviderID, b.Day)
}

// Finish ends a booking whose visit is over. One that was to begin after that stands where the visit was:
// its own time is free again, and its day has one less.
func (s *Service) Finish(tx *store.Tx, b *Booking, started, ended store.Time) error {
	early := *b
	if early.at(b.ProviderID, started.Time, max(ended.Sub(started.Time), time.Minute), 0); !ended.Before(b.StartsAt.Time) || b.Live == nil {
		return s.End(tx, b, Done)
	}
	moved, err := move(tx, b.ID, []State{Held, Booked}, map[string]any{"state": Done, "live": nil, "hold_expires_at": nil,
		"day": early.Day, "starts_at": early.StartsAt, "ends_at": early.EndsAt, "busy_until": early.BusyUntil})
	if err != nil || !moved {
		return err
	}
	if err := freeCells(tx, b.ID); err != nil || early.Day == b.Day {
		return err
	}
	if err := uncountDay(tx, b.ProviderID, b.Day); err != nil {
		return err
	}
	return countFreely(tx, b.ProviderID, early.Day)
}

// Move gives a live booking another time or another provider, all or nothing; its state stays.
func (s *Service) Move(tx *store.Tx, t *catalogue.Type, b *Booking, w Wish) error {
	length, err := s.check(tx, t, w, b.ID)
	if err != nil {
		return err
	}
	is := *b
	is.at(w.ProviderID, w.StartsAt, length, bufferOf(t))
	if b.State == Held { // anew, since another time is held
		is.HoldExpiresAt = s.heldUntil(w, tx.Now.Time)
	}
	// First of all, so that a sweep of the same hold has come before this or waits.
	moved, err := move(tx, b.ID, []State{b.State}, map[string]any{"provider_id": is.ProviderID, "day": is.Day,
		"starts_at": is.StartsAt, "ends_at": is.EndsAt, "busy_until": is.BusyUntil, "hold_expires_at": is.HoldExpiresAt, "reminded": 0})
	if err != nil {
		return err
	}
	if !moved || b.Live == nil {
		return workflow.ErrBadTransition
	}
	if err := freeCells(tx, b.ID); err != nil {
		return err
	}
	if err := uncountDay(tx, b.ProviderID, b.Day); err != nil {
		return err
	}
	*b = is
	return s.seize(tx, b, w.AnyTime)
}

// Of gives the request's live booking, or else its last one; nil if there is none.
func Of(db *gorm.DB, requestID int64) (*Booking, error) { return latest(db, requestID) }

// Lines gives for each request its live booking, or else its last one.
func Lines(db *gorm.DB, requestIDs []int64) (map[int64]*Line, error) { return linesOf(db, requestIDs) }

// sweepBatch bounds one round of timed work.
const sweepBatch = 200

// Sweep lets holds lapse that have run out, on any number of servers at once.
func (s *Service) Sweep(ctx context.Context) error {
	due, err := lapsedHolds(s.db.Read(ctx), s.db.Now(), sweepBatch)
	if err != nil {
		return err
	}
	return jobs.Each(ctx, due, func(b Booking) int64 { return b.ID }, func(b Booking) error {
		return s.db.Tx(ctx, func(tx *store.Tx) error { return lapseHold(tx, &b) })
	})
}

// lapseHold frees what a hold that ran out had taken; one that was approved just now stays.
func lapseHold(tx *store.Tx, b *Booking) error {
	lapsed, err := lapse(tx, b)
	if err != nil || !lapsed {
		return err
	}
	if err := freeCells(tx, b.ID); err != nil {
		return err
	}
	return uncountDay(tx, b.ProviderID, b.Day)
}
