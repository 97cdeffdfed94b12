package httpapi_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"yimi/internal/apptest"
	"yimi/internal/config"
	"yimi/internal/storetest"
)

// A page elsewhere whose name points here reads nothing: only names that are the server's own are answered.
func TestNamesThatAreAnswered(t *testing.T) {
	t.Parallel()
	alone := apptest.New(t, storetest.URL(t))
	named := apptest.New(t, storetest.URL(t), func(c *config.Config) { c.Hosts = []string{"yimi.example.org"} })
	for _, c := range []struct {
		host         string
		alone, named bool // whether it is answered
	}{
		{"localhost:8080", true, true}, {"LOCALHOST", true, true}, {"127.0.0.1:8080", true, true}, {"127.8.8.8", true, true}, {"[::1]:8080", true, true},
		{"yimi.example.org", false, true}, {"Yimi.Example.org:443", false, true}, {"yimi.example.org.", false, true},
		{"evil.example.org", false, false}, {"localhost.evil.example.org", false, false}, {"yimi.example.org.evil.example", false, false},
		{"192.168.1.5:8080", false, false}, {"127.0.0.1.evil.example", false, false},
	} {
		for w, answered := range map[*apptest.World]bool{alone: c.alone, named: c.named} {
			for path, status := range map[string]int{"/api/v1/units": 200, "/api/v1/me": 401, "/api/v1/nowhere": 404, "/api/docs": 0, "/": 0} {
				got := askFor(t, w, c.host, path)
				refused := got.Code == 400 && strings.Contains(got.Body.String(), "unknown_host")
				if refused == answered || answered && status != 0 && got.Code != status {
					t.Errorf("%s of %s: %d %s", path, c.host, got.Code, got.Body)
				}
			}
			for _, path := range []string{"/healthz", "/readyz"} { // which a machine asks by address
				if got := askFor(t, w, c.host, path); got.Code != 200 {
					t.Errorf("%s of %s: %d", path, c.host, got.Code)
				}
			}
		}
	}
}

func askFor(t *testing.T, w *apptest.World, host, path string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1"+path, http.NoBody)
	r.Host = host
	rec := httptest.NewRecorder()
	w.Handler.ServeHTTP(rec, r)
	return rec
}
