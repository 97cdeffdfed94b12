package catalogue_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/catalogue"
	"yimi/internal/fault"
	"yimi/internal/unit"
)

var ctx = context.Background()

// fresh is a service of the unit that has nothing special about it.
func fresh(u unit.Unit, name string) *catalogue.Type {
	return &catalogue.Type{UnitID: u.ID, Field: "relief", Theme: "heart", Icon: "counsel", Name: name, Line: "坐一坐", Detail: "来坐坐", Ways: "station", Mode: catalogue.OnRequest,
		LengthMinutes: 60, HorizonDays: 28, GroupsServed: "everyone", Questions: "[]", Promises: "[]", MinLevel: catalogue.NoLevel, Active: true}
}

func names(t *testing.T, rows []catalogue.Line, err error) string {
	t.Helper()
	apptest.Must(t, err)
	var out []string
	for _, r := range rows {
		out = append(out, r.Name)
	}
	return strings.Join(out, " ")
}

func TestWhoOffersServices(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		admin := w.AdminOf(w.District, "马建军")
		for name, c := range map[string]struct {
			who auth.Actor
			of  unit.Unit
			may bool
		}{
			"staff of the station":        {w.Staff, w.Station, true},
			"staff, of a room below":      {w.Staff, w.Room, true},
			"staff, of the district":      {w.Staff, w.District, false},
			"staff of another station":    {w.StaffOf(w.Other, "马立强"), w.Station, false},
			"staff of a room":             {w.StaffOf(w.Room, "丁婷婷"), w.Station, false},
			"the district's admin":        {admin, w.Station, true},
			"the admin, of the district":  {admin, w.District, true},
			"a worker":                    {w.Provider(w.Station, "周文静"), w.Station, false},
			"a resident":                  {w.Volunteer("林晓雯"), w.Station, false},
			"nobody":                      {auth.Actor{}, w.Station, false},
			"the admin, of no unit there": {admin, unit.Unit{ID: 1 << 40}, false},
		} {
			before := w.Count("service_types", "1 = 1")
			l, err := w.Catalogue.Create(apptest.As(c.who), fresh(c.of, name[:min(len(name), 20)]))
			switch {
			case !c.may && (err == nil || fault.From(err).Code != "forbidden" || w.Count("service_types", "1 = 1") != before):
				t.Errorf("%s: %v", name, err)
			case c.may && (err != nil || l.UnitID != c.of.ID || l.UnitPath != c.of.Path || l.UnitName != c.of.Name || l.ID == 0):
				t.Errorf("%s: %+v %v", name, l, err)
			}
		}
	})
}

func TestWhoChangesServices(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		l, err := w.Catalogue.Create(apptest.As(w.Staff), fresh(w.Station, "心理疏导"))
		apptest.Must(t, err)
		other, worker, resident := w.StaffOf(w.Other, "马立强"), w.Provider(w.Station, "罗燕"), w.Volunteer("林晓雯")
		change := func(who auth.Actor, deed func(*catalogue.Type)) error {
			_, err := w.Catalogue.Update(apptest.As(who), l.ID, deed)
			return err
		}
		rename := func(c *catalogue.Type) { c.Name = "别的" }
		for _, who := range []auth.Actor{other, worker, resident, w.StaffOf(w.Room, "丁婷婷")} {
			apptest.WantCode(t, change(who, rename), "forbidden") // it is offered to all, so it may be known of
		}
		_, err = w.Catalogue.Update(apptest.As(w.Staff), 1<<40, rename)
		apptest.WantCode(t, err, "not_found")
		apptest.Must(t, change(w.Second, func(c *catalogue.Type) { // all of it; the unit stays
			*c = catalogue.Type{ID: l.ID, UnitID: w.Other.ID, Field: "elder", Theme: "body", Icon: "care", Name: "照料护理", Line: "上门", Detail: "", Ways: "home,phone", Mode: catalogue.ByBooking,
				Instant: true, LengthMinutes: 40, BufferMinutes: 0, HorizonDays: 7, LeadMinutes: 0, GroupsServed: "elder", Questions: catalogue.Encode(asked), Confidential: true,
				Promises: catalogue.Encode([]catalogue.Promise{{Urgency: "urgent", Minutes: 240}}), MinLevel: catalogue.Senior, PlaceName: "", Active: false, Position: 0}
		}))
		_, err = w.Catalogue.Get(apptest.As(resident), l.ID) // not offered any more
		apptest.WantCode(t, err, "not_found")
		_, err = w.Catalogue.Get(apptest.As(other), l.ID)
		apptest.WantCode(t, err, "not_found")
		apptest.WantCode(t, change(other, rename), "not_found")
		got, err := w.Catalogue.Get(apptest.As(w.Staff), l.ID)
		if err != nil || got.ID != l.ID || got.UnitID != w.Station.ID || !got.CreatedAt.Equal(l.CreatedAt.Time) || got.Name != "照料护理" || got.Detail != "" || got.BufferMinutes != 0 ||
			got.Active || !got.Confidential || len(got.Asked()) != len(asked) || got.MinLevel != catalogue.Senior {
			t.Errorf("%+v %v", got, err)
		}
		apptest.Must(t, change(w.AdminOf(w.District, "马建军"), func(c *catalogue.Type) { c.Active = true }))
		if _, err = w.Catalogue.Get(apptest.As(resident), l.ID); err != nil {
			t.Error(err)
		}
	})
}

func TestServicesThatCouldNotBeAskedForAreRefused(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		l, err := w.Catalogue.Create(apptest.As(w.Staff), fresh(w.Station, "心理疏导"))
		apptest.Must(t, err)
		for field, spoil := range map[string]func(*catalogue.Type){
			"instant": func(c *catalogue.Type) { c.Instant = true },
			"promises": func(c *catalogue.Type) {
				c.Promises = catalogue.Encode([]catalogue.Promise{{Urgency: "soon", Minutes: 60}, {Urgency: "soon", Minutes: 90}})
			},
			"questions.1": func(c *catalogue.Type) {
				c.Questions = catalogue.Encode([]catalogue.Question{{Key: "a", Kind: "text"}, {Key: "a", Kind: "text"}})
			},
		} {
			bad := fresh(w.Station, "坏的")
			spoil(bad)
			_, err := w.Catalogue.Create(apptest.As(w.Staff), bad)
			if got := refused(t, err); got != field {
				t.Errorf("created with %q refused, want %q", got, field)
			}
			_, err = w.Catalogue.Update(apptest.As(w.Staff), l.ID, spoil)
			if got := refused(t, err); got != field {
				t.Errorf("changed with %q refused, want %q", got, field)
			}
		}
		got, err := w.Catalogue.Get(ctx, l.ID)
		if err != nil || got.Type != l.Type || w.Count("service_types", "1 = 1") != 1 {
			t.Errorf("what was refused changed something: %+v %v", got, err)
		}
		_, err = w.Catalogue.Update(apptest.As(w.Staff), l.ID, func(c *catalogue.Type) { c.Mode, c.Instant = catalogue.ByBooking, true })
		apptest.Must(t, err)
		_, err = w.Catalogue.Update(apptest.As(w.Staff), l.ID, func(c *catalogue.Type) { c.Mode = catalogue.OnRequest })
		if got := refused(t, err); got != "instant" {
			t.Errorf("on request and still instant: %q", got)
		}
	})
}

func TestAStationHasEachNameOnce(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		staff := apptest.As(w.Staff)
		first, err := w.Catalogue.Create(staff, fresh(w.Station, "心理疏导"))
		apptest.Must(t, err)
		_, err = w.Catalogue.Create(staff, fresh(w.Station, "心理疏导"))
		apptest.WantCode(t, err, "service_name_taken")
		if _, err = w.Catalogue.Create(staff, fresh(w.Room, "心理疏导")); err != nil { // another unit's is another
			t.Error(err)
		}
		second, err := w.Catalogue.Create(staff, fresh(w.Station, "法律援助"))
		apptest.Must(t, err)
		_, err = w.Catalogue.Update(staff, second.ID, func(c *catalogue.Type) { c.Name = "心理疏导" })
		apptest.WantCode(t, err, "service_name_taken")
		if _, err = w.Catalogue.Update(staff, first.ID, func(c *catalogue.Type) { c.Line = "改了" }); err != nil { // its own name
			t.Error(err)
		}
		_, err = w.Catalogue.Update(staff, first.ID, func(c *catalogue.Type) { c.Active = false })
		apptest.Must(t, err)
		_, err = w.Catalogue.Create(staff, fresh(w.Station, "心理疏导")) // also one that is not offered at present
		apptest.WantCode(t, err, "service_name_taken")
		var wg sync.WaitGroup
		made := make([]error, 8)
		for i := range made {
			wg.Go(func() { _, made[i] = w.Catalogue.Create(staff, fresh(w.Station, "生命回顾")) })
		}
		wg.Wait()
		won := 0
		for _, err := range made {
			if err == nil {
				won++
			} else {
				apptest.WantCode(t, err, "service_name_taken")
			}
		}
		if won != 1 || w.Count("service_types", "name = '生命回顾'") != 1 {
			t.Errorf("%d made it at once", won)
		}
	})
}

// A service is seen at its unit and below, by nobody beside or above it, and by no other district.
func TestWhereServicesAreSeen(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		far, err := w.Units.Bootstrap(ctx, "利通区社会工作中心")
		apptest.Must(t, err)
		admin := auth.Actor{PersonID: 1, Grants: []auth.Grant{{Role: auth.DistrictAdmin, UnitID: w.District.ID, UnitPath: w.District.Path}, {Role: auth.DistrictAdmin, UnitID: far.ID, UnitPath: far.Path}}}
		for i, u := range []unit.Unit{w.District, w.Station, w.Room, w.Other, far} {
			s := fresh(u, []string{"区", "站", "室", "另站", "另区"}[i])
			s.Position = 10 - i // the last first
			_, err := w.Catalogue.Create(apptest.As(admin), s)
			apptest.Must(t, err)
		}
		old := fresh(w.District, "停办")
		old.Active = false
		_, err = w.Catalogue.Create(apptest.As(admin), old)
		apptest.Must(t, err)
		for want, id := range map[string]int64{"区": w.District.ID, "站 区": w.Station.ID, "室 站 区": w.Room.ID, "另站 区": w.Other.ID, "另区": far.ID, "另区 另站 室 站 区": 0} {
			rows, err := w.Catalogue.List(ctx, id)
			if got := names(t, rows, err); got != want {
				t.Errorf("at %d: %q, want %q", id, got, want)
			}
		}
		_, err = w.Catalogue.List(ctx, 1<<40)
		apptest.WantCode(t, err, "not_found")
		for want, who := range map[string]auth.Actor{"室 站": w.Staff, "另站": w.StaffOf(w.Other, "马立强"), "室": w.StaffOf(w.Room, "丁婷婷"),
			"停办 另站 室 站 区": w.AdminOf(w.District, "马建军"), "": w.Volunteer("林晓雯")} {
			rows, err := w.Catalogue.Managed(apptest.As(who))
			if got := names(t, rows, err); got != want {
				t.Errorf("managed: %q, want %q", got, want)
			}
		}
	})
}

func TestTheCatalogueOverHTTP(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		body := func(change map[string]any) map[string]any {
			b := map[string]any{"unit_id": s.Station.ID, "field": "relief", "theme": "heart", "icon": "counsel", "name": " 心理疏导 ", "line": "与社工面谈", "ways": []string{"station"}, "mode": "booking"}
			for k, v := range change {
				b[k] = v
			}
			return b
		}
		want := func(a apptest.Answer, status int, code string) {
			t.Helper()
			if a.Status != status || a.Problem.Code != code {
				t.Errorf("%d %s, want %d %s", a.Status, a.Body, status, code)
			}
		}
		want(s.Call(t, s.Volunteer("林晓雯"), "POST", "/service-types", body(nil)), 403, "forbidden")
		want(s.Call(t, s.StaffOf(s.Other, "马立强"), "POST", "/service-types", body(nil)), 403, "forbidden")
		want(s.Call(t, s.Staff, "POST", "/service-types", body(map[string]any{"length_minutes": 52})), 400, "invalid_fields")
		want(s.Call(t, s.Staff, "POST", "/service-types", body(map[string]any{"instant": true, "mode": "request"})), 400, "invalid_fields")
		want(s.Call(t, s.Staff, "POST", "/service-types", body(map[string]any{"questions": []any{map[string]any{"key": "a", "label": "x", "kind": "choice", "required": true}}})), 400, "invalid_fields")
		a := s.Call(t, s.Staff, "POST", "/service-types", body(nil))
		want(a, 201, "")
		for _, part := range []string{`"name":"心理疏导"`, `"length_minutes":60`, `"buffer_minutes":0`, `"horizon_days":28`, `"lead_minutes":120`, `"groups":["everyone"]`, `"questions":[]`,
			`"promises":[{"minutes":4320,"urgency":"normal"}]`, `"min_level":"none"`, `"active":true`, `"instant":false`, `"can_manage":true`} {
			if !strings.Contains(string(a.Body), part) {
				t.Errorf("no %s in %s", part, a.Body)
			}
		}
		want(s.Call(t, s.Second, "POST", "/service-types", body(nil)), 409, "service_name_taken")
		path := fmt.Sprintf("/service-types/%d", s.Count("service_types", "1 = 1"))
		want(s.Call(t, s.Second, "PATCH", path, map[string]any{"active": false}), 200, "")
		want(s.Ask(t, "GET", path, nil), 404, "not_found")
		want(s.Call(t, s.Second, "GET", path, nil), 200, "")
	})
}
