package httpapi

import (
	"net/http"
	"net/netip"
	"strings"
)

// secured are the headers of every answer; a page that needs more says so itself. There is
// no Access-Control-Allow-Origin anywhere: no other site's page may read an answer.
var secured = map[string]string{
	"Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
	"Permissions-Policy":      "camera=(), geolocation=(), microphone=(), payment=()",
	"Referrer-Policy":         "no-referrer",
	"X-Content-Type-Options":  "nosniff",
	"X-Frame-Options":         "DENY",
}

// hsts keeps browsers at TLS for a year.
const hsts = "max-age=31536000"

// Secure puts the security headers on every answer; Strict-Transport-Security only where the
// request came by TLS, here or at a trusted proxy that says so (RFC 6797 §7.2).
func Secure(next http.Handler, proxies []string) http.Handler {
	trusted := prefixes(proxies)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range secured {
			w.Header().Set(name, value)
		}
		if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" && from(r, trusted) {
			w.Header().Set("Strict-Transport-Security", hsts)
		}
		next.ServeHTTP(w, r)
	})
}

// prefixes reads addresses and prefixes; the settings were checked before.
func prefixes(in []string) (out []netip.Prefix) {
	for _, text := range in {
		if ip, err := netip.ParseAddr(text); err == nil {
			out = append(out, netip.PrefixFrom(ip, ip.BitLen()))
		} else if p, err := netip.ParsePrefix(text); err == nil {
			out = append(out, p)
		}
	}
	return out
}

func from(r *http.Request, trusted []netip.Prefix) bool {
	host := r.RemoteAddr
	if at := strings.LastIndex(host, ":"); at >= 0 {
		host = strings.Trim(host[:at], "[]")
	}
	ip, err := netip.ParseAddr(host)
	for _, p := range trusted {
		if err == nil && p.Contains(ip.Unmap()) {
			return true
		}
	}
	return false
}
