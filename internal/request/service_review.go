package request

import (
	"context"
	"fmt"

	"yimi/internal/outbox"
	"yimi/internal/store"
	"yimi/internal/workflow"
)

// Close ends a request that was reviewed.
func (s *Service) Close(ctx context.Context, id int64, said string) (*Detail, error) {
	return s.act(ctx, id, "close", func(tx *store.Tx, l *Line, m move) error {
		m.said = said
		return s.step(tx, l, m.and(func(r *Request) { r.ReferredTo = nil }))
	})
}

// Reopen sends a completed request back into service: the review found more to do. What was said of it so
// far is kept, and who asked may rate it anew when it is done; a call about it is this very deed. One
// whose worker's role has ended meanwhile waits for another worker.
func (s *Service) Reopen(ctx context.Context, id int64, reason string) (*Detail, error) {
	return s.act(ctx, id, "reopen", func(tx *store.Tx, l *Line, m move) error {
		m.said = reason
		if l.Rating != nil {
			if err := keepRating(tx, &l.Request); err != nil {
				return err
			}
			m = m.and(func(r *Request) { r.Rating, r.RatingComment, r.RatedAt, r.FollowUp = nil, "", nil, nil })
		}
		serves, err := l.workerStays(tx)
		if err != nil {
			return err
		}
		if l.WorkerID != nil && !serves {
			return s.step(tx, l, m, move{action: "unassign", who: workflow.BySystem, said: roleEnded}.and(withoutWorker))
		}
		if err := s.step(tx, l, m); err != nil {
			return err
		}
		if l.WorkerID == nil {
			return nil
		}
		return outbox.Tell(tx, caseNotice(l, *l.WorkerID, "结案审核退回", fmt.Sprintf("%s %s 还有要办的：%s", l.ServiceName, l.Number, reason)))
	})
}

// Rate keeps what who asked thinks of it; a low rating waits for a call.
func (s *Service) Rate(ctx context.Context, id int64, rating int, comment string) (*Detail, error) {
	return s.act(ctx, id, "rate", func(tx *store.Tx, l *Line, m move) error {
		if l.Rating != nil {
			return errRated
		}
		m.said = fmt.Sprintf("%d 星", rating)
		return s.step(tx, l, m.and(func(r *Request) {
			r.Rating, r.RatingComment, r.RatedAt = &rating, comment, &tx.Now
			if rating <= lowRating {
				r.FollowUp = new(int64(1))
			}
		}))
	})
}

// FollowUp notes the call after a low rating; who asked does not see the note.
func (s *Service) FollowUp(ctx context.Context, id int64, text string) (*Detail, error) {
	return s.act(ctx, id, "follow_up", func(tx *store.Tx, l *Line, m move) error {
		if l.FollowUp == nil {
			return workflow.ErrBadTransition
		}
		if err := s.step(tx, l, m.and(func(r *Request) { r.FollowUp = nil })); err != nil {
			return err
		}
		return s.data.insertNote(tx, &note{RequestID: id, Kind: staffNote, AuthorID: m.actor, AuthorRole: roleName(m.who)}, "回访："+text)
	})
}
