package httpapi

import (
	"context"

	"yimi/api"
	"yimi/internal/policy"
)

// ListPolicies gives what holds in a district today and what is to come.
func (s *Server) ListPolicies(ctx context.Context, r api.ListPoliciesRequestObject) (api.ListPoliciesResponseObject, error) {
	lines, err := s.Policies.List(ctx, or(r.Params.UnitID, 0))
	if err != nil {
		return nil, err
	}
	return api.ListPolicies200JSONResponse{Items: mapped(lines, apiPolicy)}, nil
}

// CreatePolicy sets a limit from a day on.
func (s *Server) CreatePolicy(ctx context.Context, r api.CreatePolicyRequestObject) (api.CreatePolicyResponseObject, error) {
	l, err := s.Policies.Create(ctx, policy.Policy{UnitID: r.ID, Kind: policy.Kind(r.Body.Kind), FromDay: dayOf(r.Body.FromDay), Value: r.Body.Value})
	if err != nil {
		return nil, err
	}
	return api.CreatePolicy201JSONResponse(apiPolicy(l)), nil
}

// DeletePolicy takes back a limit that has not begun.
func (s *Server) DeletePolicy(ctx context.Context, r api.DeletePolicyRequestObject) (api.DeletePolicyResponseObject, error) {
	return api.DeletePolicy204Response{}, s.Policies.Delete(ctx, r.ID)
}

func apiPolicy(l *policy.Line) api.Policy {
	out := api.Policy{ID: some(l.ID), Kind: api.PolicyKind(l.Kind), UnitID: some(l.UnitID), Value: l.Value, Used: some(l.Used), InForce: l.InForce}
	if l.FromDay != "" {
		out.FromDay = new(dateOf(l.FromDay))
	}
	return out
}
