package httpapi

import (
	"context"

	"yimi/api"
	"yimi/internal/auth"
	"yimi/internal/identity"
)

// InviteToRole offers a role, and shows its code this once.
func (s *Server) InviteToRole(ctx context.Context, r api.InviteToRoleRequestObject) (api.InviteToRoleResponseObject, error) {
	i, code, err := s.Identity.Invite(ctx, r.ID, auth.Role(r.Body.Role))
	if err != nil {
		return nil, err
	}
	x := s.invitation(&i)
	return api.InviteToRole201JSONResponse{ID: x.ID, UnitID: x.UnitID, UnitName: x.UnitName, Role: x.Role, InvitedByName: x.InvitedByName,
		CreatedAt: x.CreatedAt, ExpiresAt: x.ExpiresAt, State: api.NewInvitationState(x.State), Code: code}, nil
}

// ListInvitations lists those of the units that the actor administers.
func (s *Server) ListInvitations(ctx context.Context, _ api.ListInvitationsRequestObject) (api.ListInvitationsResponseObject, error) {
	rows, err := s.Identity.Invitations(ctx)
	if err != nil {
		return nil, err
	}
	return api.ListInvitations200JSONResponse{Items: mapped(rows, s.invitation)}, nil
}

// WithdrawInvitation ends an open one.
func (s *Server) WithdrawInvitation(ctx context.Context, r api.WithdrawInvitationRequestObject) (api.WithdrawInvitationResponseObject, error) {
	if err := s.Identity.WithdrawInvitation(ctx, r.ID); err != nil {
		return nil, err
	}
	return api.WithdrawInvitation204Response{}, nil
}

// LookAtInvitation shows what a code offers.
func (s *Server) LookAtInvitation(ctx context.Context, r api.LookAtInvitationRequestObject) (api.LookAtInvitationResponseObject, error) {
	i, err := s.Identity.LookAtInvitation(ctx, r.Body.Code)
	if err != nil {
		return nil, err
	}
	return api.LookAtInvitation200JSONResponse{UnitName: i.UnitName, Role: api.RoleName(i.Role), InvitedByName: i.InvitedByName, ExpiresAt: shown(i.ExpiresAt)}, nil
}

// AcceptInvitation gives the actor the role.
func (s *Server) AcceptInvitation(ctx context.Context, r api.AcceptInvitationRequestObject) (api.AcceptInvitationResponseObject, error) {
	g, err := s.Identity.AcceptInvitation(ctx, r.Body.Code)
	if err != nil {
		return nil, err
	}
	return api.AcceptInvitation201JSONResponse(s.grant(&g)), nil
}

func (s *Server) invitation(i *identity.InvitationView) api.Invitation {
	return api.Invitation{
		ID: i.ID, UnitID: i.UnitID, UnitName: i.UnitName, Role: api.RoleName(i.Role), InvitedByName: i.InvitedByName,
		CreatedAt: shown(i.CreatedAt), ExpiresAt: shown(i.ExpiresAt), AcceptedByName: some(i.AcceptedByName),
		State: api.InvitationState(i.State(s.Store.Now().Time)),
	}
}
