package httpapi_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/config"
	"yimi/internal/identity"
	"yimi/internal/storetest"
)

func demo(c *config.Config) { c.Demo = true }

// want checks an answer's status and code, and that a refusal has its whole shape (RFC 9457).
func want(t *testing.T, a apptest.Answer, status int, code string) {
	t.Helper()
	if a.Status != status || a.Problem.Code != code {
		t.Errorf("got %d %s %s, want %d %s", a.Status, a.Problem.Code, a.Body, status, code)
	}
	if status >= 400 {
		shaped(t, a)
	}
}

// shaped checks a refusal's shape.
func shaped(t *testing.T, a apptest.Answer) {
	t.Helper()
	p := a.Problem
	if a.Header.Get("Content-Type") != "application/problem+json" || p.Type != "about:blank" || p.Title != http.StatusText(a.Status) ||
		p.Status != a.Status || p.Detail == "" || p.RequestID == "" || p.RequestID != a.Header.Get("X-Request-Id") {
		t.Errorf("not the shape of a problem: %d %s %v", a.Status, a.Body, a.Header)
	}
}

func TestTokensThatAreRefused(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		p := s.Volunteer("林晓雯")
		good := s.Token(p)
		claims := jwt.MapClaims{"sub": fmt.Sprint(p.PersonID), "sid": p.SessionID, "iss": "yimi", "aud": "yimi-api",
			"iat": s.Clock.Now().Unix(), "exp": s.Clock.Now().Add(time.Hour).Unix()}
		sign := func(method jwt.SigningMethod, key any, kid string, change func(jwt.MapClaims)) string {
			c := jwt.MapClaims{}
			for k, v := range claims {
				c[k] = v
			}
			if change != nil {
				change(c)
			}
			token := jwt.NewWithClaims(method, c)
			token.Header["kid"] = kid
			text, err := token.SignedString(key)
			apptest.Must(t, err)
			return text
		}
		secret, foreign := s.Keys.AccessTokens[0].Secret, []byte(strings.Repeat("z", 32))
		parts := strings.Split(good, ".")
		if a := s.Ask(t, "GET", "/me", nil, "Authorization", "Bearer "+sign(jwt.SigningMethodHS256, secret, "a", nil)); a.Status != 200 {
			t.Fatalf("the test's own token: %d %s", a.Status, a.Body)
		}
		for name, c := range map[string]struct{ header, code string }{
			"none":                {"", "unauthenticated"},
			"basic":               {"Basic eDp5", "unauthenticated"},
			"empty":               {"Bearer ", "unauthenticated"},
			"garbage":             {"Bearer 💥", "token_invalid"},
			"two dots":            {"Bearer ..", "token_invalid"},
			"no algorithm":        {"Bearer " + sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, "a", nil), "token_invalid"},
			"another algorithm":   {"Bearer " + sign(jwt.SigningMethodHS512, secret, "a", nil), "token_invalid"},
			"foreign key":         {"Bearer " + sign(jwt.SigningMethodHS256, foreign, "a", nil), "token_invalid"},
			"unknown key":         {"Bearer " + sign(jwt.SigningMethodHS256, foreign, "b", nil), "token_invalid"},
			"no signature":        {"Bearer " + parts[0] + "." + parts[1] + ".", "token_invalid"},
			"another's signature": {"Bearer " + parts[0] + "." + parts[1] + "." + strings.Split(s.Token(s.Staff), ".")[2], "token_invalid"},
			"another reader":      {"Bearer " + sign(jwt.SigningMethodHS256, secret, "a", func(c jwt.MapClaims) { c["aud"] = "other" }), "token_invalid"},
			"no end":              {"Bearer " + sign(jwt.SigningMethodHS256, secret, "a", func(c jwt.MapClaims) { delete(c, "exp") }), "token_invalid"},
			"run out":             {"Bearer " + sign(jwt.SigningMethodHS256, secret, "a", func(c jwt.MapClaims) { c["exp"] = 1 }), "token_expired"},
			"another's session":   {"Bearer " + sign(jwt.SigningMethodHS256, secret, "a", func(c jwt.MapClaims) { c["sid"] = s.Staff.SessionID }), "session_ended"},
			"too long":            {"Bearer " + strings.Repeat("a", 5000), "token_invalid"},
		} {
			a := s.Ask(t, "GET", "/me", nil, "Authorization", c.header)
			if c.header == "" {
				a = s.Ask(t, "GET", "/me", nil)
			}
			if a.Status != 401 || a.Problem.Code != c.code || a.Header.Get("WWW-Authenticate") != "Bearer" {
				t.Errorf("%s: %d %s, want %s", name, a.Status, a.Body, c.code)
			}
		}
		// A bad token is refused even where none is needed.
		want(t, s.Ask(t, "GET", "/campaigns", nil, "Authorization", "Bearer x"), 401, "token_invalid")
		s.Clock.Advance(15 * time.Minute)
		want(t, s.Ask(t, "GET", "/me", nil, "Authorization", "Bearer "+good), 401, "token_expired")
		want(t, s.Call(t, p, "GET", "/me", nil), 200, "")
	})
}

func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		s := apptest.NewSite(t, apptest.New(t, url, demo))
		type session struct {
			AccessToken  string `json:"access_token"`
			RefreshToken string `json:"refresh_token"`
		}
		read := func(a apptest.Answer) (in session) {
			t.Helper()
			want(t, a, 200, "")
			apptest.Must(t, json.Unmarshal(a.Body, &in))
			return in
		}
		refresh := func(token string) apptest.Answer {
			return s.Ask(t, "POST", "/auth/refresh", map[string]string{"refresh_token": token})
		}
		me := func(in session) apptest.Answer {
			return s.Ask(t, "GET", "/me", nil, "Authorization", "Bearer "+in.AccessToken)
		}
		login := func() session {
			return read(s.Ask(t, "POST", "/auth/wechat", map[string]string{"code": "demo-xiaowen"}))
		}
		in := login()
		next := read(refresh(in.RefreshToken))
		want(t, me(next), 200, "")
		want(t, refresh(in.RefreshToken), 401, "session_ended") // a second time: the family ends
		want(t, me(next), 401, "session_ended")
		want(t, refresh(next.RefreshToken), 401, "session_ended")
		want(t, refresh("no-such-token-at-all-00000"), 401, "session_ended")
		in = login()
		want(t, s.Ask(t, "POST", "/auth/logout", nil, "Authorization", "Bearer "+in.AccessToken), 204, "")
		want(t, me(in), 401, "session_ended")
		want(t, refresh(in.RefreshToken), 401, "session_ended")
		want(t, s.Ask(t, "POST", "/auth/demo", map[string]string{"persona": "staff"}), 404, "persona_missing") // no demo data here
		want(t, s.Ask(t, "POST", "/auth/wechat", map[string]string{"code": "../../etc"}), 400, "invalid_fields")
	})
}

func TestNoLoginOutsideTheDemo(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, plain *apptest.Site) {
		want(t, plain.Ask(t, "POST", "/auth/demo", map[string]string{"persona": "staff"}), 404, "not_found")
		want(t, plain.Ask(t, "POST", "/auth/wechat", map[string]string{"code": "demo-xiaowen"}), 503, "wechat_unavailable")
		for range 5 {
			want(t, plain.Ask(t, "POST", "/auth/password", map[string]string{"login": "nobody", "password": "wrong"}), 401, "bad_credentials")
		}
		want(t, plain.Ask(t, "POST", "/auth/password", map[string]string{"login": "nobody", "password": "wrong"}), 429, "too_many_attempts")
	})
}

func TestARevokedRoleCountsAtOnce(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		admin := s.AdminOf(s.District, "马志宏")
		want(t, s.Call(t, s.Staff, "GET", "/workbench", nil), 200, "")
		var g identity.RoleGrant
		apptest.Must(t, s.Store.Read(t.Context()).Where("person_id = ?", s.Staff.PersonID).Take(&g).Error)
		want(t, s.Call(t, s.Second, "DELETE", fmt.Sprintf("/grants/%d", g.ID), nil), 403, "forbidden")
		want(t, s.Call(t, admin, "DELETE", fmt.Sprintf("/grants/%d", g.ID), nil), 204, "")
		want(t, s.Call(t, s.Staff, "GET", "/workbench", nil), 403, "forbidden")
		want(t, s.Call(t, admin, "DELETE", fmt.Sprintf("/grants/%d", g.ID), nil), 404, "not_found")
	})
}

// What one may know of is 403, what one may not is 404.
func TestForbiddenOrNotThere(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		shift := s.Shift(1)
		p, other, elsewhere := s.Volunteer("林晓雯"), s.Volunteer("别人"), s.StaffOf(s.Other, "马立强")
		resident := s.Volunteer("居民")
		s.Exec("UPDATE people SET volunteer_since = NULL WHERE id = ?", resident.PersonID)
		g := s.SignUp(p, shift.ID)
		draft, err := s.Activities.Create(apptest.As(s.Staff), s.Draft(), nil)
		apptest.Must(t, err)
		for _, c := range []struct {
			who          auth.Actor
			method, path string
			status       int
			code         string
		}{
			{other, "GET", fmt.Sprintf("/signups/%d", g.ID), 404, "not_found"},
			{elsewhere, "GET", fmt.Sprintf("/signups/%d", g.ID), 404, "not_found"},
			{elsewhere, "GET", fmt.Sprintf("/shifts/%d/checkin-code", shift.ID), 404, "not_found"},
			{elsewhere, "GET", fmt.Sprintf("/shifts/%d/attendance", shift.ID), 404, "not_found"},
			{elsewhere, "GET", fmt.Sprintf("/activities/%d", draft.ID), 404, "not_found"},
			{elsewhere, "POST", fmt.Sprintf("/activities/%d/publish", draft.ID), 404, "not_found"},
			{elsewhere, "POST", fmt.Sprintf("/activities/%d/publish", shift.ActivityID), 403, "forbidden"},
			{p, "POST", fmt.Sprintf("/activities/%d/publish", shift.ActivityID), 403, "forbidden"},
			{p, "GET", fmt.Sprintf("/shifts/%d/checkin-code", shift.ID), 403, "forbidden"},
			{auth.Actor{}, "GET", fmt.Sprintf("/shifts/%d/checkin-code", shift.ID), 401, "unauthenticated"},
			{resident, "POST", fmt.Sprintf("/shifts/%d/signups", shift.ID), 403, "volunteer_only"},
			{resident, "GET", "/me/code", 403, "volunteer_only"},
			{s.Staff, "GET", fmt.Sprintf("/units/%d/grants", s.Station.ID), 403, "forbidden"},
			{p, "GET", "/activities?managed=true", 403, "forbidden"},
			{auth.Actor{}, "GET", "/activities?managed=true", 401, "unauthenticated"},
			{s.Staff, "GET", "/hours/entries/99", 404, "not_found"},
			{s.Staff, "POST", "/activities/99999/publish", 404, "not_found"},
			{p, "GET", "/no/such/thing", 404, "not_found"},
			{p, "DELETE", "/me", 404, "not_found"},
			{p, "TRACE", "/me", 404, "not_found"},
		} {
			a := s.Call(t, c.who, c.method, c.path, nil)
			if a.Status != c.status || a.Problem.Code != c.code {
				t.Errorf("%s %s: %d %s, want %d %s", c.method, c.path, a.Status, a.Body, c.status, c.code)
			}
			shaped(t, a)
		}
	})
}

func TestBadBodies(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		shift := s.Shift(3)
		p := s.Volunteer("林晓雯")
		path := fmt.Sprintf("/shifts/%d", shift.ID)
		activities := s.Count("activities", "1 = 1")
		draft := func(change string) string {
			body := fmt.Sprintf(`{"unit_id":%d,"campaign_id":%d,"title":"清河行动","content":"x","leader_name":"马","contact_phone":"0953-5098110","place_name":"桥"`, s.Station.ID, s.Campaign)
			return body + change + "}"
		}
		for _, c := range []struct {
			name         string
			method, path string
			body         string
			status       int
			code, field  string
		}{
			{"1 MB", "POST", "/activities", `{"title":"` + strings.Repeat("a", 1<<20) + `"}`, 413, "body_too_large", ""},
			{"not JSON", "POST", "/activities", `{"title":`, 400, "invalid_body", ""},
			{"a list", "POST", "/activities", `[]`, 400, "invalid_fields", "body"},
			{"null", "POST", "/activities", `null`, 400, "", ""},
			{"two values", "POST", path + "/cancel", `{"reason":"x"} {"reason":"y"}`, 400, "", ""},
			{"no body", "POST", "/activities", ``, 400, "", ""},
			{"unknown field", "PATCH", path, `{"capacity":5,"taken":0}`, 400, "invalid_fields", ""},
			{"wrong type", "PATCH", path, `{"capacity":"5"}`, 400, "invalid_fields", "capacity"},
			{"negative", "PATCH", path, `{"capacity":-5}`, 400, "invalid_fields", "capacity"},
			{"fraction", "PATCH", path, `{"capacity":1.5}`, 400, "invalid_fields", "capacity"},
			{"overflow", "PATCH", path, `{"capacity":99999999999999999999999}`, 400, "invalid_fields", "capacity"},
			{"exponent", "PATCH", path, `{"capacity":1e99}`, 400, "invalid_fields", "capacity"},
			{"nothing to change", "PATCH", path, `{}`, 400, "invalid_fields", ""},
			{"bad time", "PATCH", path, `{"starts_at":"yesterday"}`, 400, "invalid_fields", "starts_at"},
			{"time without zone", "PATCH", path, `{"starts_at":"2026-03-06T09:00:00"}`, 400, "", ""},
			{"year 10000", "PATCH", path, `{"starts_at":"10000-03-06T09:00:00Z"}`, 400, "", ""},
			{"id overflow", "POST", "/signups/decide", `{"ids":[9223372036854775808],"decision":"approve"}`, 400, "", ""},
			{"id zero", "POST", "/signups/decide", `{"ids":[0],"decision":"approve"}`, 400, "invalid_fields", ""},
			{"ids twice", "POST", "/signups/decide", `{"ids":[1,1],"decision":"approve"}`, 400, "invalid_fields", "ids"},
			{"not a choice", "POST", "/signups/decide", `{"ids":[1],"decision":"maybe"}`, 400, "invalid_fields", "decision"},
			{"too long", "POST", path + "/cancel", `{"reason":"` + strings.Repeat("长", 201) + `"}`, 400, "invalid_fields", "reason"},
			{"only spaces", "POST", path + "/cancel", `{"reason":"   "}`, 400, "invalid_fields", "reason"},
			{"control characters", "POST", path + "/cancel", `{"reason":"a\u0000b"}`, 400, "invalid_fields", "reason"},
			{"bidi override", "POST", path + "/cancel", `{"reason":"a\u202eb"}`, 400, "invalid_fields", "reason"},
			{"rejected with spaces", "POST", "/signups/decide", `{"ids":[1],"decision":"reject","reason":"  "}`, 400, "invalid_fields", "reason"},
			{"rejected with controls", "POST", "/signups/decide", `{"ids":[1],"decision":"reject","reason":"a\u0000"}`, 400, "invalid_fields", "reason"},
			{"not approved with spaces", "POST", "/hours/proposals/decide", `{"ids":[1],"decision":"reject","reason":"  "}`, 400, "invalid_fields", "reason"},
			{"cancelled with bidi", "POST", "/signups/1/cancel", `{"reason":"\u202e"}`, 400, "invalid_fields", "reason"},
			{"by hand with controls", "POST", path + "/attendance", `{"items":[{"signup_id":1,"action":"correct","minutes":1,"reason":"\u0007"}]}`, 400, "invalid_fields", "items.0.reason"},
			{"nothing visible", "POST", "/activities", draft(`,"risks":["\u200b"]`), 400, "invalid_fields", "risks.0"},
			{"upside down", "POST", "/activities", draft(`,"shifts":[{"starts_at":"2026-03-06T10:00:00Z","ends_at":"2026-03-06T09:00:00Z","capacity":1}]`), 400, "invalid_fields", "ends_at"},
			{"over a day", "POST", "/activities", draft(`,"shifts":[{"starts_at":"2026-03-06T10:00:00Z","ends_at":"2026-03-08T09:00:00Z","capacity":1}]`), 400, "invalid_fields", "ends_at"},
			{"past", "POST", "/activities", draft(`,"shifts":[{"starts_at":"2025-03-06T10:00:00Z","ends_at":"2025-03-06T11:00:00Z","capacity":1}]`), 422, "shift_in_past", ""},
			{"no place for the fence", "POST", "/activities", draft(`,"fence_metres":200`), 400, "invalid_fields", "fence_metres"},
			{"no campaign", "POST", "/activities", strings.Replace(draft(""), fmt.Sprintf(`"campaign_id":%d`, s.Campaign), `"campaign_id":99999`, 1), 404, "not_found", ""},
			{"another unit", "POST", "/activities", strings.Replace(draft(""), fmt.Sprintf(`"unit_id":%d`, s.Station.ID), fmt.Sprintf(`"unit_id":%d`, s.Other.ID), 1), 403, "forbidden", ""},
			{"no such unit", "POST", "/activities", strings.Replace(draft(""), fmt.Sprintf(`"unit_id":%d`, s.Station.ID), `"unit_id":99999`, 1), 403, "forbidden", ""},
			{"north of the pole", "POST", "/activities", draft(`,"location":{"latitude":91,"longitude":0}`), 400, "invalid_fields", ""},
			{"two codes", "POST", "/checkins", `{"kind":"in","token":"S.1.1.aaaa","digits":"123456","shift_id":1}`, 400, "invalid_fields", "token"},
			{"no code", "POST", "/checkins", `{"kind":"in"}`, 400, "invalid_fields", "token"},
			{"five digits", "POST", "/checkins", `{"kind":"in","digits":"12345","shift_id":1}`, 400, "invalid_fields", "digits"},
			{"cursor", "GET", "/campaigns/1/entries?cursor=zzz!", ``, 400, "invalid_fields", "cursor"},
			{"another list's cursor", "GET", "/activities?cursor=MQ", ``, 400, "invalid_fields", "cursor"},
			{"limit", "GET", "/activities?limit=101", ``, 400, "invalid_fields", "limit"},
			{"limit word", "GET", "/activities?limit=many", ``, 400, "invalid_fields", "limit"},
			{"unknown state", "GET", "/signups?state=maybe", ``, 400, "invalid_fields", "state"},
			{"decided, of no shift", "GET", "/signups?state=confirmed", ``, 400, "invalid_fields", "shift_id"},
			{"id word", "GET", "/activities/abc", ``, 404, "not_found", ""},
			{"id negative", "GET", "/activities/-1", ``, 404, "not_found", ""},
			{"id beyond int64", "GET", "/activities/99999999999999999999", ``, 404, "not_found", ""},
			{"id nought, of a broken link", "GET", "/activities/0", ``, 404, "not_found", ""},
			{"attendance twice", "POST", path + "/attendance", `{"items":[{"signup_id":1,"action":"confirm"},{"signup_id":1,"action":"confirm"}]}`, 400, "invalid_fields", "items"},
			{"a day and a minute", "POST", path + "/attendance", `{"items":[{"signup_id":1,"action":"correct","minutes":1441}]}`, 400, "invalid_fields", ""},
		} {
			who := s.Staff
			var body any
			if c.body != "" {
				body = c.body
			}
			a := s.Call(t, who, c.method, c.path, body)
			if a.Status != c.status || c.code != "" && a.Problem.Code != c.code {
				t.Errorf("%s: %d %s, want %d %s", c.name, a.Status, a.Body, c.status, c.code)
			}
			if c.field != "" && (len(a.Problem.Fields) == 0 || !strings.Contains(a.Problem.Fields[0].Name, c.field) || a.Problem.Fields[0].Message == "") {
				t.Errorf("%s: fields %+v, want %s", c.name, a.Problem.Fields, c.field)
			}
			shaped(t, a)
		}
		a := s.Call(t, p, "POST", path+"/signups", "waitlist=true", "Content-Type", "text/plain")
		if a.Status != 400 {
			t.Errorf("not JSON by its own word: %d %s", a.Status, a.Body)
		}
		if now := s.FindShift(shift.ID); now != shift || s.Count("activities", "1 = 1") != activities || s.Count("signups", "1 = 1") != 0 {
			t.Errorf("something was done: %+v", now)
		}
	})
}

func TestIdempotencyKeys(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		p, q := s.Volunteer("林晓雯"), s.Volunteer("王明月")
		one, two := s.Shift(3), s.Publish(s.Draft(), apptest.At(72*time.Hour, 3))[0].Shift
		up := func(who auth.Actor, shift int64, body any, key string) apptest.Answer {
			return s.Call(t, who, "POST", fmt.Sprintf("/shifts/%d/signups", shift), body, "Idempotency-Key", key)
		}
		first := up(p, one.ID, map[string]bool{"waitlist": false}, "key-00000001")
		want(t, first, 201, "")
		again := up(p, one.ID, map[string]bool{"waitlist": false}, "key-00000001")
		if again.Status != 201 || !bytes.Equal(again.Body, first.Body) || again.Header.Get("Idempotent-Replay") != "true" {
			t.Errorf("%d %s", again.Status, again.Body)
		}
		want(t, up(p, one.ID, map[string]bool{"waitlist": true}, "key-00000001"), 409, "idempotency_key_reused")
		want(t, up(p, two.ID, map[string]bool{"waitlist": false}, "key-00000001"), 409, "idempotency_key_reused")
		want(t, s.Call(t, p, "POST", fmt.Sprintf("/signups/%d/cancel", 1), nil, "Idempotency-Key", "key-00000001"), 409, "idempotency_key_reused")
		want(t, up(q, one.ID, map[string]bool{"waitlist": false}, "key-00000001"), 201, "") // another person's key is another key
		want(t, up(p, two.ID, nil, "short"), 400, "invalid_fields")
		want(t, up(p, two.ID, nil, "with spaces and 👍"), 400, "invalid_fields")
		if n := s.Count("signups", "1 = 1"); n != 2 {
			t.Errorf("%d sign-ups", n)
		}
		// A refusal did nothing and keeps no key: the same one works once it can.
		s.Exec("UPDATE shifts SET state = 'cancelled' WHERE id = ?", two.ID)
		want(t, up(p, two.ID, nil, "key-00000002"), 409, "shift_not_open")
		s.Exec("UPDATE shifts SET state = 'open' WHERE id = ?", two.ID)
		want(t, up(p, two.ID, nil, "key-00000002"), 201, "")
		// Without a body, and with 204.
		draft, err := s.Activities.Create(apptest.As(s.Staff), s.Draft(), []activity.Shift{apptest.At(96*time.Hour, 3)})
		apptest.Must(t, err)
		for range 2 {
			want(t, s.Call(t, s.Staff, "POST", fmt.Sprintf("/activities/%d/publish", draft.ID), nil, "Idempotency-Key", "key-00000003"), 200, "")
		}
		want(t, s.Call(t, s.Staff, "POST", fmt.Sprintf("/activities/%d/publish", draft.ID), nil, "Idempotency-Key", "key-00000004"), 409, "bad_transition")
		s.Whole(t)
	})
}

// pad puts spaces around what has room for them.
func pad(name string) string {
	if len([]rune(name)) > 36 {
		return name
	}
	return "  " + name + " "
}

func TestNamesOfEveryScriptOverHTTP(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		s := apptest.NewSite(t, apptest.New(t, url))
		for _, name := range []string{"李👩‍👩‍👧‍👦", "𠮷野家𡃁", "محمد إبراهيم", "שלום", strings.Repeat("𠮷", 40), "O'Brien \"; --"} {
			p := s.Volunteer("无名")
			a := s.Call(t, p, "PATCH", "/me", map[string]string{"name": pad(name)})
			var me struct{ Name string }
			if err := json.Unmarshal(a.Body, &me); err != nil || a.Status != 200 || me.Name != name {
				t.Errorf("%q: %d %s", name, a.Status, a.Body)
			}
		}
		p := s.Volunteer("无名")
		for _, name := range []string{"", "  ", "\u200b", "a\u202eb", "a\nb", "a\x00b", strings.Repeat("𠮷", 41)} {
			if a := s.Call(t, p, "PATCH", "/me", map[string]string{"name": name}); a.Status != 400 {
				t.Errorf("%q: %d %s", name, a.Status, a.Body)
			}
		}
	})
}

// Who did not agree to be named is 志愿者*** to everybody else.
func TestHiddenNames(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		shift, p := s.Shift(3), s.Volunteer("林晓雯")
		s.Exec("UPDATE people SET show_on_leaderboard = ? WHERE id = ?", false, p.PersonID)
		g := s.SignUp(p, shift.ID)
		s.Serve(p, shift, time.Hour)
		_, err := s.Record(s.Staff, shift.ID, activity.Deed{SignupID: g.ID, Action: "confirm"})
		apptest.Must(t, err)
		for _, path := range []string{"/campaigns/%d/leaderboard", "/campaigns/%d/entries"} {
			path = fmt.Sprintf(path, s.Campaign)
			a := s.Ask(t, "GET", path, nil)
			if a.Status != 200 || strings.Contains(string(a.Body), "林晓雯") || !strings.Contains(string(a.Body), "志愿者***") {
				t.Errorf("%s: %s", path, a.Body)
			}
		}
		if a := s.Call(t, p, "GET", fmt.Sprintf("/campaigns/%d/leaderboard", s.Campaign), nil); !strings.Contains(string(a.Body), "林晓雯") {
			t.Errorf("not even to themselves: %s", a.Body)
		}
	})
}

// One line a request, with who and what and how it went, and nothing that was said.
func TestOneLogLineARequestWithoutSecrets(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		p, shift := s.Volunteer("林晓雯"), s.Shift(2)
		token := s.Token(p)
		s.Log.Lines()
		calls := []apptest.Answer{
			s.Call(t, p, "PATCH", "/me", map[string]string{"name": "机密的名字"}),
			s.Call(t, p, "POST", fmt.Sprintf("/shifts/%d/signups", shift.ID), nil, "Idempotency-Key", "secret-key-123"),
			s.Call(t, p, "POST", fmt.Sprintf("/shifts/%d/signups", shift.ID), nil),
			s.Call(t, p, "POST", "/checkins", map[string]any{"kind": "in", "digits": "918273", "shift_id": shift.ID}),
			s.Ask(t, "POST", "/auth/password", map[string]string{"login": "secret.login", "password": "机密的密码"}),
			s.Ask(t, "GET", "/activities?q=机密的词", nil),
			s.Ask(t, "GET", "/nowhere?q=机密的词", nil),
			s.Ask(t, "PATCH", "/me", `{"机密的字段"`, "Authorization", "Bearer "+token),
		}
		lines := s.Log.Lines()
		if len(lines) != len(calls) {
			t.Errorf("%d lines for %d requests:\n%s", len(lines), len(calls), strings.Join(lines, "\n"))
		}
		for i, line := range lines {
			var l struct {
				Msg, Level, Operation, Code string
				RequestID                   string `json:"request_id"`
				ActorID                     int64  `json:"actor_id"`
				Status                      int
			}
			apptest.Must(t, json.Unmarshal([]byte(line), &l))
			if i < len(calls) && (l.RequestID != calls[i].Header.Get("X-Request-Id") || l.Status != calls[i].Status || l.Code != calls[i].Problem.Code || l.Operation == "") {
				t.Errorf("%s\nfor %d %s", line, calls[i].Status, calls[i].Body)
			}
			for _, secret := range []string{"机密", "林晓雯", "918273", "secret", token[len(token)-20:], "清河"} {
				if strings.Contains(line, secret) {
					t.Errorf("%q was logged: %s", secret, line)
				}
			}
		}
		if !strings.Contains(lines[1], `"operation":"signUp"`) || !strings.Contains(lines[1], fmt.Sprintf(`"actor_id":%d`, p.PersonID)) {
			t.Error(lines[1])
		}
	})
}
