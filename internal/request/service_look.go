package request

import (
	"context"
	"slices"
	"time"

	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/feature"
	"yimi/internal/store"
	"yimi/internal/workflow"
)

// lookOnce keeps that somebody other than who asked looked at the request today.
func (s *Service) lookOnce(ctx context.Context, l *Line) error {
	look := l.lookOf(auth.From(ctx), s.db.Now())
	if look == nil {
		return nil
	}
	seen, err := lookedToday(s.db.Read(ctx), look)
	if err != nil || seen {
		return err
	}
	return s.db.Tx(ctx, func(tx *store.Tx) error {
		if err := writeLook(tx, look); err != nil {
			return err
		}
		return l.logLook(tx, requestLog, l.ID)
	})
}

// keepLook is lookOnce within a deed, which has its own line in the audit log.
func (l *Line) keepLook(tx *store.Tx) error {
	look := l.lookOf(auth.From(tx.Statement.Context), tx.Now)
	if look == nil {
		return nil
	}
	return writeLook(tx, look)
}

// lookOf is the look of the day; nil by who asked, and at a draft, which is its writer's alone.
func (l *Line) lookOf(a auth.Actor, now store.Time) *Look {
	if l.isOf(a.PersonID) || l.State == Draft {
		return nil
	}
	day := now.In(store.Shanghai).Format(time.DateOnly)
	return &Look{RequestID: l.ID, PersonID: a.PersonID, Role: lookerRole(a, l), What: "details", Day: &day}
}

// logLook adds a look by somebody other than who asked to the audit log.
func (l *Line) logLook(tx *store.Tx, of *feature.Audited, id int64) error {
	e, a := l.entry(of, id, tx.Now), auth.From(tx.Statement.Context)
	if lookerRole(a, l) == "worker" || !a.Manages(l.UnitPath) && isSupervisor(a, l) {
		e.Role = auth.SocialWorker
	}
	return audit.Write(tx, e)
}

// look keeps one opening of what is more private than the request itself.
func (s *Service) look(ctx context.Context, l *Line, what string, of *feature.Audited, id int64) error {
	a := auth.From(ctx)
	return s.db.Tx(ctx, func(tx *store.Tx) error {
		if err := writeLook(tx, &Look{RequestID: l.ID, PersonID: a.PersonID, Role: lookerRole(a, l), What: what}); err != nil {
			return err
		}
		return l.logLook(tx, of, id)
	})
}

// Contact opens phone and address in full, to worker and staff; each opening is kept.
func (s *Service) Contact(ctx context.Context, id int64) (*Line, error) {
	l, err := s.seen(ctx, id)
	if err != nil {
		return nil, err
	}
	who := whoIs(auth.From(ctx), l)
	if l.isOf(auth.From(ctx).PersonID) {
		return l, nil
	}
	if !slices.Contains(who, workflow.ByStaff) && !slices.Contains(who, workflow.ByWorker) {
		return nil, auth.ErrForbidden
	}
	return l, s.look(ctx, l, "contact", requestLog, l.ID)
}

// Looks lists who looked at the request, newest first.
func (s *Service) Looks(ctx context.Context, id int64) ([]Look, error) {
	if _, err := s.seen(ctx, id); err != nil {
		return nil, err
	}
	return looksOf(s.db.Read(ctx), id)
}
