package booking

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	ics "github.com/arran4/golang-ical"

	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/human"
	"yimi/internal/store"
)

// Mine gives the actor's own profile as a provider.
func (s *Service) Mine(ctx context.Context) (*ProviderLine, error) {
	a := auth.From(ctx)
	if err := s.db.Tx(ctx, func(tx *store.Tx) error { return ensure(tx, a.PersonID) }); err != nil {
		return nil, err
	}
	return s.detailed(ctx, a.PersonID)
}

func (s *Service) detailed(ctx context.Context, personID int64) (*ProviderLine, error) {
	l, err := findProvider(s.db.Read(ctx), personID)
	if err != nil {
		return nil, err
	}
	one, a, now := []ProviderLine{*l}, auth.From(ctx), s.db.Now()
	if err := addDetails(s.db.Read(ctx), one, dayOf(now.Time)); err != nil {
		return nil, err
	}
	roots := a.ServedPaths()
	if personID != a.PersonID {
		roots = a.ManagedPaths()
	}
	return &one[0], countAffected(s.db.Read(ctx), one, roots, now)
}

// Workers lists the social workers of the units that the actor manages.
func (s *Service) Workers(ctx context.Context) ([]ProviderLine, error) {
	out, err := workersUnder(s.db.Read(ctx), auth.From(ctx).ManagedPaths())
	if err != nil || len(out) == 0 {
		return out, err
	}
	seen, kept := map[int64]bool{}, out[:0]
	for _, l := range out { // somebody may be a worker of two units
		if !seen[l.PersonID] {
			seen[l.PersonID], kept = true, append(kept, l)
		}
	}
	now := s.db.Now()
	if err := addDetails(s.db.Read(ctx), kept, dayOf(now.Time)); err != nil {
		return nil, err
	}
	return kept, countAffected(s.db.Read(ctx), kept, auth.From(ctx).ManagedPaths(), now)
}

// SetHours publishes the actor's weekly hours and breaks anew; bookings made before stay.
func (s *Service) SetHours(ctx context.Context, hours, breaks []Span, dailyCap *int) (*ProviderLine, error) {
	if err := CheckSpans("hours", hours); err != nil {
		return nil, err
	}
	if err := CheckSpans("breaks", breaks); err != nil {
		return nil, err
	}
	all := make([]Span, 0, len(hours)+len(breaks))
	for _, h := range hours {
		h.Kind = work
		all = append(all, h)
	}
	for _, b := range breaks {
		b.Kind = pause
		all = append(all, b)
	}
	return s.changeMine(ctx, func(tx *store.Tx, id int64) error {
		if dailyCap != nil {
			if err := changeProvider(tx, id, &ProviderChange{DailyCap: dailyCap}); err != nil {
				return err
			}
		}
		return setSpans(tx, id, all)
	})
}

// changeMine changes the actor's own profile in one transaction.
func (s *Service) changeMine(ctx context.Context, deed func(tx *store.Tx, id int64) error) (*ProviderLine, error) {
	id := auth.From(ctx).PersonID
	err := s.db.Tx(ctx, func(tx *store.Tx) error {
		if err := ensure(tx, id); err != nil {
			return err
		}
		if err := takeTurn(tx, id); err != nil {
			return err
		}
		if err := deed(tx, id); err != nil {
			return err
		}
		return audit.Write(tx, audit.Entry{Of: providerLog, ID: id, Role: auth.SocialWorker})
	})
	if err != nil {
		return nil, err
	}
	return s.detailed(ctx, id)
}

var errExceptionPast = fault.BadFields(fault.Field{Name: "date", Message: "请选今天或以后的日期"})

// AddException adds a day, or a part of one, that differs from the actor's week.
func (s *Service) AddException(ctx context.Context, e Exception) (*ProviderLine, error) {
	return s.changeMine(ctx, func(tx *store.Tx, id int64) error {
		if e.Day < dayOf(tx.Now.Time) {
			return errExceptionPast
		}
		e.ProviderID = id
		return insertException(tx, &e)
	})
}

// RemoveException takes an exception of the actor's back.
func (s *Service) RemoveException(ctx context.Context, id int64) error {
	return s.db.Tx(ctx, func(tx *store.Tx) error {
		gone, err := deleteException(tx, auth.From(ctx).PersonID, id)
		switch {
		case err != nil:
			return err
		case !gone:
			return fault.Missing("安排")
		}
		return audit.Write(tx, audit.Entry{Of: providerLog, ID: auth.From(ctx).PersonID, Role: auth.SocialWorker})
	})
}

// RenewFeed gives the actor's calendar feed a new secret; the old one ends. Only its
// hash is kept, so it is shown this once.
func (s *Service) RenewFeed(ctx context.Context) (secret string, err error) {
	secret = rand.Text()
	_, err = s.changeMine(ctx, func(tx *store.Tx, id int64) error {
		return setFeed(tx, id, new(feedHash(secret)))
	})
	return secret, err
}

// StopFeed ends the actor's calendar feed.
func (s *Service) StopFeed(ctx context.Context) error {
	_, err := s.changeMine(ctx, func(tx *store.Tx, id int64) error {
		return setFeed(tx, id, nil)
	})
	return err
}

func feedHash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

const (
	feedBack  = 30 * 24 * time.Hour
	feedAhead = 180 * 24 * time.Hour
)

// Feed gives the calendar of whoever the secret belongs to, as iCalendar (RFC 5545). It
// names service, place and number, and nobody who is served: the address may leak.
func (s *Service) Feed(ctx context.Context, secret string) (string, error) {
	p, err := providerOfFeed(s.db.Read(ctx), feedHash(secret))
	if err != nil {
		return "", err
	}
	now := s.db.Now()
	rows, err := calendar(s.db.Read(ctx), p.PersonID, []string{auth.Top(p.UnitPath)}, store.At(now.Add(-feedBack)), store.At(now.Add(feedAhead)))
	if err != nil {
		return "", err
	}
	cal := ics.NewCalendarFor("Yimi")
	cal.SetMethod(ics.MethodPublish)
	cal.SetXWRCalName("一米 · " + p.Name)
	for i := range rows {
		event(cal, &rows[i], now.Time)
	}
	return cal.Serialize(ics.WithNewLineWindows), nil //nolint:misspell // the library spells it so
}

func event(cal *ics.Calendar, l *Line, now time.Time) {
	e := cal.AddEvent("booking-" + strconv.FormatInt(l.ID, 10) + "@yimi") // one that moves stays the same event
	e.SetDtStampTime(now)
	e.SetStartAt(l.StartsAt.Time)
	e.SetEndAt(l.EndsAt.Time)
	e.SetSummary(l.ServiceName + " " + l.Number)
	e.SetStatus(ics.ObjectStatusConfirmed)
	if l.State == Held {
		e.SetStatus(ics.ObjectStatusTentative)
	}
	if l.PlaceName != "" && l.Way == "station" {
		e.SetLocation(l.PlaceName)
	}
}

// MyBookings gives what is in the actor's calendar from one day to another, where the actor is a worker today.
func (s *Service) MyBookings(ctx context.Context, from, to string) ([]Line, error) {
	a := auth.From(ctx)
	return calendar(s.db.Read(ctx), a.PersonID, a.ServedPaths(), store.At(midnight(from)), store.At(midnight(nextDay(to, 1))))
}

// ChangeProvider changes a worker of the actor's units; the first change makes a worker a provider.
func (s *Service) ChangeProvider(ctx context.Context, personID int64, c ProviderChange) (*ProviderLine, error) {
	err := s.db.Tx(ctx, func(tx *store.Tx) error {
		if err := ensure(tx, personID); err != nil {
			return err
		}
		l, err := findProvider(tx.DB, personID)
		if err != nil {
			return err
		}
		if err := mayManage(auth.From(ctx), l); err != nil {
			return err
		}
		if err := takeTurn(tx, personID); err != nil {
			return err
		}
		if err := c.apply(tx, l); err != nil {
			return err
		}
		is, err := findProvider(tx.DB, personID)
		if err != nil {
			return err
		}
		return audit.Write(tx, audit.Entry{Of: providerLog, ID: personID, UnitID: l.UnitID, UnitPath: l.UnitPath, Before: l.Provider, After: is.Provider})
	})
	if err != nil {
		return nil, err
	}
	return s.detailed(ctx, personID)
}

func (c *ProviderChange) apply(tx *store.Tx, l *ProviderLine) error {
	if c.SupervisorID != nil {
		if err := maySupervise(tx, *c.SupervisorID, l); err != nil {
			return err
		}
	}
	if err := changeProvider(tx, l.PersonID, c); err != nil {
		return err
	}
	if c.Services == nil {
		return nil
	}
	n, err := countServices(tx, *c.Services)
	if err != nil {
		return err
	}
	if int(n) != len(*c.Services) {
		return errServices
	}
	return setServices(tx, l.PersonID, *c.Services)
}

// maySupervise refuses the worker, and who holds no role in the district; their role does not end meanwhile.
func maySupervise(tx *store.Tx, supervisorID *int64, l *ProviderLine) error {
	if supervisorID == nil {
		return nil
	}
	may, err := human.HoldsRole(tx, *supervisorID, auth.Top(l.UnitPath))
	if err == nil && (!may || *supervisorID == l.PersonID) {
		err = errSupervisor
	}
	return err
}

// InHand says in words what rests on a role that is ending: the workers whose supervisor its holder is.
func InHand(tx *store.Tx, e auth.Ending) ([]string, error) {
	if e.Left.Belongs(e.UnitPath) {
		return nil, nil
	}
	of, err := supervised(tx.DB, e.Left.PersonID, e.UnitPath)
	if err != nil || len(of) == 0 {
		return nil, err
	}
	return []string{fmt.Sprintf("给 %d 位社工当督导", len(of))}, nil
}

// Pass ends what rests on a role that is ending: nobody is a supervisor without one, and a provider is
// booked where the role is that stays.
func Pass(tx *store.Tx, e auth.Ending) error {
	if err := moveHome(tx, e.Left.PersonID); err != nil || e.Left.Belongs(e.UnitPath) {
		return err
	}
	of, err := supervised(tx.DB, e.Left.PersonID, e.UnitPath)
	if err != nil || len(of) == 0 {
		return err
	}
	lines := make([]audit.Entry, len(of))
	for i := range of {
		is := of[i].Provider
		is.SupervisorID = nil
		lines[i] = audit.Entry{Of: providerLog, ID: is.PersonID, UnitID: is.UnitID, UnitPath: of[i].UnitPath, Before: of[i].Provider, After: is}
	}
	if err := clearSupervisor(tx, of, e.Left.PersonID); err != nil {
		return err
	}
	return audit.WriteAll(tx, lines)
}
