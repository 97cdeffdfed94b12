package httpapi

import (
	"context"
	"slices"
	"strings"

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
	return api.ListNotices200JSONResponse{NextCursor: next, Items: mapped(rows, s.notice)}, nil
}

func (s *Server) notice(n *outbox.Notice) api.Notice {
	look, page := s.Outbox.Look(n)
	return api.Notice{ID: n.ID, Kind: api.NoticeKind(n.Kind), Title: n.Title, Body: n.Body,
		Page: "/" + page, Icon: look.Icon, Tone: api.NoticeTone(look.Tone), Read: n.ReadAt != nil, CreatedAt: shown(n.CreatedAt)}
}

// ReadNotices marks notices as read.
func (s *Server) ReadNotices(ctx context.Context, r api.ReadNoticesRequestObject) (api.ReadNoticesResponseObject, error) {
	if err := s.Outbox.Read(ctx, auth.From(ctx).PersonID, r.Body.Ids); err != nil {
		return nil, err
	}
	return api.ReadNotices204Response{}, nil
}

// AcceptMessages notes the subscribe messages that the actor agreed to.
func (s *Server) AcceptMessages(ctx context.Context, r api.AcceptMessagesRequestObject) (api.AcceptMessagesResponseObject, error) {
	if err := s.Outbox.Accept(ctx, strs[string](r.Body.Accepted)); err != nil {
		return nil, err
	}
	return api.AcceptMessages204Response{}, nil
}

// ListDeliveries lists messages that did not go.
func (s *Server) ListDeliveries(ctx context.Context, r api.ListDeliveriesRequestObject) (api.ListDeliveriesResponseObject, error) {
	keys, err := readCursor(r.Params.Cursor, 2)
	if err != nil {
		return nil, err
	}
	limit := limitOf(r.Params.Limit)
	rows, err := s.Outbox.Letters(ctx, outbox.After{FailedAt: keys[0], ID: keys[1]}, limit+1)
	if err != nil {
		return nil, err
	}
	rows, next := page(rows, limit, func(l *outbox.Letter) string { return cursor(l.FailedAt.UnixMilli(), l.ID) })
	return api.ListDeliveries200JSONResponse{NextCursor: next, Items: mapped(rows, delivery)}, nil
}

func delivery(l *outbox.Letter) api.Delivery {
	return api.Delivery{ID: l.ID, PersonID: l.PersonID, PersonName: l.PersonName, Kind: string(l.Kind), Title: l.Title, Template: api.MessageName(l.Template),
		State: api.DeliveryState(l.Delivery), Code: l.Fault, Attempts: l.Attempts, CreatedAt: shown(l.CreatedAt), FailedAt: shown(*l.FailedAt)}
}

// ResendDelivery sends a message once more.
func (s *Server) ResendDelivery(ctx context.Context, r api.ResendDeliveryRequestObject) (api.ResendDeliveryResponseObject, error) {
	if err := s.Outbox.Resend(ctx, r.ID); err != nil {
		return nil, err
	}
	return api.ResendDelivery204Response{}, nil
}

// templates are the messages that a phone may ask an accept for.
func (s *Server) templates() []api.MessageTemplate {
	out := make([]api.MessageTemplate, 0, len(s.Outbox.Templates))
	for name, id := range s.Outbox.Templates {
		out = append(out, api.MessageTemplate{Name: api.MessageName(name), ID: id})
	}
	slices.SortFunc(out, func(a, b api.MessageTemplate) int { return strings.Compare(string(a.Name), string(b.Name)) })
	return out
}
