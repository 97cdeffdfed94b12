package httpapi

import (
	"context"

	"yimi/api"
	"yimi/internal/identity"
)

// NewLinkCode gives the digits to type in another account.
func (s *Server) NewLinkCode(ctx context.Context, _ api.NewLinkCodeRequestObject) (api.NewLinkCodeResponseObject, error) {
	code, expires, err := s.Identity.NewLinkCode(ctx)
	if err != nil {
		return nil, err
	}
	return api.NewLinkCode201JSONResponse{Code: code, ExpiresAt: shown(expires)}, nil
}

// AddLink links the account whose code it is.
func (s *Server) AddLink(ctx context.Context, r api.AddLinkRequestObject) (api.AddLinkResponseObject, error) {
	l, err := s.Identity.AddLink(ctx, r.Body.Code)
	if err != nil {
		return nil, err
	}
	return api.AddLink201JSONResponse(link(l)), nil
}

// ListLinks lists the actor's other accounts.
func (s *Server) ListLinks(ctx context.Context, _ api.ListLinksRequestObject) (api.ListLinksResponseObject, error) {
	rows, err := s.Identity.Links(ctx)
	if err != nil {
		return nil, err
	}
	return api.ListLinks200JSONResponse{Items: mapped(rows, link)}, nil
}

func link(l *identity.Linked) api.Link {
	return api.Link{Name: l.Name, Wechat: l.Wechat, Desk: l.Desk, CreatedAt: shown(l.CreatedAt)}
}
