package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gin-gonic/gin"
)

func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

func builtSite() fstest.MapFS {
	return fstest.MapFS{
		".keep":                           file(""),
		"index.html":                      file("<h1>landing</h1>"),
		"landing/landing.css":             file("body{}"),
		"m/index.html":                    file("<div id=app></div>"),
		"m/assets/index-BOA8otT2.js":      file("run()"),
		"m/assets/index-BOA8otT2.js.gz":   file("squeezed"),
		"m/static/art/campaign-river.svg": file("<svg/>"),
	}
}

func get(t *testing.T, files fstest.MapFS, path string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	gin.SetMode(gin.TestMode)
	engine := gin.New()
	register(engine, newSite(files))
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	engine.ServeHTTP(w, r)
	return w
}

func TestServesEachKindOfFile(t *testing.T) {
	for _, c := range []struct{ path, body, kind, cache string }{
		{"/", "<h1>landing</h1>", "text/html; charset=utf-8", "no-cache"},
		{"/landing/landing.css", "body{}", "text/css; charset=utf-8", "no-cache"},
		{"/m/", "<div id=app></div>", "text/html; charset=utf-8", "no-cache"},
		{"/m/?persona=staff", "<div id=app></div>", "text/html; charset=utf-8", "no-cache"},
		{"/m/assets/index-BOA8otT2.js", "run()", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"},
		{"/m/static/art/campaign-river.svg", "<svg/>", "image/svg+xml", "no-cache"},
	} {
		w := get(t, builtSite(), c.path)
		if w.Code != http.StatusOK || w.Body.String() != c.body {
			t.Errorf("%s: %d %q", c.path, w.Code, w.Body)
		}
		if got := w.Header().Get("Content-Type"); got != c.kind {
			t.Errorf("%s: type %q, want %q", c.path, got, c.kind)
		}
		if got := w.Header().Get("Cache-Control"); got != c.cache {
			t.Errorf("%s: cache %q, want %q", c.path, got, c.cache)
		}
	}
}

func TestServesTheCompressedSiblingToWhoeverTakesIt(t *testing.T) {
	const script = "/m/assets/index-BOA8otT2.js"
	for accept, want := range map[string]string{"gzip, deflate, br": "squeezed", "br": "run()", "gzip;q=0": "run()", "gzip; q=0": "run()", "gzip;q=0.5": "squeezed"} {
		w := get(t, builtSite(), script, "Accept-Encoding", accept)
		if w.Body.String() != want {
			t.Errorf("Accept-Encoding %q: %q, want %q", accept, w.Body, want)
		}
		if gz := w.Header().Get("Content-Encoding") == "gzip"; gz != (want == "squeezed") {
			t.Errorf("Accept-Encoding %q: Content-Encoding %q", accept, w.Header().Get("Content-Encoding"))
		}
		if w.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("no Vary: a shared cache would mix the two up")
		}
	}
}

func TestAnUnchangedFileIsNotSentAgain(t *testing.T) {
	tag := get(t, builtSite(), "/m/").Header().Get("ETag")
	if w := get(t, builtSite(), "/m/", "If-None-Match", tag); w.Code != http.StatusNotModified || w.Body.Len() != 0 {
		t.Errorf("%d with %d bytes, want 304 with none", w.Code, w.Body.Len())
	}
}

func TestUnknownFilesAreNotFound(t *testing.T) {
	for _, path := range []string{"/m/nothing.js", "/m/assets/", "/m/assets/index-BOA8otT2.js.gz", "/m/../.keep", "/landing/../../go.mod", "/m/secret.html"} {
		if w := get(t, builtSite(), path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d, want 404", path, w.Code)
		}
	}
}

func TestAFolderWithoutItsSlash(t *testing.T) {
	for _, path := range []string{"/m", "/docs"} {
		if w := get(t, builtSite(), path); w.Code != http.StatusMovedPermanently || w.Header().Get("Location") != path+"/" {
			t.Errorf("%s: %d to %q", path, w.Code, w.Header().Get("Location"))
		}
	}
}

func TestEveryAnswerKeepsToItself(t *testing.T) {
	for _, path := range []string{"/", "/m/", "/m/nothing.js"} {
		h := get(t, builtSite(), path).Header()
		for name, value := range headers {
			if h.Get(name) != value {
				t.Errorf("%s: %s is %q", path, name, h.Get(name))
			}
		}
	}
	if csp := headers["Content-Security-Policy"]; !strings.Contains(csp, "frame-ancestors 'self'") || strings.Contains(csp, "http") {
		t.Errorf("policy %q", csp)
	}
}

func TestWithoutABuildThePageSaysWhatToRun(t *testing.T) {
	for _, path := range []string{"/", "/m/"} {
		w := get(t, fstest.MapFS{".keep": file("")}, path)
		if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "scripts/run") {
			t.Errorf("%s: %d %q", path, w.Code, w.Body)
		}
	}
}

func TestTheEmbeddedSiteRegisters(t *testing.T) {
	gin.SetMode(gin.TestMode)
	engine := gin.New()
	Register(engine)
	w := httptest.NewRecorder()
	engine.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	if w.Code != http.StatusOK && w.Code != http.StatusServiceUnavailable {
		t.Errorf("%d", w.Code)
	}
}
