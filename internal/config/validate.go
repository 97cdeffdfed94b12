package config

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// faults names every fault at once, a line each: "setting.name: what is wrong; what to write".
func (c Config) faults() faults {
	var f faults
	c.checkListen(&f)
	c.checkBasics(&f)
	c.checkKeys(&f)
	c.checkWeChat(&f)
	c.checkDurations(&f)
	c.checkRetention(&f)
	return f
}

func (c Config) checkListen(f *faults) {
	listenOK := isAddress(c.Listen)
	if !listenOK {
		f.add("listen", "is no address", "write host:port, such as 127.0.0.1:8080")
	}
	if c.MetricsListen != "" && !isAddress(c.MetricsListen) {
		f.add("metrics_listen", "is no address", `write host:port, such as 127.0.0.1:9080, or "" for none`)
	}
	if c.MetricsListen == c.Listen && !strings.HasSuffix(c.Listen, ":0") {
		f.add("metrics_listen", "is the same address as listen", `write another port, or "" for none`)
	}
	if c.Demo && !c.DemoPublic && listenOK && !isLoopback(c.Listen) {
		f.add("listen", "demo mode lets anyone in, and this address is open to other machines",
			"write 127.0.0.1:8080, or set demo_public as well if that is meant")
	}
	if c.DemoPublic && !c.Demo {
		f.add("demo_public", "says nothing without demo", "set demo as well, or take it out")
	}
	c.checkHosts(f)
	for _, p := range c.Proxies {
		_, addrErr := netip.ParseAddr(p)
		_, prefixErr := netip.ParsePrefix(p)
		if addrErr != nil && prefixErr != nil {
			f.add("proxies", fmt.Sprintf("%q is neither an address nor a prefix", p), "write such as 10.0.0.5 or 10.0.0.0/8")
		}
	}
}

var hostPattern = regexp.MustCompile(`^[0-9A-Za-z]([0-9A-Za-z.-]*[0-9A-Za-z])?$`)

// checkHosts asks for the names where people reach it by one, through a proxy.
func (c Config) checkHosts(f *faults) {
	if len(c.Hosts) == 0 && len(c.Proxies) > 0 {
		f.add("hosts", "is empty, and through a proxy people come by a name", "write the names that it answers to, such as [yimi.example.org]")
	}
	for _, h := range c.Hosts {
		if !hostPattern.MatchString(h) {
			f.add("hosts", fmt.Sprintf("%q is no name", h), "write such as yimi.example.org, without https://, a port or a last dot; one of other letters as browsers send it, xn--…")
		}
	}
}

func isAddress(s string) bool {
	_, port, err := net.SplitHostPort(s)
	if err != nil {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}

func isLoopback(address string) bool {
	host, _, _ := net.SplitHostPort(address)
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || (err == nil && ip.IsLoopback())
}

func (c Config) checkBasics(f *faults) {
	kind, rest, _ := strings.Cut(string(c.Database), ":")
	if rest == "" || (kind != "sqlite" && kind != "mysql") {
		f.add("database", "names no database", "write sqlite:FILE, or mysql:USER:PASSWORD@tcp(HOST:3306)/NAME")
	}
	if c.Database.MySQL() && !strings.Contains(rest, "/") {
		f.add("database", "names no database on the server", "write mysql:USER:PASSWORD@tcp(HOST:3306)/NAME")
	}
	if c.DataDir == "" {
		f.add("data_dir", "is empty", "write a folder, such as ./data")
	}
	switch c.LogLevel {
	case "debug", "info", "warn", "error":
	default:
		f.add("log_level", fmt.Sprintf("%q is no level", c.LogLevel), "write debug, info, warn or error")
	}
	checkRange(f, "servers", c.Servers, 1, 100)
	checkRange(f, "max_body_bytes", c.MaxBodyBytes, 1<<10, 64<<20)
	checkRange(f, "limits.accuracy_metres", c.Limits.AccuracyMetres, 5, 10_000)
	checkRange(f, "limits.bookings_of_one", c.Limits.BookingsOfOne, 0, 1000)
	checkRange(f, "limits.bookings_by_one", c.Limits.BookingsByOne, 0, 1000)
	checkRange(f, "limits.reschedules", c.Limits.Reschedules, 0, 1000)
	r := c.Limits.Rate
	checkRange(f, "limits.rate.person_reads", r.PersonReads, 0, 1_000_000)
	checkRange(f, "limits.rate.person_writes", r.PersonWrites, 0, 1_000_000)
	checkRange(f, "limits.rate.person_uploads", r.PersonUploads, 0, 1_000_000)
	checkRange(f, "limits.rate.person_exports", r.PersonExports, 0, 1_000_000)
	checkRange(f, "limits.rate.address_requests", r.AddressRequests, 0, 1_000_000)
	checkRange(f, "limits.rate.address_logins", r.AddressLogins, 0, 1_000_000)
}

func checkRange[T int | int64](f *faults, name string, n, least, most T) {
	if n < least || n > most {
		f.add(name, fmt.Sprintf("%d is out of bounds", n), fmt.Sprintf("write a number from %d to %d", least, most))
	}
}

func (c Config) checkKeys(f *faults) {
	if c.Keys.Cipher != "aes" && c.Keys.Cipher != "sm4" {
		f.add("keys.cipher", "is no cipher known here", "write aes or sm4")
	}
	sets := c.Keys.sets()
	for i, set := range sets {
		if len(set.keys) == 0 && c.Database.MySQL() && !c.Demo {
			f.add(set.setting(), "is empty, and a server on MySQL does not make its own keys: every replica needs the same",
				"write a list of id:KEY with KEY from: openssl rand -base64 32")
		}
		if set.repeatsID() {
			f.add(set.setting(), "has one id twice", "give each key an id of its own")
		}
		for _, other := range sets[:i] {
			if set.shares(other) {
				f.add(set.setting(), "has a key that "+other.setting()+" has too", "make a key for each: openssl rand -base64 32")
			}
		}
	}
}

func (s keySet) repeatsID() bool {
	seen := map[string]bool{}
	for _, k := range s.keys {
		if seen[k.ID] {
			return true
		}
		seen[k.ID] = true
	}
	return false
}

func (s keySet) shares(other keySet) bool {
	for _, a := range s.keys {
		for _, b := range other.keys {
			if bytes.Equal(a.Secret, b.Secret) {
				return true
			}
		}
	}
	return false
}

// What the WeChat console gives out.
var (
	appIDPattern = regexp.MustCompile(`^wx[0-9a-z]{16}$`)
	// templatePattern is an id and three to five keywords; what each keyword takes is checked at the start.
	templatePattern = regexp.MustCompile(`^[0-9A-Za-z_-]{8,64}( ([a-z_]+[0-9]+|-)){3,5}$`)
	secretPattern   = regexp.MustCompile(`^[0-9A-Za-z]{32}$`)
)

func (c Config) checkWeChat(f *faults) {
	w := c.WeChat
	if w.AppID != "" && !appIDPattern.MatchString(w.AppID) {
		f.add("wechat.app_id", "is no AppID", "write the one of the WeChat console: wx and 16 more characters")
	}
	if w.Secret != "" && !secretPattern.MatchString(string(w.Secret)) {
		f.add("wechat.secret", "is no AppSecret", "write the one of the WeChat console: 32 letters and digits")
	}
	if w.AppID != "" && w.Secret == "" {
		f.add("wechat.secret", "is missing beside wechat.app_id", "write the AppSecret of the WeChat console into YIMI_WECHAT_SECRET")
	}
	if w.AppID == "" && w.Secret != "" {
		f.add("wechat.app_id", "is missing beside wechat.secret", "write the AppID of the WeChat console")
	}
	if w.State != "formal" && w.State != "trial" && w.State != "developer" {
		f.add("wechat.state", "is no version of a mini-program", "write formal, trial or developer")
	}
	for _, s := range settings {
		if t, ok := s.field(&c).(*string); ok && strings.HasPrefix(s.name, "wechat.templates.") && *t != "" && !templatePattern.MatchString(*t) {
			f.add(s.name, "is no template", "write its id and the keywords as the back office numbers them, - for one it has not: pY2xHk thing1 phrase2 time3 -")
		}
	}
	if w.BaseURL == "" {
		return
	}
	if !c.Demo {
		f.add("wechat.base_url", "a stand-in for WeChat says who anyone is, and this is not demo mode", "take it out")
	}
	u, err := url.Parse(w.BaseURL)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || strings.Trim(u.Path, "/") != "" {
		f.add("wechat.base_url", "is no address of a server", "write such as http://127.0.0.1:8091")
	}
}

func (c Config) checkRetention(f *faults) {
	r := c.Retention
	for name, is := range map[string]time.Duration{"requests": r.Requests, "records": r.Records, "drafts": r.Drafts, "notices": r.Notices, "looks": r.Looks, "sessions": r.Sessions} {
		if is != 0 && (is < day || is > 100*year) {
			f.add("retention."+name, fmt.Sprintf("%v is out of bounds", is), "write 0 to keep for ever, or a length of time from 1d to 36600d")
		}
	}
	if r.Records != 0 && (r.Requests == 0 || r.Records < r.Requests) {
		f.add("retention.records", "is shorter than retention.requests: a record would go before the request that it is of", "write a longer one, or 0 to keep for ever")
	}
}

func (c Config) checkDurations(f *faults) {
	for _, d := range []struct {
		name        string
		is          time.Duration
		least, most time.Duration
	}{
		{"shutdown_grace", c.ShutdownGrace, time.Second, 10 * time.Minute},
		{"token.access_ttl", c.Token.AccessTTL, time.Minute, day},
		{"token.refresh_ttl", c.Token.RefreshTTL, time.Hour, 366 * day},
		{"limits.cancel_notice", c.Limits.CancelNotice, 0, 30 * day},
		{"limits.promotion_confirm", c.Limits.PromotionConfirm, time.Minute, 30 * day},
		{"limits.checkin_window", c.Limits.CheckinWindow, 0, day},
		{"limits.late_checkin", c.Limits.LateCheckin, 0, 7 * day},
		{"limits.slot_hold", c.Limits.SlotHold, time.Minute, 7 * 24 * time.Hour},
		{"limits.opens_at", c.Limits.OpensAt, 0, 23 * time.Hour},
		{"limits.closes_at", c.Limits.ClosesAt, time.Hour, 24 * time.Hour},
		{"limits.daily_cap", c.Limits.DailyCap, time.Hour, 24 * time.Hour},
		{"limits.grant_ripens", c.Limits.GrantRipens, time.Hour, 30 * day},
		{"limits.quiet_from", c.Limits.QuietFrom, 0, day - time.Minute},
		{"limits.quiet_until", c.Limits.QuietUntil, 0, day - time.Minute},
		{"limits.remind_evening", c.Limits.RemindEvening, 0, day - time.Minute},
		{"limits.code_step", c.Limits.CodeStep, 10 * time.Second, 5 * time.Minute},
	} {
		if d.is < d.least || d.is > d.most {
			f.add(d.name, fmt.Sprintf("%v is out of bounds", d.is), fmt.Sprintf("write a length of time from %v to %v", d.least, d.most))
		}
	}
	if c.Token.RefreshTTL <= c.Token.AccessTTL {
		f.add("token.refresh_ttl", "is no longer than token.access_ttl", "write a longer one, such as 30d")
	}
	if c.Limits.ClosesAt < c.Limits.OpensAt+time.Hour {
		f.add("limits.closes_at", "is not an hour after limits.opens_at", "write a later one, such as 17h30m")
	}
	if c.Limits.GrantRipens%time.Hour != 0 {
		f.add("limits.grant_ripens", "is not in whole hours", "write such as 72h")
	}
	if c.Limits.CodeStep%time.Second != 0 {
		f.add("limits.code_step", "is not in whole seconds", "write such as 30s")
	}
}
