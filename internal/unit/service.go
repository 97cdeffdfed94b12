package unit

import (
	"context"
	"fmt"
	"strings"

	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/store"
)

// Service has the use cases of units.
type Service struct{ store *store.Store }

// NewService makes a Service on the database.
func NewService(s *store.Store) *Service { return &Service{store: s} }

// List gives all units, each right after its parent.
func (s *Service) List(ctx context.Context) ([]Unit, error) {
	units, err := all(ctx, s.store.Read(ctx))
	sortTree(units)
	return units, err
}

// Get gives one unit, or not_found.
func (s *Service) Get(ctx context.Context, id int64) (Unit, error) {
	u, err := byID(ctx, s.store.Read(ctx), id)
	return u, missing(err)
}

// Create adds a unit under one that the actor administers.
func (s *Service) Create(ctx context.Context, in Input) (Unit, error) {
	u, err := in.unit()
	if err != nil {
		return Unit{}, err
	}
	err = s.store.Tx(ctx, func(tx *store.Tx) error {
		parent, err := byID(ctx, tx.DB, in.ParentID)
		if store.IsNotFound(err) {
			return errParent
		}
		if err != nil {
			return err
		}
		if err := mayCreate(auth.From(ctx), parent, in.Kind); err != nil {
			return err
		}
		u.ID, u.ParentID = 0, &parent.ID
		if err := insert(ctx, tx, &u, parent.Path); err != nil {
			return err
		}
		return audit.Changed(tx, unitLog, u.ID, u.ID, nil, u)
	})
	return u, err
}

// unit is the row of the input, its texts checked.
func (in Input) unit() (Unit, error) {
	p := Patch{Name: &in.Name, Phone: &in.Phone, Address: &in.Address, OpenHours: &in.OpenHours}
	if err := p.clean(); err != nil {
		return Unit{}, err
	}
	u := Unit{Kind: in.Kind, Name: in.Name, Phone: in.Phone, Address: in.Address, OpenHours: in.OpenHours}
	if in.Location != nil {
		u.Latitude, u.Longitude = &in.Location.Latitude, &in.Location.Longitude
	}
	return u, nil
}

// Update changes a unit that the actor manages.
func (s *Service) Update(ctx context.Context, id int64, p Patch) (u Unit, err error) {
	if err := p.clean(); err != nil {
		return Unit{}, err
	}
	err = s.store.Tx(ctx, func(tx *store.Tx) error {
		old, err := byID(ctx, tx.DB, id)
		if err != nil {
			return missing(err)
		}
		if err := mayUpdate(auth.From(ctx), old); err != nil {
			return err
		}
		if err := change(ctx, tx, id, p); err != nil {
			return err
		}
		if u, err = byID(ctx, tx.DB, id); err != nil {
			return err
		}
		return audit.Changed(tx, unitLog, id, id, old, u)
	})
	return u, err
}

// Bootstrap gives the district centre of this name at the top of the tree and makes it if it is not there.
// It asks nobody's leave: it is for the demo data, before there is anybody to ask.
func (s *Service) Bootstrap(ctx context.Context, name string) (u Unit, err error) {
	err = s.store.Tx(ctx, func(tx *store.Tx) error {
		u, err = BootstrapIn(tx, DistrictCentre, name, true)
		return err
	})
	return u, err
}

// BootstrapIn is Bootstrap within a transaction, for the command line, and of a city too: beside others it makes one only
// anew, since one letter typed wrong would split a district in two.
func BootstrapIn(tx *store.Tx, kind Kind, name string, anew bool) (Unit, error) {
	u, err := (Input{Kind: kind, Name: name}).unit()
	if err != nil {
		return Unit{}, err
	}
	there, err := roots(tx.DB)
	if err != nil {
		return Unit{}, err
	}
	for _, t := range there {
		if t.Name == u.Name && t.Kind == u.Kind {
			return t, nil
		}
	}
	if len(there) > 0 && !anew {
		return Unit{}, errOther(u, there)
	}
	if err := insert(tx.Statement.Context, tx, &u, ""); err != nil {
		return Unit{}, err
	}
	return u, audit.Changed(tx, unitLog, u.ID, u.ID, nil, u)
}

// errOther names what is there, for somebody at the command line.
func errOther(u Unit, there []Unit) error {
	names := make([]string, len(there))
	for i, t := range there {
		names[i] = t.Name
	}
	return fmt.Errorf("there is no %s %q; there is: %s. To make another one, say --new", strings.ReplaceAll(string(u.Kind), "_", " "), u.Name, strings.Join(names, ", "))
}

func missing(err error) error {
	if store.IsNotFound(err) {
		return fault.Missing("组织单元").Because(err)
	}
	return err
}
