package httpapi_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/config"
	"yimi/internal/storetest"
)

// rated serves a World with these limits, behind a proxy on loopback.
func rated(t *testing.T, r config.Rate) *apptest.Site {
	t.Helper()
	w := apptest.New(t, storetest.URL(t), func(c *config.Config) { c.Limits.Rate, c.Proxies = r, []string{"127.0.0.1"} })
	return apptest.NewSite(t, w)
}

// A person has so many requests of each class a minute, whatever others do.
func TestAPersonIsSlowedDown(t *testing.T) {
	t.Parallel()
	s := rated(t, config.Rate{PersonReads: 5, PersonWrites: 3, PersonUploads: 2, PersonExports: 1})
	a, b := s.Volunteer("林晓雯"), s.Volunteer("白雪")
	write := func(who auth.Actor) apptest.Answer {
		return s.Call(t, who, "POST", "/me/notices/read", map[string]any{"ids": []int64{1}})
	}
	for range 3 {
		want(t, write(a), 204, "")
	}
	refused := write(a)
	want(t, refused, 429, "too_many_requests")
	if wait := refused.Header.Get("Retry-After"); wait != "20" || !strings.Contains(refused.Problem.Detail, "20 秒") {
		t.Errorf("wait %q: %s", wait, refused.Problem.Detail)
	}
	want(t, write(b), 204, "") // somebody else at the same address
	for range 5 {
		want(t, s.Call(t, a, "GET", "/me", nil), 200, "") // readings are counted apart
	}
	want(t, s.Call(t, a, "GET", "/me", nil), 429, "too_many_requests")
	body, kind := form(t, "病历.pdf", pdf("病历"))
	for i := range 3 {
		if got := s.Call(t, a, "POST", "/requests/9/attachments", body, "Content-Type", kind); (got.Status == 429) != (i == 2) {
			t.Errorf("upload %d: %d", i, got.Status)
		}
	}
	for i := range 2 {
		if got := s.Call(t, a, "GET", fmt.Sprintf("/campaigns/%d/poster", s.Campaign), nil); (got.Status == 429) != (i == 1) {
			t.Errorf("poster %d: %d", i, got.Status)
		}
	}
	s.Clock.Advance(19 * time.Second)
	want(t, write(a), 429, "too_many_requests")
	s.Clock.Advance(time.Second)
	want(t, write(a), 204, "") // a refusal costs nothing
	want(t, write(a), 429, "too_many_requests")
}

// An address is counted before anybody is known: an IPv6 customer by the /64, and logins apart.
func TestAnAddressIsSlowedDown(t *testing.T) {
	t.Parallel()
	s := rated(t, config.Rate{AddressRequests: 4, AddressLogins: 2})
	get := func(address string) int {
		return s.Ask(t, "GET", "/units", nil, "X-Forwarded-For", address).Status
	}
	for i := range 5 {
		if status := get(fmt.Sprintf("2001:db8:1:2::%d", i+1)); (status == 429) != (i == 4) {
			t.Errorf("%d of one /64: %d", i, status)
		}
	}
	if get("2001:db8:1:3::1") != 200 || get("203.0.113.7") != 200 {
		t.Error("others are refused with it")
	}
	for _, l := range []struct{ method, path, body string }{
		{"POST", "/auth/wechat", `{"code":"abc"}`}, {"POST", "/auth/password", `{"login":"he.lan","password":"x"}`},
		{"POST", "/auth/refresh", `{"refresh_token":"aaaaaaaaaaaaaaaaaaaaaaaaaaaa"}`}, {"GET", "/calendar/ABCDEFGHIJKLMNOPQRSTUVWXYZ.ics", ""},
	} {
		for i := range 3 {
			var body any
			if l.body != "" {
				body = l.body
			}
			if got := s.Ask(t, l.method, l.path, body, "X-Forwarded-For", "198.51.100."+fmt.Sprint(len(l.path))); (got.Problem.Code == "too_many_requests") != (i == 2) {
				t.Errorf("%s, try %d: %d %s", l.path, i, got.Status, got.Problem.Code)
			}
		}
	}
}

// With the limits as they come: one staff member approves forty requests, and 500 people rush
// for 20 places from one school's network, and nobody is called a flood.
func TestARushIsNoFlood(t *testing.T) {
	t.Parallel()
	s := rated(t, config.Default().Limits.Rate)
	l := apptest.NewLoop(s.World)
	for range 40 {
		r := l.Put("submitted")
		want(t, s.Call(t, l.Staff, "GET", fmt.Sprintf("/requests/%d", r.ID), nil), 200, "")
		want(t, s.Call(t, l.Staff, "POST", fmt.Sprintf("/requests/%d/approve", r.ID), nil), 200, "")
	}
	shift := s.Shift(20)
	people := s.Crowd(500)
	answers := apptest.All(people, func(_ int, p auth.Actor) apptest.Answer {
		if a := s.Call(t, p, "GET", fmt.Sprintf("/activities/%d", shift.ActivityID), nil); a.Status != 200 {
			return a
		}
		return s.Call(t, p, "POST", fmt.Sprintf("/shifts/%d/signups", shift.ID), map[string]any{})
	})
	if got := apptest.Tally(answers); got["201 "] != 20 || got["409 shift_full"] != 480 {
		t.Errorf("%v", got)
	}
}

// ---- headers

func TestEveryAnswerIsSecured(t *testing.T) {
	t.Parallel()
	w := apptest.New(t, storetest.URL(t))
	own := "frame-ancestors 'self'"
	for path, frames := range map[string]string{"/": own, "/m/": own, "/docs/": own, "/docs/openapi.json": "frame-ancestors 'none'",
		"/healthz": "frame-ancestors 'none'", "/api/v1/units": "frame-ancestors 'none'", "/api/v1/nowhere": "frame-ancestors 'none'", "/nowhere": "frame-ancestors 'none'"} {
		a := serve(t, w, "GET", path, "Origin", "https://example.com")
		for name, value := range map[string]string{"Content-Security-Policy": frames, "Permissions-Policy": "microphone=()", "Referrer-Policy": "", "X-Content-Type-Options": "nosniff", "X-Frame-Options": ""} {
			if got := a.Header().Get(name); got == "" || !strings.Contains(got, value) {
				t.Errorf("%s: %s: %q", path, name, got)
			}
		}
		if a.Header().Get("Strict-Transport-Security") != "" {
			t.Errorf("%s: HSTS without TLS", path)
		}
		closed(t, a, path)
		closed(t, serve(t, w, "OPTIONS", path, "Origin", "https://example.com", "Access-Control-Request-Method", "POST"), path)
	}
	if a := serve(t, w, "GET", "/api/v1/units", "X-Forwarded-Proto", "https"); a.Header().Get("Strict-Transport-Security") != "" {
		t.Error("HSTS on anybody's word")
	}
	behind := apptest.New(t, storetest.URL(t), func(c *config.Config) { c.Proxies = []string{"192.0.2.0/24"} })
	if a := serve(t, behind, "GET", "/api/v1/units", "X-Forwarded-Proto", "https"); a.Header().Get("Strict-Transport-Security") != "max-age=31536000" {
		t.Error("no HSTS behind a proxy with TLS")
	}
}

// closed checks that no other site's page may read the answer.
func closed(t *testing.T, a *httptest.ResponseRecorder, path string) {
	t.Helper()
	for name := range a.Header() {
		if strings.HasPrefix(name, "Access-Control-") {
			t.Errorf("%s: %s: %s", path, name, a.Header().Get(name))
		}
	}
}

// serve asks the program's own handler; httptest's caller is 192.0.2.1.
func serve(t *testing.T, w *apptest.World, method, path string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, "http://127.0.0.1"+path, http.NoBody)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	rec := httptest.NewRecorder()
	w.Handler.ServeHTTP(rec, r)
	return rec
}

// A write that a browser sends for another site's page does nothing; WeChat and programs, which
// send no such headers, and the own pages go on.
func TestWritesFromOtherSites(t *testing.T) {
	t.Parallel()
	w := apptest.New(t, storetest.URL(t))
	for _, c := range []struct {
		method  string
		headers []string
		refused bool
	}{
		{"POST", nil, false},
		{"POST", []string{"Sec-Fetch-Site", "same-origin"}, false},
		{"POST", []string{"Origin", "http://127.0.0.1"}, false}, // the host that is asked
		{"POST", []string{"Sec-Fetch-Site", "cross-site"}, true},
		{"POST", []string{"Sec-Fetch-Site", "same-site"}, true},
		{"POST", []string{"Origin", "https://elsewhere.example"}, true},
		{"POST", []string{"Origin", "null"}, true},
		{"PATCH", []string{"Sec-Fetch-Site", "cross-site"}, true},
		{"POST", []string{"Sec-Fetch-Site", "cross-site", "X-HTTP-Method-Override", "PATCH"}, true},
		{"GET", []string{"Sec-Fetch-Site", "cross-site"}, false},
	} {
		path := "/api/v1/auth/logout"
		if c.method != "POST" || len(c.headers) == 4 {
			path = "/api/v1/me"
		}
		a := serve(t, w, c.method, path, c.headers...)
		if got := a.Code == 403 && strings.Contains(a.Body.String(), "cross_origin"); got != c.refused || !c.refused && a.Code != 401 {
			t.Errorf("%s %v: %d %s", c.method, c.headers, a.Code, a.Body)
		}
	}
}
