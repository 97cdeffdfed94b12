package httpapi

import (
	"context"

	"yimi/api"
	"yimi/internal/activity"
	"yimi/internal/auth"
	"yimi/internal/identity"
)

// GetPrivacy gives the privacy notice.
func (s *Server) GetPrivacy(ctx context.Context, _ api.GetPrivacyRequestObject) (api.GetPrivacyResponseObject, error) {
	n, who, err := s.Identity.PrivacyNotice(ctx)
	if err != nil {
		return nil, err
	}
	out := api.GetPrivacy200JSONResponse{Version: n.Version,
		Consents: mapped(n.Consents, func(c *identity.ConsentWords) api.ConsentWords {
			return api.ConsentWords{Kind: api.ConsentKind(c.Kind), Version: c.Version, Title: c.Title, Text: c.Text, Without: c.Without}
		})}
	for _, x := range n.Sections {
		out.Sections = append(out.Sections, struct {
			Lines []string `json:"lines"`
			Title string   `json:"title"`
		}{x.Lines, x.Title})
	}
	out.Contacts = mapped(who, func(h *identity.Home) (c struct {
		Address *string `json:"address,omitempty"`
		Name    string  `json:"name"`
		Phone   *string `json:"phone,omitempty"`
	},
	) {
		c.Name, c.Phone, c.Address = h.Name, some(h.Phone), some(h.Address)
		return c
	})
	return out, nil
}

// ListMyConsents gives the actor's consents.
func (s *Server) ListMyConsents(ctx context.Context, _ api.ListMyConsentsRequestObject) (api.ListMyConsentsResponseObject, error) {
	out, err := consents(s.Identity.Consents(ctx))
	if err != nil {
		return nil, err
	}
	return api.ListMyConsents200JSONResponse(out), nil
}

// SetConsent gives or withdraws one of the actor's consents.
func (s *Server) SetConsent(ctx context.Context, r api.SetConsentRequestObject) (api.SetConsentResponseObject, error) {
	if err := s.Identity.Decide(ctx, identity.ConsentKind(r.Body.Kind), r.Body.Version, r.Body.Given); err != nil {
		return nil, err
	}
	out, err := consents(s.Identity.Consents(ctx))
	if err != nil {
		return nil, err
	}
	return api.SetConsent200JSONResponse(out), nil
}

func consents(standings []identity.Standing, log []identity.Consent, err error) (api.MyConsents, error) {
	return api.MyConsents{
		Items: mapped(standings, func(x *identity.Standing) api.ConsentStanding {
			out := api.ConsentStanding{Kind: api.ConsentKind(x.Kind), Version: x.Version, Holds: x.Holds}
			if x.Last != nil {
				by := api.ConsentBy(x.Last.ByRole)
				out.DecidedAt, out.By = shownIf(&x.Last.At), &by
			}
			return out
		}),
		Log: mapped(log, func(c *identity.Consent) api.ConsentLine {
			return api.ConsentLine{Kind: api.ConsentKind(c.Kind), Version: c.Version, Given: c.Given, By: api.ConsentBy(c.ByRole), At: shown(c.At)}
		}),
	}, err
}

// position gives where the phone says it is, if the person agreed that it is read.
func (s *Server) position(ctx context.Context, p *api.Position) (*activity.Position, error) {
	if p == nil {
		return nil, nil
	}
	ok, err := s.Identity.Consented(ctx, auth.From(ctx).PersonID, identity.Location)
	if err != nil || !ok {
		return nil, err
	}
	return &activity.Position{Latitude: p.Latitude, Longitude: p.Longitude, Accuracy: p.AccuracyMetres}, nil
}
