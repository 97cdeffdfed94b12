package httpapi

import (
	"context"

	"yimi/api"
	"yimi/internal/auth"
	"yimi/internal/outbox"
)

// ListNotices lists the actor's notices.
func (s *Server) ListNotices(ctx context.Context, r api.ListNoticesRequestObject) (api.ListNoticesResponseObject, error) {
	keys, err := readCursor(r.Params.Cursor, 1)
	if err != nil {
		return nil, err
	}
	limit := limitOf(r.Params.Limit)
	rows, err := s.Outbox.Of(ctx, auth.From(ctx).PersonID, keys[0], limit+1)
	if err != nil {
		return nil, err
	}
	rows, next := page(rows, limit, func(n *outbox.Notice) string { return cursor(n.ID) })
	return api.ListNotices200JSONResponse{NextCursor: next, Items: mapped(rows, notice)}, nil
}

func notice(n *outbox.Notice) api.Notice {
	return api.Notice{ID: n.ID, Kind: api.NoticeKind(n.Kind), Title: n.Title, Body: n.Body, SignupID: n.SignupID,
		ActivityID: n.ActivityID, RequestID: n.RequestID, Read: n.ReadAt != nil, CreatedAt: shown(n.CreatedAt)}
}

// ReadNotices marks notices as read.
func (s *Server) ReadNotices(ctx context.Context, r api.ReadNoticesRequestObject) (api.ReadNoticesResponseObject, error) {
	if err := s.Outbox.Read(ctx, auth.From(ctx).PersonID, r.Body.UpToID); err != nil {
		return nil, err
	}
	return api.ReadNotices204Response{}, nil
}
