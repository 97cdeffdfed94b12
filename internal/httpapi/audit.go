package httpapi

import (
	"bytes"
	"context"
	"time"

	openapi_types "github.com/oapi-codegen/runtime/types"

	"yimi/api"
	"yimi/internal/audit"
	"yimi/internal/store"
)

// ListAudit lists the audit log.
func (s *Server) ListAudit(ctx context.Context, r api.ListAuditRequestObject) (api.ListAuditResponseObject, error) {
	keys, err := readCursor(r.Params.Cursor, 2)
	if err != nil {
		return nil, err
	}
	p, limit := r.Params, limitOf(r.Params.Limit)
	rows, err := s.Audit.List(ctx, audit.Filter{ActorID: or(p.ActorID, 0), Entity: audit.Entity(or(p.Entity, "")), EntityID: or(p.EntityID, 0),
		Operation: or(p.Operation, ""), From: dayStart(p.From), To: dayStart(p.To), Minors: or(p.Minors, false),
		After: store.At(time.UnixMilli(keys[0])), AfterID: keys[1], Limit: limit + 1})
	if err != nil {
		return nil, err
	}
	rows, next := page(rows, limit, func(l *audit.Line) string { return cursor(l.At.UnixMilli(), l.ID) })
	return api.ListAudit200JSONResponse{NextCursor: next, Items: mapped(rows, auditEntry)}, nil
}

// dayStart is when a day begins in Asia/Shanghai.
func dayStart(d *openapi_types.Date) *time.Time {
	if d == nil {
		return nil
	}
	at := time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, store.Shanghai)
	return &at
}

func auditEntry(l *audit.Line) api.AuditEntry {
	if l.ActorID == 0 {
		l.ActorName = audit.RoleSaid(audit.System)
	}
	return api.AuditEntry{ID: l.ID, At: shown(l.At), ActorID: l.ActorID, ActorName: l.ActorName, Role: api.AuditEntryRole(l.Role), UnitName: l.UnitName,
		Operation: l.Operation, Said: l.Said, Entity: api.AuditEntity(l.Entity), EntitySaid: l.EntitySaid, EntityID: l.EntityID,
		EntityName: l.EntityName, Minor: l.Minor, Network: l.Network, RequestID: l.RequestID,
		Changes: mapped(l.Changes, func(c *audit.Change) api.AuditChange {
			return api.AuditChange{Name: c.Name, Said: c.Said, Before: c.Before, After: c.After}
		})}
}

// GetMinorsReport gives the yearly report on minors' data.
func (s *Server) GetMinorsReport(ctx context.Context, r api.GetMinorsReportRequestObject) (api.GetMinorsReportResponseObject, error) {
	x, err := s.Audit.MinorsReport(ctx, r.Params.Year)
	if err != nil {
		return nil, err
	}
	h := x.Held
	out := api.MinorsReport{Year: x.Year, MadeAt: shown(x.MadeAt), AgeDay: dateOf(x.AgeDay.Format(time.DateOnly)), Units: x.Units, Looks: x.Looks, Changes: x.Changes,
		Held: api.MinorsHeld{Requests: int(h.Requests), Beneficiaries: int(h.Beneficiaries), BeneficiariesUnder14: int(h.Under14), Under14WithGuardian: int(h.WithGuardian),
			Under14WithoutGuardian: int(h.WithoutGuardian), People: int(h.People), PeopleUnder14: int(h.PeopleUnder14),
			PeopleUnder14WithGuardian: int(h.PeopleGuarded), Volunteers: int(h.Volunteers)},
		Months: []api.MinorsMonth{}, Deeds: mapped(x.Deeds, minorsDeed), ByUnit: mapped(x.ByUnit, func(u *audit.UnitTally) api.MinorsUnit {
			return api.MinorsUnit{UnitName: u.UnitName, Looks: u.Looks, Changes: u.Changes}
		})}
	for i, m := range x.Months {
		out.Months = append(out.Months, api.MinorsMonth{Month: i + 1, Looks: m.Looks, Changes: m.Changes})
	}
	return api.GetMinorsReport200JSONResponse(out), nil
}

func minorsDeed(d *audit.Deed) api.MinorsDeed {
	return api.MinorsDeed{Role: string(d.Role), Operation: d.Operation, Said: d.Said, Look: d.Look, Count: d.Count}
}

// ExportMinorsReport gives the yearly report as CSV.
func (s *Server) ExportMinorsReport(ctx context.Context, r api.ExportMinorsReportRequestObject) (api.ExportMinorsReportResponseObject, error) {
	raw, err := s.Audit.ExportMinorsReport(ctx, r.Params.Year)
	if err != nil {
		return nil, err
	}
	return api.ExportMinorsReport200TextCsvResponse{Body: bytes.NewReader(raw), ContentLength: int64(len(raw))}, nil
}
