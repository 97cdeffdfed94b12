package httpapi

import (
	"context"

	openapi_types "github.com/oapi-codegen/runtime/types"

	"yimi/api"
	"yimi/internal/auth"
	"yimi/internal/identity"
)

// LoginWechat signs in by WeChat.
func (s *Server) LoginWechat(ctx context.Context, r api.LoginWechatRequestObject) (api.LoginWechatResponseObject, error) {
	session, err := s.session(ctx)(s.Identity.LoginWechat(ctx, r.Body.Code))
	if err != nil {
		return nil, err
	}
	return api.LoginWechat200JSONResponse{SessionJSONResponse: session}, nil
}

// LoginDemo signs in as a persona of the demo.
func (s *Server) LoginDemo(ctx context.Context, r api.LoginDemoRequestObject) (api.LoginDemoResponseObject, error) {
	session, err := s.session(ctx)(s.Identity.LoginDemo(ctx, string(r.Body.Persona)))
	if err != nil {
		return nil, err
	}
	return api.LoginDemo200JSONResponse{SessionJSONResponse: session}, nil
}

// LoginPassword signs in at the desk.
func (s *Server) LoginPassword(ctx context.Context, r api.LoginPasswordRequestObject) (api.LoginPasswordResponseObject, error) {
	session, err := s.session(ctx)(s.Identity.LoginPassword(ctx, r.Body.Login, r.Body.Password, clientAddr(ctx)))
	if err != nil {
		return nil, err
	}
	return api.LoginPassword200JSONResponse{SessionJSONResponse: session}, nil
}

// RefreshSession trades a refresh token for new tokens.
func (s *Server) RefreshSession(ctx context.Context, r api.RefreshSessionRequestObject) (api.RefreshSessionResponseObject, error) {
	session, err := s.session(ctx)(s.Identity.Refresh(ctx, r.Body.RefreshToken))
	if err != nil {
		return nil, err
	}
	return api.RefreshSession200JSONResponse{SessionJSONResponse: session}, nil
}

// session makes the answer of a sign-in.
func (s *Server) session(ctx context.Context) func(identity.SignedIn, error) (api.SessionJSONResponse, error) {
	return func(in identity.SignedIn, err error) (api.SessionJSONResponse, error) {
		if err != nil {
			return api.SessionJSONResponse{}, err
		}
		person, err := s.personAnswer(ctx)(s.Identity.Profile(ctx, in.PersonID))
		return api.SessionJSONResponse{
			AccessToken: in.AccessToken, RefreshToken: in.RefreshToken,
			ExpiresIn: int(in.ExpiresIn.Seconds()), Person: person,
		}, err
	}
}

// personAnswer makes the answer of what gives a profile.
func (s *Server) personAnswer(ctx context.Context) func(*identity.Profile, error) (api.Person, error) {
	return func(p *identity.Profile, err error) (api.Person, error) {
		if err != nil {
			return api.Person{}, err
		}
		return s.person(ctx, p)
	}
}

// Logout ends the session.
func (s *Server) Logout(ctx context.Context, _ api.LogoutRequestObject) (api.LogoutResponseObject, error) {
	if err := s.Identity.Logout(ctx); err != nil {
		return nil, err
	}
	return api.Logout204Response{}, nil
}

// GetMe gives the actor's profile.
func (s *Server) GetMe(ctx context.Context, _ api.GetMeRequestObject) (api.GetMeResponseObject, error) {
	person, err := s.personAnswer(ctx)(s.Identity.Me(ctx))
	if err != nil {
		return nil, err
	}
	return api.GetMe200JSONResponse(person), nil
}

// UpdateMe changes the actor's profile.
func (s *Server) UpdateMe(ctx context.Context, r api.UpdateMeRequestObject) (api.UpdateMeResponseObject, error) {
	person, err := s.personAnswer(ctx)(s.Identity.UpdateMe(ctx, identity.Patch{
		Name: r.Body.Name, Sex: (*identity.Sex)(r.Body.Sex), BirthDate: birthDate(r.Body.BirthDate), UnitID: r.Body.UnitID,
		Skills: words(r.Body.Skills), ShowOnLeaderboard: r.Body.ShowOnLeaderboard,
		Phone: r.Body.Phone, IdentityType: (*identity.IdentityType)(r.Body.IdentityType), IdentityNumber: r.Body.IdentityNumber,
	}))
	if err != nil {
		return nil, err
	}
	return api.UpdateMe200JSONResponse(person), nil
}

// GetMyContact gives the actor's phone and identity number in full.
func (s *Server) GetMyContact(ctx context.Context, _ api.GetMyContactRequestObject) (api.GetMyContactResponseObject, error) {
	c, err := s.Identity.MyContact(ctx)
	if err != nil {
		return nil, err
	}
	return api.GetMyContact200JSONResponse{Phone: some(c.Phone), IdentityType: some(api.IdentityType(c.IdentityType)), IdentityNumber: some(c.IdentityNumber)}, nil
}

// SetMyPhone keeps the phone that WeChat knows.
func (s *Server) SetMyPhone(ctx context.Context, r api.SetMyPhoneRequestObject) (api.SetMyPhoneResponseObject, error) {
	person, err := s.personAnswer(ctx)(s.Identity.SetMyPhone(ctx, r.Body.Code))
	if err != nil {
		return nil, err
	}
	return api.SetMyPhone200JSONResponse(person), nil
}

// RegisterVolunteer makes the actor a volunteer.
func (s *Server) RegisterVolunteer(ctx context.Context, r api.RegisterVolunteerRequestObject) (api.RegisterVolunteerResponseObject, error) {
	patch := identity.Patch{
		Name: &r.Body.Name, Sex: (*identity.Sex)(r.Body.Sex), BirthDate: birthDate(&r.Body.BirthDate), UnitID: &r.Body.UnitID,
		Skills: words(r.Body.Skills), ShowOnLeaderboard: r.Body.ShowOnLeaderboard,
	}
	registration := identity.Registration{Patch: patch, Agree: bool(r.Body.Agree)}
	person, err := s.personAnswer(ctx)(s.Identity.RegisterVolunteer(ctx, registration))
	if err != nil {
		return nil, err
	}
	return api.RegisterVolunteer201JSONResponse(person), nil
}

// ChangePassword sets a new desk password.
func (s *Server) ChangePassword(ctx context.Context, r api.ChangePasswordRequestObject) (api.ChangePasswordResponseObject, error) {
	if err := s.Identity.ChangePassword(ctx, r.Body.Current, r.Body.New); err != nil {
		return nil, err
	}
	return api.ChangePassword204Response{}, nil
}

// CloseAccount closes the actor's account for good. That the word was typed, the contract checks.
func (s *Server) CloseAccount(ctx context.Context, r api.CloseAccountRequestObject) (api.CloseAccountResponseObject, error) {
	if err := s.Deps.CloseAccount(ctx, string(or(r.Body.Reason, ""))); err != nil {
		return nil, err
	}
	return api.CloseAccount204Response{}, nil
}

// ListGrants gives who holds a role on a unit.
func (s *Server) ListGrants(ctx context.Context, r api.ListGrantsRequestObject) (api.ListGrantsResponseObject, error) {
	grants, err := s.Identity.Grants(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	return api.ListGrants200JSONResponse{Items: mapped(grants, s.grant)}, nil
}

// CreateStaff makes a desk account.
func (s *Server) CreateStaff(ctx context.Context, r api.CreateStaffRequestObject) (api.CreateStaffResponseObject, error) {
	g, err := s.Identity.CreateStaff(ctx, r.ID, identity.Staff{
		Name: r.Body.Name, Login: r.Body.Login, Password: r.Body.Password, Role: auth.Role(r.Body.Role),
	})
	if err != nil {
		return nil, err
	}
	return api.CreateStaff201JSONResponse(s.grant(&g)), nil
}

// RevokeRole takes a role away.
func (s *Server) RevokeRole(ctx context.Context, r api.RevokeRoleRequestObject) (api.RevokeRoleResponseObject, error) {
	if err := s.Identity.Revoke(ctx, r.ID, identity.Becomes{HandOverTo: or(r.Params.HandOverTo, 0), ToQueue: or(r.Params.ToQueue, false)}); err != nil {
		return nil, err
	}
	return api.RevokeRole204Response{}, nil
}

// ConfirmGrant lets a role that was just given count at once.
func (s *Server) ConfirmGrant(ctx context.Context, r api.ConfirmGrantRequestObject) (api.ConfirmGrantResponseObject, error) {
	g, err := s.Identity.ConfirmGrant(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	return api.ConfirmGrant200JSONResponse(s.grant(&g)), nil
}

func (s *Server) grant(g *identity.GrantView) api.Grant {
	return api.Grant{
		ID: g.ID, PersonID: g.PersonID, PersonName: g.PersonName, Role: api.RoleName(g.Role),
		UnitID: g.UnitID, UnitName: g.UnitName, CreatedAt: shown(g.CreatedAt),
		GrantedByName: some(g.GrantedByName), CountsFrom: shown(g.CountsFrom(s.Identity.Hands.GrantRipens)), Confirmed: g.ConfirmedBy != nil,
	}
}

func birthDate(d *openapi_types.Date) *string {
	if d == nil {
		return nil
	}
	day := dayOf(*d)
	return &day
}

func words(skills *[]api.Skill) *[]string {
	if skills == nil {
		return nil
	}
	out := strs[string](*skills)
	return &out
}
