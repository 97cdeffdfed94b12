package httpapi

import (
	"context"

	"yimi/api"
	"yimi/internal/unit"
)

// ListUnits gives the whole tree.
func (s *Server) ListUnits(ctx context.Context, _ api.ListUnitsRequestObject) (api.ListUnitsResponseObject, error) {
	units, err := s.Units.List(ctx)
	if err != nil {
		return nil, err
	}
	return api.ListUnits200JSONResponse{Items: mapped(units, apiUnit)}, nil
}

// CreateUnit adds a unit.
func (s *Server) CreateUnit(ctx context.Context, r api.CreateUnitRequestObject) (api.CreateUnitResponseObject, error) {
	var t texts
	t.phone("phone", r.Body.Phone)
	if err := t.err(); err != nil {
		return nil, err
	}
	u, err := s.Units.Create(ctx, unit.Input{
		ParentID: r.Body.ParentID, Kind: unit.Kind(r.Body.Kind), Name: r.Body.Name, Phone: or(r.Body.Phone, ""),
		Address: or(r.Body.Address, ""), OpenHours: or(r.Body.OpenHours, ""), Location: unitLocation(r.Body.Location),
	})
	if err != nil {
		return nil, err
	}
	return api.CreateUnit201JSONResponse(apiUnit(&u)), nil
}

// UpdateUnit changes a unit.
func (s *Server) UpdateUnit(ctx context.Context, r api.UpdateUnitRequestObject) (api.UpdateUnitResponseObject, error) {
	var t texts
	t.phone("phone", r.Body.Phone)
	if err := t.err(); err != nil {
		return nil, err
	}
	u, err := s.Units.Update(ctx, r.ID, unit.Patch{
		Name: r.Body.Name, Phone: r.Body.Phone, Address: r.Body.Address,
		OpenHours: r.Body.OpenHours, Location: unitLocation(r.Body.Location),
	})
	if err != nil {
		return nil, err
	}
	return api.UpdateUnit200JSONResponse(apiUnit(&u)), nil
}

func unitLocation(c *api.Coordinate) *unit.Location {
	if c == nil {
		return nil
	}
	return &unit.Location{Latitude: c.Latitude, Longitude: c.Longitude}
}

func apiUnit(u *unit.Unit) api.Unit {
	return api.Unit{
		ID: u.ID, ParentID: u.ParentID, Kind: api.UnitKind(u.Kind), Name: u.Name, Phone: some(u.Phone),
		Address: some(u.Address), OpenHours: some(u.OpenHours), Location: coordinate(u.Latitude, u.Longitude),
	}
}
