package httpapi_test

import (
	"testing"

	"yimi/internal/app"
	"yimi/internal/apptest"
	"yimi/internal/storetest"
	"yimi/internal/version"
)

// A mini-program older than the oldest that is served is told to update, whatever it asks; all others are served.
func TestOldMiniProgramsAreToldToUpdate(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		s := apptest.NewSite(t, apptest.ReopenWith(t, url, []app.Option{app.WithOldestClient("0.2.0")}))
		for client, status := range map[string]int{
			"": 200, "curl/8.14.1": 200, "miniprogram/": 200, "miniprogram/beta": 200,
			"miniprogram/0.1.0": 426, "miniprogram/0.1.9": 426, "miniprogram/0.2.0-dev": 426,
			"miniprogram/0.2.0": 200, "miniprogram/0.10.0": 200, "miniprogram/1.0.0-dev": 200,
		} {
			a := s.Ask(t, "GET", "/units", nil, "X-Yimi-Client", client)
			if status == 200 {
				want(t, a, 200, "")
				continue
			}
			want(t, a, 426, "client_too_old")
			want(t, s.Ask(t, "POST", "/auth/wechat", "no JSON", "X-Yimi-Client", client), 426, "client_too_old")
			want(t, s.Ask(t, "GET", "/no/such/thing", nil, "X-Yimi-Client", client), 404, "not_found")
		}
	})
}

// Nobody is refused by the release that is built.
func TestThisVersionsPagesAreServed(t *testing.T) {
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		want(t, s.Ask(t, "GET", "/units", nil, "X-Yimi-Client", "miniprogram/"+version.Number()), 200, "")
	})
}
