package policy

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/scope"
	"yimi/internal/store"
)

// Service has the use cases of policies. All of them, which are few, are kept in memory: who reads a
// limit makes no statement. Another server's change is known here once they are read again.
type Service struct {
	db       *store.Store
	Defaults map[Kind]int64 // the settings, which hold where there is no row
	reading  sync.Mutex     // so that what is kept is what was read last
	kept     atomic.Pointer[book]
}

// NewService makes the service on the settings.
func NewService(db *store.Store, defaults map[Kind]int64) *Service {
	s := &Service{db: db, Defaults: defaults}
	s.kept.Store(&book{})
	return s
}

// Read takes all policies into memory.
func (s *Service) Read(ctx context.Context) error {
	s.reading.Lock()
	defer s.reading.Unlock()
	rows, err := all(s.db.Read(ctx))
	if err == nil {
		s.kept.Store(new(bookOf(rows)))
	}
	return err
}

// On gives the policy of a kind that holds at a path on the day of an instant: of the district, else
// of the city above it, else of the whole system, else the setting.
func (s *Service) On(kind Kind, path string, at time.Time) Policy {
	if p, ok := s.kept.Load().on(kind, path, dayOf(at)); ok {
		return p
	}
	return Policy{Kind: kind, Value: s.Defaults[kind]}
}

// Use marks the policy as used, in the transaction that copies its id to what was decided by it, and
// gives that id; nil for the setting. From then on the row is frozen.
func (s *Service) Use(tx *store.Tx, p Policy) (*int64, error) {
	if p.ID == 0 {
		return nil, nil
	}
	if !p.Used {
		if there, err := use(tx, p.ID); err != nil || !there {
			return nil, orElse(err, fmt.Errorf("policy %d was deleted while it was used", p.ID))
		}
	}
	return &p.ID, nil
}

func orElse(err, refusal error) error {
	if err != nil {
		return err
	}
	return refusal
}

// List gives the admin of a district what holds there today of each kind, and what is to come.
func (s *Service) List(ctx context.Context, unitID int64) (out []Line, err error) {
	path, now := "", s.db.Now().Time
	if paths := auth.From(ctx).AdministeredPaths(); unitID != 0 {
		if path, err = districtPath(s.db.Read(ctx), unitID); err != nil {
			return nil, err
		}
	} else if len(paths) > 0 {
		path = auth.Top(paths[0])
	}
	if !auth.From(ctx).Administers(path) {
		return nil, auth.ErrForbidden
	}
	for _, k := range kinds {
		out = append(out, Line{s.On(k.Kind, path, now), true})
		for _, p := range s.kept.Load().after(k.Kind, path, dayOf(now)) {
			out = append(out, Line{p, false})
		}
	}
	return out, nil
}

// Create sets a policy of the district, or city, that a unit is in.
func (s *Service) Create(ctx context.Context, p Policy) (*Line, error) {
	err := s.db.Tx(ctx, func(tx *store.Tx) error {
		path, err := districtPath(tx.DB, p.UnitID)
		if err != nil {
			return err
		}
		if !auth.From(ctx).Administers(path) {
			return auth.ErrForbidden
		}
		if err := p.check(tx.Now.Time); err != nil {
			return err
		}
		p.ID, p.UnitID, p.Used, p.CreatedBy = 0, concern(path)[0], false, auth.From(ctx).PersonID
		err = insert(tx, &p)
		if store.IsDuplicate(err) {
			return errTaken.Because(err)
		}
		if err != nil {
			return err
		}
		return audit.Write(tx, audit.Entry{Of: policyLog, ID: p.ID, UnitID: p.UnitID, UnitPath: path, After: p})
	})
	if err != nil {
		return nil, err
	}
	return &Line{p, p.FromDay <= dayOf(s.db.Now().Time)}, s.Read(ctx)
}

// Delete takes back a policy of the actor's district that has not begun and was not used.
func (s *Service) Delete(ctx context.Context, id int64) error {
	err := s.db.Tx(ctx, func(tx *store.Tx) error {
		p, err := find(tx.DB, id)
		if err != nil {
			return err
		}
		path, err := scope.UnitPath(tx.DB, p.UnitID)
		if store.IsNotFound(err) || err == nil && !auth.From(ctx).Administers(path) {
			return errMissing
		}
		if err != nil {
			return err
		}
		gone, err := remove(tx, id, dayOf(tx.Now.Time))
		if err != nil || !gone {
			return orElse(err, errBegun)
		}
		return audit.Write(tx, audit.Entry{Of: policyLog, ID: id, UnitID: p.UnitID, UnitPath: path, Before: p})
	})
	if err != nil {
		return err
	}
	return s.Read(ctx)
}

var errMissing = fault.Missing("规定")
