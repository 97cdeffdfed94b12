package web

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strings"
	"time"
)

// types are given here and not asked of the machine, whose table differs from host to host.
var types = map[string]string{
	".css":  "text/css; charset=utf-8",
	".gif":  "image/gif",
	".html": "text/html; charset=utf-8",
	".ico":  "image/x-icon",
	".jpg":  "image/jpeg",
	".js":   "text/javascript; charset=utf-8",
	".json": "application/json",
	".png":  "image/png",
	".svg":  "image/svg+xml",
	".ttf":  "font/ttf",
	".txt":  "text/plain; charset=utf-8",
	".woff": "font/woff", ".woff2": "font/woff2",
}

// hashed names carry their content's hash (index-BOA8otT2.js, uni.f467adcc.css) and so never change.
var hashed = regexp.MustCompile(`/assets/[^/]*[.-][A-Za-z0-9_-]{8}\.(js|css)$`)

// headers keep the pages to themselves: nothing from outside is loaded, and no other site may frame them.
var headers = map[string]string{
	"Content-Security-Policy": "default-src 'self'; img-src 'self' data: blob:; font-src 'self' data:; style-src 'self' 'unsafe-inline'; " +
		"object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
	"X-Content-Type-Options": "nosniff",
	"X-Frame-Options":        "SAMEORIGIN",
	"Referrer-Policy":        "same-origin",
	"Permissions-Policy":     "camera=(self), geolocation=(self), microphone=(), payment=()",
}

// site is a folder of built files; a name.gz beside a name is the same file, compressed.
type site struct {
	files fs.FS
	tags  map[string]string // an ETag for each file, .gz siblings included
}

func newSite(files fs.FS) *site {
	s := &site{files: files, tags: map[string]string{}}
	_ = fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(files, name)
		sum := sha256.Sum256(data)
		s.tags[name] = `"` + hex.EncodeToString(sum[:8]) + `"`
		return err
	})
	return s
}

func (s *site) built() bool { return s.tags["index.html"] != "" }

func (s *site) serve(w http.ResponseWriter, r *http.Request) {
	for name, value := range headers {
		w.Header().Set(name, value)
	}
	name := fileOf(r.URL.Path)
	switch {
	case s.known(name):
		s.send(w, r, name)
	case !s.built() && strings.HasSuffix(name, ".html"):
		sayNotBuilt(w)
	default:
		http.Error(w, "没有这个页面", http.StatusNotFound)
	}
}

// fileOf gives the file for a path of the address: a folder is its index.html.
func fileOf(urlPath string) string {
	if strings.HasSuffix(urlPath, "/") {
		urlPath += "index.html"
	}
	return strings.TrimPrefix(path.Clean(urlPath), "/")
}

// known leaves out what is not for visitors: the compressed siblings and dot files.
func (s *site) known(name string) bool {
	return s.tags[name] != "" && types[path.Ext(name)] != ""
}

func (s *site) send(w http.ResponseWriter, r *http.Request, name string) {
	h := w.Header()
	h.Set("Content-Type", types[path.Ext(name)])
	h.Set("Cache-Control", cacheFor(name))
	h.Set("Vary", "Accept-Encoding")
	if gz := name + ".gz"; s.tags[gz] != "" && acceptsGzip(r) {
		h.Set("Content-Encoding", "gzip")
		name = gz
	}
	h.Set("ETag", s.tags[name])
	file, err := s.files.Open(name)
	if err != nil {
		http.Error(w, "没有这个页面", http.StatusNotFound)
		return
	}
	defer func() { _ = file.Close() }()
	http.ServeContent(w, r, "", time.Time{}, file.(io.ReadSeeker)) // embed and fstest files can seek
}

func cacheFor(name string) string {
	if hashed.MatchString("/" + name) {
		return "public, max-age=31536000, immutable"
	}
	return "no-cache" // ask each time; the ETag makes the answer short
}

func acceptsGzip(r *http.Request) bool {
	for _, part := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		coding, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(coding, "gzip") {
			return !strings.HasPrefix(strings.ReplaceAll(weight, " ", "")+"/", "q=0/")
		}
	}
	return false
}

const notBuilt = `<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>一米</title></head>
<body style="font:18px/1.7 sans-serif;color:#17231F;background:#F3F6F3;max-width:32em;margin:15vh auto;padding:0 24px">
<h1 style="color:#0E7C66">页面还没有生成</h1>
<p>服务已经在运行，接口可以用，但这个程序里没有打包网页。</p>
<p>请在项目文件夹里运行 <code>scripts/run</code>，它会先生成网页，再启动服务。</p>
</body></html>
`

func sayNotBuilt(w http.ResponseWriter) {
	w.Header().Set("Content-Type", types[".html"])
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = io.WriteString(w, notBuilt)
}
