package httpapi_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"yimi/api"
	"yimi/internal/app"
	"yimi/internal/apptest"
	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/httpapi"
	"yimi/internal/request"
	"yimi/internal/store"
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

type auditPage struct {
	Items []struct {
		ID, ActorID, EntityID                                       int64
		ActorName, Role, UnitName, Operation, Said, Entity, Network string
		EntityName                                                  string
		Minor                                                       bool
		Changes                                                     []struct{ Name, Said, Before, After string }
	}
	NextCursor string
}

func listAudit(t *testing.T, s *apptest.Site, who auth.Actor, query string) (p auditPage) {
	t.Helper()
	a := s.Call(t, who, "GET", "/audit?limit=100"+query, nil)
	want(t, a, 200, "")
	text := strings.NewReplacer("actor_id", "actorid", "entity_id", "entityid", "actor_name", "actorname", "unit_name", "unitname", "entity_name", "entityname", "next_cursor", "nextcursor").Replace(string(a.Body))
	apptest.Must(t, json.Unmarshal([]byte(text), &p))
	return p
}

// Admins see what was done in their own units, by whom and with what result, and no others do.
func TestTheLogIsSearched(t *testing.T) {
	eachLoop(t, func(t *testing.T, s *apptest.Site, l *apptest.Loop) {
		far, err := l.Units.Bootstrap(t.Context(), "康巴什区社会工作中心")
		apptest.Must(t, err)
		elsewhere, below := l.AdminOf(far, "白雪"), l.AdminOf(l.Station, "丁立强")
		born := "2015-05-01"
		child := l.Put(request.Submitted, func(r *request.Request) { r.BirthDate, r.Guardian, r.Relation = &born, true, "child" })
		path := fmt.Sprintf("/requests/%d", child.ID)
		want(t, s.Call(t, l.Staff, "POST", path+"/approve", nil), 200, "")
		want(t, s.Call(t, l.Staff, "POST", path+"/contact", nil), 200, "")
		l.Clock.Advance(24 * time.Hour)
		want(t, s.Call(t, l.Receiver, "PATCH", fmt.Sprintf("/units/%d", l.Other.ID), map[string]any{"name": "鹏胜社工站", "phone": "0953-5098129"}), 200, "")

		all := listAudit(t, s, l.Admin, "")
		if len(all.Items) < 6 || all.Items[0].Operation != "updateUnit" || all.Items[0].Said != "修改站点资料" || all.Items[0].EntityName != "鹏胜社工站" || all.Items[0].ActorName != "哈文秀" {
			t.Fatalf("%+v", all.Items)
		}
		if c := all.Items[0].Changes; len(c) != 2 || c[0].Before != "鹏胜社区社工站" || c[0].After != "鹏胜社工站" || c[0].Said != "名称" || c[1].After != "改过" {
			t.Errorf("%+v", c)
		}
		for query, wants := range map[string][]string{
			fmt.Sprintf("&entity=request&entity_id=%d", child.ID):                              {"openContact", "approveRequest"},
			fmt.Sprintf("&actor_id=%d", l.Receiver.PersonID):                                   {"updateUnit"},
			"&operation=openContact":                                                           {"openContact"},
			"&minors=true":                                                                     {"openContact", "approveRequest"},
			"&from=2026-03-06&to=2026-03-06":                                                   {"updateUnit"},
			fmt.Sprintf("&to=2026-03-05&actor_id=%d", l.Receiver.PersonID):                     {},
			fmt.Sprintf("&minors=true&operation=approveRequest&actor_id=%d", l.Staff.PersonID): {"approveRequest"},
		} {
			got := []string{}
			for _, i := range listAudit(t, s, l.Admin, query).Items {
				got = append(got, i.Operation)
			}
			if !slices.Equal(got, wants) {
				t.Errorf("%s: %v, want %v", query, got, wants)
			}
		}
		for _, i := range listAudit(t, s, below, "").Items {
			if i.UnitName != "东方社区社工站" && i.UnitName != "清水渠社会工作服务室" {
				t.Errorf("the station's admin sees %+v", i)
			}
		}
		if got := listAudit(t, s, below, "&minors=true"); len(got.Items) != 2 || !got.Items[0].Minor || got.Items[1].Changes[len(got.Items[1].Changes)-1].After != "已通过" {
			t.Errorf("the station's admin: %+v", got)
		}
		if got := listAudit(t, s, elsewhere, ""); len(got.Items) != 1 || got.Items[0].EntityName != far.Name { // its own making
			t.Errorf("the other district's admin: %+v", got)
		}
		for _, who := range []auth.Actor{l.Staff, l.Worker, l.Resident} {
			want(t, s.Call(t, who, "GET", "/audit", nil), 403, "forbidden")
			want(t, s.Call(t, who, "GET", "/audit/minors-report?year=2026", nil), 403, "forbidden")
			want(t, s.Call(t, who, "GET", "/audit/minors-report/csv?year=2026", nil), 403, "forbidden")
		}
		want(t, s.Call(t, l.Admin, "GET", "/audit?entity=request", nil), 400, "invalid_fields")
		pages(t, s, l.Admin, all)
	})
}

// pages reads the log in small pages: the same rows, each once, whatever falls into one instant.
func pages(t *testing.T, s *apptest.Site, who auth.Actor, all auditPage) {
	t.Helper()
	var ids []int64
	for cursor := ""; ; {
		a := s.Call(t, who, "GET", "/audit?limit=2&cursor="+cursor, nil)
		want(t, a, 200, "")
		var p struct {
			Items      []struct{ ID int64 }
			NextCursor string `json:"next_cursor"`
		}
		apptest.Must(t, json.Unmarshal(a.Body, &p))
		for _, i := range p.Items {
			ids = append(ids, i.ID)
		}
		if cursor = p.NextCursor; cursor == "" {
			break
		}
	}
	for i, item := range all.Items {
		if i >= len(ids) || ids[i] != item.ID {
			t.Fatalf("in pages %v, in one %+v", ids, all.Items)
		}
	}
}

// The yearly report counts whose data are held and who dealt with them, and says the same as a table.
func TestTheMinorsReport(t *testing.T) {
	eachLoop(t, func(t *testing.T, s *apptest.Site, l *apptest.Loop) {
		born := func(day string, guardian bool) func(*request.Request) {
			return func(r *request.Request) {
				r.BirthDate, r.Guardian, r.BeneficiaryName, r.Relation = &day, guardian, "孩子", "child"
			}
		}
		one := l.Put(request.Submitted, born("2015-05-01", true))
		l.Put(request.Closed, born("2015-05-01", true))     // the same child
		l.Put(request.Submitted, born("2016-05-01", false)) // another, no consent
		l.Put(request.Submitted, born("2009-03-05", true))  // 17 today
		l.Put(request.Submitted, born("2008-03-05", true))  // 18 today
		l.Put(request.Draft, born("2015-05-01", true))      // nobody's to count
		l.Put(request.Submitted, func(r *request.Request) { day := "2015-05-01"; r.BirthDate, r.UnitID = &day, l.Other.ID })
		young, youth := "2014-01-01", "2010-01-01"
		l.Exec("UPDATE people SET birth_date = ?, volunteer_since = NULL WHERE id = ?", young, l.Neighbour.PersonID)
		l.Exec("UPDATE people SET birth_date = ? WHERE id = ?", youth, l.Volunteer("少年").PersonID)
		l.Exec("INSERT INTO guardianships (guardian_id, child_id, relation, live, agreed_at) VALUES (?, ?, 'parent', 1, 1)", l.Staff.PersonID, l.Neighbour.PersonID)
		path := fmt.Sprintf("/requests/%d", one.ID)
		want(t, s.Call(t, l.Staff, "GET", path, nil), 200, "")
		want(t, s.Call(t, l.Staff, "POST", path+"/approve", nil), 200, "")
		want(t, s.Call(t, l.Staff, "POST", path+"/contact", nil), 200, "")
		l.Clock.Set(time.Date(2026, 4, 1, 0, 30, 0, 0, store.Shanghai)) // still March in Greenwich
		want(t, s.Call(t, l.Staff, "POST", path+"/contact", nil), 200, "")
		want(t, s.Call(t, l.Resident, "GET", path, nil), 200, "") // one's own is not counted

		a := s.Call(t, l.Admin, "GET", "/audit/minors-report?year=2026", nil)
		want(t, a, 200, "")
		var r api.MinorsReport
		apptest.Must(t, json.Unmarshal(a.Body, &r))
		if h := r.Held; h.Requests != 5 || h.Beneficiaries != 4 || h.BeneficiariesUnder14 != 3 || h.Under14WithGuardian != 1 || h.Under14WithoutGuardian != 2 ||
			h.People != 2 || h.PeopleUnder14 != 1 || h.PeopleUnder14WithGuardian != 1 || h.Volunteers != 1 {
			t.Errorf("held: %+v", h)
		}
		if r.Looks != 3 || r.Changes != 1 || r.Months[2].Looks != 2 || r.Months[2].Changes != 1 || r.Months[3].Looks != 1 || len(r.ByUnit) != 1 || r.ByUnit[0].UnitName != "东方社区社工站" {
			t.Errorf("%s", a.Body)
		}
		if d := r.Deeds; len(d) != 3 || d[0].Operation != "openContact" || d[0].Count != 2 || d[0].Role != "station_staff" || !d[0].Look || d[1].Look {
			t.Errorf("%+v", d)
		}
		if last := s.Call(t, l.Admin, "GET", "/audit/minors-report?year=2025", nil); !strings.Contains(string(last.Body), `"looks":0`) || !strings.Contains(string(last.Body), `"requests":0`) {
			t.Errorf("the year before: %s", last.Body)
		}
		a = s.Call(t, l.Admin, "GET", "/audit/minors-report/csv?year=2026", nil)
		want(t, a, 200, "")
		for _, line := range []string{"\uFEFF未成年人个人信息年度报告,2026 年", "工作人员,查看电话和地址,2\r\n", "4 月,1,0\r\n", "东方社区社工站,3,1\r\n", "持有,其中未满 14 周岁,3\r\n"} {
			if !strings.Contains(string(a.Body), line) {
				t.Errorf("the table lacks %q:\n%s", line, a.Body)
			}
		}
		if r := lastRow(t, s.World); r.Operation != "exportMinorsReport" || r.Entity != "audit" || r.ActorID != l.Admin.PersonID {
			t.Errorf("%+v", r)
		}
		below := l.AdminOf(l.Station, "丁立强")
		if a := s.Call(t, below, "GET", "/audit/minors-report?year=2026", nil); !strings.Contains(string(a.Body), `"requests":4`) {
			t.Errorf("the station's own: %s", a.Body)
		}
	})
}

// The contract knows every kind of record that the log knows.
func TestTheLogsKindsAreTheContracts(t *testing.T) {
	t.Parallel()
	spec, err := api.GetSpec()
	apptest.Must(t, err)
	log := audit.NewService(nil, nil)
	log.Know(app.Declared())
	for _, e := range log.Entities() {
		if !slices.Contains(spec.Components.Schemas["AuditEntity"].Value.Enum, any(string(e))) {
			t.Errorf("AuditEntity lacks %s", e)
		}
	}
	if n := len(spec.Components.Schemas["AuditEntity"].Value.Enum); n != len(log.Entities()) {
		t.Errorf("the contract has %d kinds, the log %d", n, len(log.Entities()))
	}
}

// Every operation that leaves a line is called something in Chinese.
func TestEveryLoggedOperationHasWords(t *testing.T) {
	t.Parallel()
	words, err := httpapi.AuditWords()
	apptest.Must(t, err)
	for op := range httpapi.Rules() {
		if mustLog(op) && words.Said(op) == op {
			t.Errorf("%s has no x-says in the contract", op)
		}
	}
}
