package httpapi

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"
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

// named refuses a request for a name that is not one of the server's: a page elsewhere could have let its own
// name point here, and read what is answered (DNS rebinding). To this machine's own names it answers always.
func (s *Server) named(c *gin.Context) {
	if !isNamed(c.Request.Host, s.Config.Hosts) {
		s.Log.DebugContext(c.Request.Context(), "refused: the setting hosts does not have this name", "host", c.Request.Host[:min(len(c.Request.Host), longestName)])
		refuse(c, errHost)
	}
}

const longestName = 255 // of DNS, RFC 1035 §2.3.4

// ByAddress lets next answer to addresses and to this machine's own names only, as a program asks that watches it: no
// page elsewhere gets there by a name of its own.
func ByAddress(next http.Handler, hosts []string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			name = r.Host
		}
		if _, err := netip.ParseAddr(strings.Trim(name, "[]")); err != nil && !isNamed(r.Host, hosts) {
			http.Error(w, "ask by address, or by a name in the setting hosts", http.StatusBadRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func isNamed(host string, hosts []string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.Trim(host, "[]"), ".")
	if ip, err := netip.ParseAddr(host); strings.EqualFold(host, "localhost") || err == nil && ip.IsLoopback() {
		return true
	}
	return slices.ContainsFunc(hosts, func(name string) bool { return strings.EqualFold(name, host) })
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
