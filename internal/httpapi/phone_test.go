package httpapi_test

import (
	"fmt"
	"strings"
	"testing"

	"yimi/internal/apptest"
	"yimi/internal/request"
)

// A phone is cleaned the same way wherever one is taken, and -----, like anything that nobody can dial, is refused there.
func TestPhonesAreCleanedWhereverOneIsTaken(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		s := apptest.NewSite(t, l.World)
		draft := l.Put(request.Draft)
		activity := map[string]any{"unit_id": l.Station.ID, "campaign_id": l.Campaign, "title": "清河行动", "content": "沿渠捡拾垃圾", "leader_name": "马志宏", "place_name": "3 号桥"}
		a := s.Call(t, l.Staff, "POST", "/activities", with(activity, "contact_phone", "0953-5098110"))
		want(t, a, 201, "")
		made := readAttached(t, a).ID
		filed := map[string]any{"service_type_id": l.Care.ID, "unit_id": l.Station.ID, "way": "station", "urgency": "normal", "words": apptest.Words,
			"caller": map[string]any{"name": "马秀兰", "relation": "self"}}
		for name, do := range map[string]func(phone string) apptest.Answer{
			"my own": func(p string) apptest.Answer {
				return s.Call(t, l.Resident, "PATCH", "/me", map[string]any{"phone": p})
			},
			"a new unit": func(p string) apptest.Answer {
				return s.Call(t, l.Admin, "POST", "/units", map[string]any{"parent_id": l.Station.ID, "kind": "room", "name": fmt.Sprintf("党群服务室 %d", len(p)), "phone": p})
			},
			"a unit": func(p string) apptest.Answer {
				return s.Call(t, l.Admin, "PATCH", fmt.Sprintf("/units/%d", l.Station.ID), map[string]any{"phone": p})
			},
			"a new activity": func(p string) apptest.Answer {
				return s.Call(t, l.Staff, "POST", "/activities", with(activity, "contact_phone", p))
			},
			"an activity": func(p string) apptest.Answer {
				return s.Call(t, l.Staff, "PATCH", fmt.Sprintf("/activities/%d", made), map[string]any{"contact_phone": p})
			},
			"a beneficiary": func(p string) apptest.Answer {
				return s.Call(t, l.Resident, "POST", "/me/beneficiaries", map[string]any{"name": "马秀英", "relation": "parent", "phone": p})
			},
			"a caller": func(p string) apptest.Answer {
				return s.Call(t, l.Staff, "POST", "/requests", with(filed, "phone", p))
			},
			"a request": func(p string) apptest.Answer {
				return s.Call(t, l.Resident, "POST", "/requests", map[string]any{"service_type_id": l.Care.ID, "unit_id": l.Station.ID, "way": "station", "urgency": "normal", "words": apptest.Words, "phone": p, "draft": true})
			},
			"a draft": func(p string) apptest.Answer {
				return s.Call(t, l.Resident, "PATCH", fmt.Sprintf("/requests/%d", draft.ID), map[string]any{"phone": p})
			},
		} {
			for _, typed := range []string{"\u202d＋８６ 138—0000 1234\u202c", "(0953) 509 8110"} {
				kept := strings.NewReplacer("\u202d＋８６ 138—0000 1234\u202c", "13800001234", "(0953) 509 8110", "0953-5098110").Replace(typed)
				a := do(typed)
				shown := kept
				if name == "my own" || name == "a caller" { // who sees it masked
					shown = kept[:3] + "****" + kept[len(kept)-4:]
				}
				if a.Status >= 300 || !strings.Contains(string(a.Body), `phone":"`+shown+`"`) {
					t.Errorf("%s: %q: %d %s", name, typed, a.Status, a.Body)
				}
			}
			for _, typed := range []string{"-----", "－－－－－", "0953-1", "13800001234/5098110", "1380000123", "邻居 3 号"} {
				if a := do(typed); a.Status != 400 && a.Problem.Code != "phone_invalid" || !strings.Contains(string(a.Body), "phone") {
					t.Errorf("%s: %q: %d %s", name, typed, a.Status, a.Body)
				}
			}
		}
	})
}

// with is the fields with one more.
func with(fields map[string]any, name string, value any) map[string]any {
	out := map[string]any{name: value}
	for k, v := range fields {
		out[k] = v
	}
	return out
}
