package booking

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"yimi/internal/auth"
	"yimi/internal/store"
)

// absence is a time in which a worker is not there, and since when that is known.
type absence struct {
	span
	since store.Time
}

// absences gives when a worker is away from the day on, whatever the week says: days off and parts of them, and
// holidays without extra hours.
func (p *plan) absences() (out []absence) {
	for _, e := range p.exceptions {
		if e.Kind == off {
			out = append(out, absence{between(e.Day, e.StartMinute, e.EndMinute), e.CreatedAt})
		}
	}
	for day, h := range p.holidays {
		if h.Kind == off && len(p.exceptional(day, extra)) == 0 {
			out = append(out, absence{between(day, 0, dayMinutes), h.CreatedAt})
		}
	}
	return out
}

// touches tells whether a booking that was made before lies in the absence.
func (a *absence) touches(b *Booking) bool {
	return b.StartsAt.Before(a.to) && b.EndsAt.After(a.from) && !b.CreatedAt.After(a.since.Time)
}

// absentAhead is how far ahead bookings are looked at: beyond the horizon of a service.
const absentAhead = 190

// affected gives the bookings to come under the roots that were made before their worker's absence was known, the
// soonest first; the providers' exceptions are read.
func affected(db *gorm.DB, providers []ProviderLine, roots []string, now store.Time) ([]Line, error) {
	today := dayOf(now.Time)
	ids, districts := make([]int64, len(providers)), make([]int64, len(providers))
	for i := range providers {
		ids[i], districts[i] = providers[i].PersonID, districtOf(providers[i].UnitPath)
	}
	holidays, err := holidaysBetween(db, districts, today, nextDay(today, absentAhead))
	if err != nil {
		return nil, err
	}
	away, until := map[int64][]absence{}, now.Time
	for i := range providers {
		p := plan{exceptions: providers[i].Exceptions, holidays: holidays[districts[i]]}
		away[ids[i]] = p.absences()
		for _, a := range away[ids[i]] {
			until = later(until, a.to)
		}
	}
	rows, err := booked(db, ids, roots, now, store.At(until))
	return slices.DeleteFunc(rows, func(l Line) bool {
		return !slices.ContainsFunc(away[l.ProviderID], func(a absence) bool { return a.touches(&l.Booking) })
	}), err
}

// Affected gives the bookings to come of a worker that were made before their absence was known: to the worker, and
// to the staff of the worker's unit those of their own units.
func (s *Service) Affected(ctx context.Context, providerID int64) ([]Line, error) {
	a, db := auth.From(ctx), s.db.Read(ctx)
	l, err := findProvider(db, providerID)
	if err != nil {
		return nil, err
	}
	roots := a.ServedPaths()
	if providerID != a.PersonID {
		if err := mayManage(a, l); err != nil {
			return nil, err
		}
		roots = a.ManagedPaths()
	}
	now := s.db.Now()
	one := []ProviderLine{*l}
	if one[0].Exceptions, err = exceptionsOf(db, []int64{providerID}, dayOf(now.Time), "9999"); err != nil {
		return nil, err
	}
	return affected(db, one, roots, now)
}

// countAffected says of each worker how many bookings their absence affects, in two reads.
func countAffected(db *gorm.DB, out []ProviderLine, roots []string, now store.Time) error {
	rows, err := affected(db, out, roots, now)
	for i := range rows {
		for j := range out {
			if out[j].PersonID == rows[i].ProviderID {
				out[j].Affected++
			}
		}
	}
	return err
}
