package catalogue

import (
	"context"
	"slices"

	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/scope"
	"yimi/internal/store"
)

// Service is the catalogue's use cases.
type Service struct{ db *store.Store }

// NewService makes the service.
func NewService(db *store.Store) *Service { return &Service{db} }

// List gives what is offered at a unit (0 for all units), in the order of the list.
func (s *Service) List(ctx context.Context, unitID int64) ([]Line, error) {
	if unitID == 0 {
		return offered(s.db.Read(ctx), "")
	}
	path, err := scope.UnitPath(s.db.Read(ctx), unitID)
	if store.IsNotFound(err) {
		return nil, fault.Missing("站点")
	}
	if err != nil {
		return nil, err
	}
	return offered(s.db.Read(ctx), path)
}

// Managed gives the services that the actor's units own, offered or not.
func (s *Service) Managed(ctx context.Context) ([]Line, error) {
	return ownedUnder(s.db.Read(ctx), auth.From(ctx).ManagedPaths())
}

// Get gives one service that is offered; one that is not, to those who manage it, who asked for it or come
// for it, and to the staff who have a request for it to complete.
func (s *Service) Get(ctx context.Context, id int64) (*Line, error) {
	l, err := Find(s.db.Read(ctx), id)
	if err != nil {
		return nil, err
	}
	refused := mayManage(auth.From(ctx), l)
	if l.Active || refused == nil {
		return l, nil
	}
	known, err := isAsked(s.db.Read(ctx), id, auth.From(ctx))
	if err == nil && !known {
		err = refused
	}
	return l, err
}

var errName = fault.New(fault.Conflict, "service_name_taken", "这个站已经有同名的服务了，请换一个名称，或去改原来的那一项")

// Create offers a new service at a unit that the actor manages.
func (s *Service) Create(ctx context.Context, t *Type) (*Line, error) {
	err := s.db.Tx(ctx, func(tx *store.Tx) error {
		path, err := scope.UnitPath(tx.DB, t.UnitID)
		if err != nil && !store.IsNotFound(err) {
			return err
		}
		if !auth.From(ctx).Manages(path) {
			return auth.ErrForbidden
		}
		if err := check(t); err != nil {
			return err
		}
		if err := nameTaken(insert(tx, t)); err != nil {
			return err
		}
		return audit.Write(tx, audit.Entry{Of: typeLog, ID: t.ID, UnitID: t.UnitID, UnitPath: path, After: t})
	})
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, t.ID)
}

// Update changes a service by the function given; requests made before keep what they were asked.
func (s *Service) Update(ctx context.Context, id int64, change func(*Type)) (*Line, error) {
	err := s.db.Tx(ctx, func(tx *store.Tx) error {
		l, err := Find(tx.DB, id)
		if err != nil {
			return err
		}
		if err := mayManage(auth.From(ctx), l); err != nil {
			return err
		}
		t := l.Type
		change(&t)
		if err := check(&t); err != nil {
			return err
		}
		if err := nameTaken(save(tx, &t)); err != nil {
			return err
		}
		return audit.Write(tx, audit.Entry{Of: typeLog, ID: id, UnitID: l.UnitID, UnitPath: l.UnitPath, Before: l.Type, After: t})
	})
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, id)
}

func nameTaken(err error) error {
	if store.IsDuplicate(err) {
		return errName.Because(err)
	}
	return err
}

// check refuses a service that could not be asked for.
func check(t *Type) error {
	seen := []string{}
	for _, p := range t.Promised() {
		if slices.Contains(seen, p.Urgency) {
			return fault.BadFields(fault.Field{Name: "promises", Message: "每种紧急程度只能写一次"})
		}
		seen = append(seen, p.Urgency)
	}
	if t.Instant && t.Mode != ByBooking {
		return fault.BadFields(fault.Field{Name: "instant", Message: "只有按时段预约的服务才能约上即成"})
	}
	return CheckQuestions(t.Asked())
}
