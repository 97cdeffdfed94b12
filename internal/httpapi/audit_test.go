package httpapi_test

import (
	"context"
	"fmt"
	"testing"

	"yimi/internal/apptest"
	"yimi/internal/audit"
)

// lastRow is the newest row of the audit log.
func lastRow(t *testing.T, w *apptest.World) (r audit.Row) {
	t.Helper()
	apptest.Must(t, w.Store.Read(context.Background()).Order("id DESC").Limit(1).Find(&r).Error)
	return r
}

// A row carries the call's operation, its network and the request id of its answer.
func TestTheLogKnowsTheCall(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		before := s.Count("audit_entries", "1 = 1")
		path := fmt.Sprintf("/units/%d", s.Station.ID)
		if a := s.Call(t, s.Staff, "PATCH", path, map[string]any{"name": "东方社工站"}); a.Status != 200 {
			t.Fatalf("%d %s", a.Status, a.Body)
		} else if r := lastRow(t, s.World); r.Operation != "updateUnit" || r.ActorID != s.Staff.PersonID || r.Network != "127.0.0.0/24" || r.RequestID != a.Header.Get("X-Request-Id") {
			t.Errorf("%+v", r)
		}
		if a := s.Call(t, s.Staff, "PATCH", fmt.Sprintf("/units/%d", s.Other.ID), map[string]any{"name": "东方社工站"}); a.Status != 403 {
			t.Errorf("%d %s", a.Status, a.Body)
		}
		if n := s.Count("audit_entries", "1 = 1"); n != before+1 {
			t.Errorf("%d rows more, want 1: a refusal leaves none", n-before)
		}
	})
}
