package httpapi

import (
	"context"

	"yimi/api"
	"yimi/internal/auth"
	"yimi/internal/identity"
	"yimi/internal/request"
)

// ListGuardians lists who agreed for the actor.
func (s *Server) ListGuardians(ctx context.Context, _ api.ListGuardiansRequestObject) (api.ListGuardiansResponseObject, error) {
	rows, err := s.Identity.Guardians(ctx, auth.From(ctx).PersonID)
	if err != nil {
		return nil, err
	}
	return api.ListGuardians200JSONResponse{Items: mapped(rows, func(g *identity.Guardian) api.Guardian {
		return api.Guardian{PersonID: g.GuardianID, Name: g.Name, Relation: api.GuardianRelation(g.Relation), AgreedAt: shown(g.AgreedAt)}
	})}, nil
}

// NewGuardianCode gives a minor the digits to show.
func (s *Server) NewGuardianCode(ctx context.Context, _ api.NewGuardianCodeRequestObject) (api.NewGuardianCodeResponseObject, error) {
	code, expires, err := s.Identity.NewGuardianCode(ctx)
	if err != nil {
		return nil, err
	}
	return api.NewGuardianCode201JSONResponse{Code: code, ExpiresAt: shown(expires)}, nil
}

// ListWards lists the children that the actor agreed for.
func (s *Server) ListWards(ctx context.Context, _ api.ListWardsRequestObject) (api.ListWardsResponseObject, error) {
	rows, err := s.Identity.Wards(ctx)
	if err != nil {
		return nil, err
	}
	return api.ListWards200JSONResponse{Items: mapped(rows, ward)}, nil
}

// AddWard agrees for a child.
func (s *Server) AddWard(ctx context.Context, r api.AddWardRequestObject) (api.AddWardResponseObject, error) {
	w, err := s.Identity.AddWard(ctx, r.Body.Code, string(r.Body.Relation), r.Body.Agree)
	if err != nil {
		return nil, err
	}
	return api.AddWard201JSONResponse(ward(w)), nil
}

// RemoveWard takes the consent back.
func (s *Server) RemoveWard(ctx context.Context, r api.RemoveWardRequestObject) (api.RemoveWardResponseObject, error) {
	if err := s.Identity.RemoveWard(ctx, r.ID); err != nil {
		return nil, err
	}
	return api.RemoveWard204Response{}, nil
}

// ListWardConsents gives a child's consents to its guardian.
func (s *Server) ListWardConsents(ctx context.Context, r api.ListWardConsentsRequestObject) (api.ListWardConsentsResponseObject, error) {
	out, err := consents(s.Identity.WardConsents(ctx, r.ID))
	if err != nil {
		return nil, err
	}
	return api.ListWardConsents200JSONResponse(out), nil
}

// SetWardConsent gives or withdraws one consent of a child, as its guardian; who gives one has agreed to the notice.
func (s *Server) SetWardConsent(ctx context.Context, r api.SetWardConsentRequestObject) (api.SetWardConsentResponseObject, error) {
	if r.Body.Given && !auth.From(ctx).Agreed {
		return nil, identity.ErrPrivacy
	}
	if err := s.Identity.DecideForWard(ctx, r.ID, identity.ConsentKind(r.Body.Kind), r.Body.Version, r.Body.Given); err != nil {
		return nil, err
	}
	out, err := consents(s.Identity.WardConsents(ctx, r.ID))
	if err != nil {
		return nil, err
	}
	return api.SetWardConsent200JSONResponse(out), nil
}

// ListWardRequests lists what a child has asked for.
func (s *Server) ListWardRequests(ctx context.Context, r api.ListWardRequestsRequestObject) (api.ListWardRequestsResponseObject, error) {
	rows, err := s.Requests.OfWard(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	now := s.Store.Now().Time
	return api.ListWardRequests200JSONResponse{Items: mapped(rows, func(l *request.Line) api.WardRequest {
		out := api.WardRequest{ID: l.ID, Number: l.Number, ServiceName: l.ServiceName, UnitName: l.UnitName, BeneficiaryName: l.BeneficiaryName, State: api.RequestState(l.State),
			WorkerName: some(l.WorkerName), GuardianMissing: l.GuardianMissing(now), MayCancel: s.Requests.MayCancel(l), CreatedAt: shown(l.CreatedAt)}
		if l.Booking != nil && l.Booking.Live != nil {
			at := shown(l.Booking.StartsAt)
			out.StartsAt = &at
		}
		return out
	})}, nil
}

// CancelWardRequest cancels what a child has asked for.
func (s *Server) CancelWardRequest(ctx context.Context, r api.CancelWardRequestRequestObject) (api.CancelWardRequestResponseObject, error) {
	why, err := optionalReason(r.Body)
	if err != nil {
		return nil, err
	}
	if err := s.Requests.CancelForWard(ctx, r.ID, r.RequestID, why); err != nil {
		return nil, err
	}
	return api.CancelWardRequest204Response{}, nil
}

func ward(w *identity.Ward) api.Ward {
	out := api.Ward{PersonID: w.ChildID, Name: w.Name, UnitName: some(w.UnitName), Relation: api.GuardianRelation(w.Relation), IsVolunteer: w.VolunteerSince != nil,
		MinutesTotal: w.Minutes, EntriesTotal: w.Entries, Coming: w.Coming, Next: make([]api.WardShift, len(w.Next)), AgreedAt: shown(w.AgreedAt)}
	for i, s := range w.Next {
		out.Next[i] = api.WardShift{Title: s.Title, PlaceName: s.PlaceName, StartsAt: shown(s.StartsAt), EndsAt: shown(s.EndsAt)}
	}
	if w.BirthDate != nil {
		d := dateOf(*w.BirthDate)
		out.BirthDate = &d
	}
	return out
}
