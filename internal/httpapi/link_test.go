package httpapi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/auth"
)

func TestTwoAccountsAreLinked(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		desk, phone, n := s.Staff, s.Volunteer("杨海兰（微信）"), 0
		s.Exec("INSERT INTO wechat_identities (openid, unionid, person_id, created_at) VALUES ('openid-1', '', ?, 0)", phone.PersonID)
		post := func(who auth.Actor, path string, body any) apptest.Answer {
			n++
			return s.Call(t, who, "POST", path, body, "Idempotency-Key", fmt.Sprintf("link-%08d", n))
		}
		want := func(a apptest.Answer, status int, code string) {
			t.Helper()
			if a.Status != status || a.Problem.Code != code {
				t.Errorf("%d %s, not %d %s", a.Status, a.Problem.Code, status, code)
			}
		}
		fresh := func(who auth.Actor) map[string]any {
			t.Helper()
			var shown struct {
				Code      string
				ExpiresAt time.Time `json:"expires_at"`
			}
			post(who, "/me/link-code", nil).Into(t, &shown)
			if len(shown.Code) != 8 || !shown.ExpiresAt.Equal(s.Clock.Now().Add(10*time.Minute)) {
				t.Errorf("%+v", shown)
			}
			return map[string]any{"code": shown.Code}
		}
		old := fresh(phone)
		code := fresh(phone)
		want(post(desk, "/me/links", old), 422, "link_code_wrong") // a new one ended it
		want(post(phone, "/me/links", code), 422, "own_code")
		s.Clock.Advance(11 * time.Minute)
		want(post(desk, "/me/links", code), 422, "link_code_wrong")
		code = fresh(phone)
		var made struct {
			Name         string
			Wechat, Desk bool
		}
		post(desk, "/me/links", code).Into(t, &made)
		if made.Name != "杨海兰（微信）" || !made.Wechat || made.Desk {
			t.Errorf("%+v", made)
		}
		s.Clock.Advance(16 * time.Minute)
		want(post(desk, "/me/links", code), 422, "link_code_wrong") // once
		want(post(desk, "/me/links", fresh(phone)), 409, "already_linked")
		want(post(phone, "/me/links", fresh(desk)), 409, "already_linked")
		for who, name := range map[int64]string{desk.PersonID: "杨海兰（微信）", phone.PersonID: "杨海兰"} {
			actor := desk
			if who == phone.PersonID {
				actor = phone
			}
			var list struct{ Items []struct{ Name string } }
			s.Call(t, actor, "GET", "/me/links", nil).Into(t, &list)
			if len(list.Items) != 1 || list.Items[0].Name != name {
				t.Errorf("%+v", list)
			}
		}
		var found struct {
			Items []struct {
				ID     int64
				ByLink bool `json:"by_link"`
			}
		}
		s.Call(t, s.Second, "GET", "/people/duplicates", nil).Into(t, &found)
		if len(found.Items) != 1 || !found.Items[0].ByLink {
			t.Fatalf("staff do not see it: %+v", found)
		}
		if n := s.Count("audit_entries", "operation = 'addLink' AND actor_id = ? AND entity = 'person'", desk.PersonID); n != 2 {
			t.Errorf("%d lines in the audit log", n)
		}
		var data struct {
			Account struct{ Links []struct{ Name string } }
		}
		if err := json.Unmarshal([]byte(unzip(t, s.Call(t, desk, "POST", "/me/export", nil).Body)["data.json"]), &data); err != nil || len(data.Account.Links) != 1 {
			t.Error("the export:", data, err)
		}
		if a := merge(t, s, s.Second, found.Items[0].ID, desk.PersonID, "linked-1"); a.Status != http.StatusNoContent {
			t.Error("not merged:", a.Status, a.Problem.Code)
		}
		for i := range 7 {
			a := post(s.Second, "/me/links", map[string]any{"code": fmt.Sprintf("%08d", i)})
			if want := []int{422, 429}[i/5]; a.Status != want {
				t.Errorf("guess %d: %d, not %d", i+1, a.Status, want)
			}
		}
		for i := range 11 {
			if a := post(s.Second, "/me/link-code", nil); i == 10 {
				want(a, 429, "too_many_codes")
			}
		}
	})
}

type grantAnswer struct {
	ID            int64
	PersonID      int64     `json:"person_id"`
	GrantedByName string    `json:"granted_by_name"`
	CountsFrom    time.Time `json:"counts_from"`
	Confirmed     bool
}

func TestAGrantIsConfirmed(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		admin, other := s.AdminOf(s.District, "马主任"), s.AdminOf(s.District, "丁主任")
		var settings struct {
			GrantRipensHours int `json:"grant_ripens_hours"`
		}
		s.Call(t, auth.Actor{}, "GET", "/settings", nil).Into(t, &settings)
		if settings.GrantRipensHours != 72 {
			t.Error(settings)
		}
		var g grantAnswer
		s.Call(t, admin, "POST", fmt.Sprintf("/units/%d/staff", s.Station.ID), map[string]any{"name": "贺兰", "login": "he.lan", "password": "long words are best", "role": "station_staff"}).Into(t, &g)
		if g.GrantedByName != "马主任" || g.Confirmed || !g.CountsFrom.Equal(s.Clock.Now().Add(72*time.Hour)) {
			t.Errorf("%+v", g)
		}
		var session struct {
			AccessToken string `json:"access_token"`
			Person      struct {
				PasswordOwn *bool `json:"password_own"`
			}
		}
		own := func(want bool) {
			t.Helper()
			if p := session.Person.PasswordOwn; p == nil || *p != want {
				t.Errorf("the own password: %v, not %v", p, want)
			}
		}
		s.Ask(t, "POST", "/auth/password", map[string]any{"login": "he.lan", "password": "long words are best"}).Into(t, &session)
		own(false)
		s.Exec("UPDATE people SET privacy_version = ? WHERE id = ?", s.Identity.Notice.Version, g.PersonID)
		bearer := []string{"Authorization", "Bearer " + session.AccessToken}
		if a := s.Ask(t, "POST", "/me/password", map[string]any{"current": "long words are best", "new": "other words are as good"}, bearer...); a.Status != 204 {
			t.Fatal(a.Status, a.Problem.Code)
		}
		s.Ask(t, "GET", "/me", nil, bearer...).Into(t, &session.Person)
		own(true)
		session.Person.PasswordOwn = nil
		if s.Call(t, s.Staff, "GET", "/me", nil).Into(t, &session.Person); session.Person.PasswordOwn != nil {
			t.Error("who has no desk password has an own one")
		}
		path := fmt.Sprintf("/grants/%d/confirm", g.ID)
		confirm := func(who auth.Actor, key string) apptest.Answer {
			return s.Call(t, who, "POST", path, nil, "Idempotency-Key", "confirm-"+key)
		}
		if a := confirm(admin, "000001"); a.Status != 403 || a.Problem.Code != "second_person_needed" {
			t.Error(a.Status, a.Problem.Code)
		}
		both := apptest.All([]auth.Actor{other, s.AdminOf(s.District, "哈主任")}, func(i int, p auth.Actor) apptest.Answer { return confirm(p, fmt.Sprintf("race-%d", i)) })
		if tally := apptest.Tally(both); tally["200 "] != 1 || tally["409 grant_counts"] != 1 {
			t.Error(tally)
		}
		var list struct{ Items []grantAnswer }
		s.Call(t, admin, "GET", fmt.Sprintf("/units/%d/grants", s.Station.ID), nil).Into(t, &list)
		for _, x := range list.Items {
			byShell := x.PersonID == s.Staff.PersonID || x.PersonID == s.Second.PersonID
			if !x.CountsFrom.Equal(s.Clock.Now()) || x.Confirmed == byShell || (x.GrantedByName == "") != byShell {
				t.Errorf("%+v", x)
			}
		}
		if n := s.Count("audit_entries", "operation = 'confirmGrant' AND entity_id = ?", g.ID); n != 1 {
			t.Errorf("%d lines in the audit log", n)
		}
	})
}

// Who reads an entry or a proposal sees that one of the two hands had its role from the other alone.
func TestAGrantFromTheOtherHandIsShown(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		admin, shift := s.AdminOf(s.District, "马主任"), s.Shift(5)
		friend := s.Volunteer("林晓雯")
		s.Appoint(admin, friend, s.Station, auth.StationStaff)
		volunteers, signups := s.Crowd(3), []int64{}
		for _, v := range volunteers {
			signups = append(signups, s.SignUp(v, shift.ID).ID)
		}
		s.Clock.Set(shift.EndsAt.Add(100 * time.Hour))
		for i, by := range []auth.Actor{admin, s.Staff} {
			_, err := s.Record(by, shift.ID, activity.Deed{SignupID: signups[i], Action: "correct", Given: apptest.First(shift, 60), Reason: "忘了签退"})
			apptest.Must(t, err)
			var list struct {
				Items []struct {
					ID                int64
					Mine              bool
					GrantedByProposer *bool `json:"granted_by_proposer"`
				}
			}
			s.Call(t, friend, "GET", "/hours/proposals", nil).Into(t, &list)
			if len(list.Items) != 1 || list.Items[0].Mine || list.Items[0].GrantedByProposer != nil {
				t.Fatalf("%+v", list)
			}
			if a := s.Call(t, friend, "POST", "/hours/proposals/decide", map[string]any{"ids": []int64{list.Items[0].ID}, "decision": "approve"}); a.Status != 200 {
				t.Fatal(a.Status, a.Problem.Code)
			}
			var entries struct {
				Items []struct {
					GrantedByProposer *bool `json:"granted_by_proposer"`
				}
			}
			s.Call(t, volunteers[i], "GET", "/me/hours/entries", nil).Into(t, &entries)
			if len(entries.Items) != 1 || entries.Items[0].GrantedByProposer == nil || *entries.Items[0].GrantedByProposer != (by.PersonID == admin.PersonID) {
				t.Errorf("proposed by %d: %+v", by.PersonID, entries)
			}
		}
		_, err := s.Record(s.Staff, shift.ID, activity.Deed{SignupID: signups[2], Action: "correct", Given: apptest.First(shift, 60), Reason: "忘了签退"})
		apptest.Must(t, err)
		code, _, err := s.Identity.NewLinkCode(apptest.As(s.Staff))
		apptest.Must(t, err)
		_, err = s.Identity.AddLink(apptest.As(friend), code)
		apptest.Must(t, err)
		var list struct{ Items []struct{ Mine bool } }
		if s.Call(t, friend, "GET", "/hours/proposals", nil).Into(t, &list); len(list.Items) != 1 || !list.Items[0].Mine {
			t.Errorf("what their other account proposed is not theirs: %+v", list)
		}
	})
}
