package request

import (
	"context"
	"time"

	"yimi/internal/activity"
	"yimi/internal/auth"
	"yimi/internal/booking"
	"yimi/internal/fault"
	"yimi/internal/files"
	"yimi/internal/human"
	"yimi/internal/policy"
	"yimi/internal/seal"
	"yimi/internal/store"
)

// Deps are the parts that requests need.
type Deps struct {
	Store      *store.Store
	Box        *seal.Box
	Files      *files.Folder
	Bookings   *booking.Service
	Activities *activity.Service
	// MayKeepHealth tells whether a person agreed that what they write of their health is kept.
	MayKeepHealth func(tx *store.Tx, personID int64) (bool, error)
	// NoteShare notes that a person agreed to be told of to an outside organisation, as staff heard.
	NoteShare func(tx *store.Tx, personID, staffID int64) error
	Policies  *policy.Service
	Notice    time.Duration // a booking can be changed by who asked until so long before it
	Retention Retention
}

// Service is the requests' use cases.
type Service struct {
	Deps
	db   *store.Store
	data shelf
}

// NewService makes the service.
func NewService(d Deps) *Service { return &Service{d, d.Store, shelf{d.Box, d.Store.Now}} }

// act does one deed on a request and reads the request as it is then. Where somebody else took
// it from the actor in the same instant, it is as the deed left it: what was done is not refused.
func (s *Service) act(ctx context.Context, id int64, action string, deed func(tx *store.Tx, l *Line, m move) error) (*Detail, error) {
	left, err := s.doing(ctx, id, action, func(tx *store.Tx, l *Line, m move) error {
		if err := deed(tx, l, m); err != nil {
			return err
		}
		return l.keepLook(tx)
	})
	if err != nil {
		return nil, err
	}
	d, err := s.read(ctx, id)
	if err != nil && fault.From(err).Kind == fault.NotFound {
		left.Actions = []string{}
		return &Detail{Line: *left}, nil
	}
	return d, err
}

// do does one deed on a request in a transaction of its own, by whom the table allows.
func (s *Service) do(ctx context.Context, id int64, action string, deed func(tx *store.Tx, l *Line, m move) error) error {
	_, err := s.doing(ctx, id, action, deed)
	return err
}

// doing is do; it gives the request as the deed left it.
func (s *Service) doing(ctx context.Context, id int64, action string, deed func(tx *store.Tx, l *Line, m move) error) (l *Line, err error) {
	err = s.db.Tx(ctx, func(tx *store.Tx) (err error) {
		if l, err = s.data.hold(tx, id); err != nil {
			return err
		}
		mine, err := human.Accounts(tx.DB, auth.From(ctx).PersonID)
		if err != nil {
			return err
		}
		who, err := byWhom(auth.From(ctx), mine, l, action)
		if err != nil {
			return l.missed(tx.DB, auth.From(ctx), err)
		}
		return deed(tx, l, move{action: action, who: who, actor: auth.From(ctx).PersonID})
	})
	if err != nil {
		return nil, s.withOpenings(ctx, err, l)
	}
	return l, nil
}

// actOn is act with an action that depends on the request.
func (s *Service) actOn(ctx context.Context, id int64, action func(*Line) string, deed func(*store.Tx, *Line, move) error) (*Detail, error) {
	l, err := s.data.find(s.db.Read(ctx), id)
	if err != nil {
		return nil, err
	}
	return s.act(ctx, id, action(l), deed)
}
