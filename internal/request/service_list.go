package request

import (
	"context"
	"unicode/utf8"

	"yimi/internal/auth"
	"yimi/internal/fault"
)

// Filter narrows a list of requests.
type Filter struct {
	State         State
	Number        string // the whole, as people write it
	Name          string // how the name begins of who asked, or of whom it is for
	Open          *bool
	ServiceTypeID int64
	Before        int64 // only ids below; 0 for the newest
	Limit         int
}

// Mine lists the actor's requests, newest first.
func (s *Service) Mine(ctx context.Context, f Filter) ([]Line, error) {
	return s.listed(ctx)(s.data.ofPerson(s.db.Read(ctx), auth.From(ctx).PersonID, f))
}

// Coming lists the actor's open requests: those that wait for the actor first, then by the next visit.
func (s *Service) Coming(ctx context.Context, limit int) ([]Line, error) {
	return s.listed(ctx)(s.data.comingOf(s.db.Read(ctx), auth.From(ctx).PersonID, limit))
}

// OpenCases lists the actor's cases under way, where the actor is a worker today, behind the key: those to accept
// first, then by the next visit.
func (s *Service) OpenCases(ctx context.Context, after CaseKey, limit int) ([]Line, error) {
	return s.listed(ctx)(s.data.openCases(s.db.Read(ctx), auth.From(ctx), after, limit))
}

// OverCases lists the actor's cases that are over, newest first, of ids below (0: from the newest).
func (s *Service) OverCases(ctx context.Context, before int64, limit int) ([]Line, error) {
	return s.listed(ctx)(s.data.overCases(s.db.Read(ctx), auth.From(ctx), before, limit))
}

// InQueue lists what waits at the units that the actor manages, the urgent and then the oldest first.
func (s *Service) InQueue(ctx context.Context, queue Queue, after After, limit int) ([]Line, error) {
	return s.listed(ctx)(s.data.inQueue(s.db.Read(ctx), queue, auth.From(ctx).ManagedPaths(), s.db.Now(), after, limit))
}

// errShortName refuses what half a district's names begin with.
var errShortName = fault.BadFields(fault.Field{Name: "name", Message: "请至少写两个字，比如姓和名"})

// List lists requests of the units that the actor manages, newest first, as far as the filter fits: all of it.
func (s *Service) List(ctx context.Context, f Filter) ([]Line, error) {
	if f.Name != "" && utf8.RuneCountInString(NameKey(f.Name)) < 2 {
		return nil, errShortName
	}
	return s.listed(ctx)(s.data.under(s.db.Read(ctx), auth.From(ctx).ManagedPaths(), f))
}

// Waiting counts each queue of the actor's units, up to a cap.
func (s *Service) Waiting(ctx context.Context, atMost int) (map[Queue]int, error) {
	return countQueues(s.db.Read(ctx), auth.From(ctx).ManagedPaths(), s.db.Now(), atMost)
}
