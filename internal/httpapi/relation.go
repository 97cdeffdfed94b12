package httpapi

import (
	"context"

	"yimi/api"
	"yimi/internal/identity"
)

// ListRelations lists whom the actor is related to.
func (s *Server) ListRelations(ctx context.Context, _ api.ListRelationsRequestObject) (api.ListRelationsResponseObject, error) {
	rows, err := s.Identity.Relatives(ctx)
	if err != nil {
		return nil, err
	}
	return api.ListRelations200JSONResponse{Items: mapped(rows, relation)}, nil
}

// DeclareRelation says that the actor is related to the person whose code it is.
func (s *Server) DeclareRelation(ctx context.Context, r api.DeclareRelationRequestObject) (api.DeclareRelationResponseObject, error) {
	out, err := s.Identity.Declare(ctx, r.Body.Code, string(r.Body.Kind))
	if err != nil {
		return nil, err
	}
	return api.DeclareRelation201JSONResponse(relation(out)), nil
}

// EndRelation takes a relation back.
func (s *Server) EndRelation(ctx context.Context, r api.EndRelationRequestObject) (api.EndRelationResponseObject, error) {
	return api.EndRelation204Response{}, s.Identity.EndRelation(ctx, r.ID)
}

func relation(r *identity.Relative) api.DeclaredRelation {
	return api.DeclaredRelation{ID: r.ID, Name: r.Name, Kind: api.DeclaredKind(r.Kind), DeclaredAt: shown(r.DeclaredAt)}
}
