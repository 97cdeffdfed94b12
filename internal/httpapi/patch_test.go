package httpapi_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"yimi/internal/httpapi"
)

// Only a POST may be a PATCH in disguise, and only a PATCH.
func TestWithPatch(t *testing.T) {
	t.Parallel()
	for _, try := range []struct{ method, header, want string }{
		{"POST", "PATCH", "PATCH"}, {"POST", "", "POST"}, {"POST", "DELETE", "POST"}, {"GET", "PATCH", "GET"},
	} {
		var got string
		h := httpapi.WithPatch(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.Method }))
		r := httptest.NewRequest(try.method, "/", nil)
		r.Header.Set("X-HTTP-Method-Override", try.header)
		h.ServeHTTP(httptest.NewRecorder(), r)
		if got != try.want {
			t.Errorf("%s with %q: got %s, want %s", try.method, try.header, got, try.want)
		}
	}
}
