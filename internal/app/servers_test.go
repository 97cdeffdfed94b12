package app_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/outbox"
	"yimi/internal/say"
	"yimi/internal/store"
	"yimi/internal/storetest"
	"yimi/internal/wechat/wechattest"
)

// Timed work on three servers at once: each message is sent once, each offer lapses once.
func TestThreeServersShareTimedWork(t *testing.T) {
	t.Parallel()
	url := storetest.MySQLURL(t)
	m := &apptest.Mail{WeChat: wechattest.Start(wechattest.WithCredits())}
	t.Cleanup(m.WeChat.Close)
	m.World = apptest.New(t, url, m.Settings)
	servers := []*apptest.World{m.World, apptest.Reopen(t, url, m.Settings), apptest.Reopen(t, url, m.Settings)}
	const offers, messages = 12, 20
	lin := m.Friend("林晓雯")
	m.Allow(lin, "林晓雯", messages, "activity_changed")
	for i := range messages {
		apptest.Must(t, m.Tx(func(tx *store.Tx) error {
			return outbox.Tell(tx, outbox.Notice{PersonID: lin.PersonID, Kind: activity.NoticeActivityChanged, Event: fmt.Sprint(i), Title: "活动有变动", Body: "改到下午"}.
				As(activity.MessageActivityChanged, outbox.Words{"activity": fmt.Sprint("清河道 ", i), "change": "时间变更", "time": say.Full(m.Clock.Now()), "note": "改到下午"}))
		}))
	}
	for range offers {
		shift, first, second := m.Shift(1), m.Volunteer("林晓雯"), m.Volunteer("白雪")
		had := m.SignUp(first, shift.ID)
		m.Wait(second, shift.ID)
		_, err := m.Activities.CancelSignup(apptest.As(first), had.ID, "")
		apptest.Must(t, err)
	}
	var working sync.WaitGroup
	for _, s := range servers {
		s.Clock.Set(apptest.Start.Add(3 * time.Hour)) // longer than an offer holds
		for _, do := range []func(context.Context) error{s.Activities.Sweep, s.Outbox.Deliver, s.Bookings.Sweep, s.Requests.Remind, s.Activities.Remind} {
			working.Go(func() {
				if err := do(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
	}
	working.Wait()
	if got := len(m.WeChat.SentTo(m.OpenID("林晓雯"))); got != messages || m.Count("notices", "delivery = 'sent'") != messages {
		t.Errorf("%d messages of %d arrived", got, messages)
	}
	if lapsed, told := m.Count("signups", "state = ?", activity.Lapsed), m.Count("notices", "kind = 'signup_lapsed'"); lapsed != offers || told != offers {
		t.Errorf("%d offers lapsed and %d people were told, of %d", lapsed, told, offers)
	}
	m.Whole(t)
}

// nginx runs configs/deploy/nginx.conf before the servers and gives its address, a client that
// trusts its certificate, and the file that it logs to.
func nginx(t *testing.T, binary string, servers []string) (url string, client *http.Client, log string) {
	t.Helper()
	dir, secure, plain := t.TempDir(), freePort(t), freePort(t)
	raw, err := os.ReadFile("../../configs/deploy/nginx.conf")
	apptest.Must(t, err)
	conf := string(raw)
	put := func(old, now string) {
		if !strings.Contains(conf, old) {
			t.Fatalf("the example has no %q", old)
		}
		conf = strings.ReplaceAll(conf, old, now)
	}
	const one = "\tserver 127.0.0.1:8080 max_fails=0;\n"
	var all strings.Builder
	for _, url := range servers {
		all.WriteString(strings.ReplaceAll(one, "127.0.0.1:8080", strings.TrimPrefix(url, "http://")))
	}
	put(one, all.String())
	put("listen 443 ", "listen "+secure+" ")
	put("listen 80;", "listen "+plain+";")
	put("/etc/ssl/yimi/", dir+"/")
	put("/var/log/nginx/", dir+"/")
	roots := certificate(t, dir)
	user := ""
	if os.Geteuid() == 0 {
		user = "user root;" // its workers use the test's folder
	}
	write(t, dir, "yimi.conf", conf)
	write(t, dir, "nginx.conf", fmt.Sprintf(`%s daemon off; worker_processes 1; pid nginx.pid; error_log error.log;
		events { worker_connections 1024; }
		http { access_log off; client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s; include yimi.conf; }`, user))
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), binary, "-p", dir, "-c", "nginx.conf", "-e", "error.log") //nolint:gosec // the runner's
	apptest.Must(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		if t.Failed() {
			log, _ := os.ReadFile(filepath.Join(dir, "error.log")) //nolint:gosec // the test's own
			t.Logf("nginx: %s", log[max(0, len(log)-4000):])
		}
	})
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", secure); err == nil {
			_ = c.Close()
			break
		}
		if time.Now().After(end) {
			t.Fatal("nginx does not listen")
		}
	}
	client = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: rushAtOnce,
		TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: "example.com", MinVersion: tls.VersionTLS12}}}
	t.Cleanup(client.CloseIdleConnections)
	return "https://" + secure, client, filepath.Join(dir, "yimi.log")
}

// certificate writes the one that net/http/httptest has for example.com.
func certificate(t *testing.T, dir string) *x509.CertPool {
	t.Helper()
	s := httptest.NewTLSServer(http.NotFoundHandler())
	defer s.Close()
	key, err := x509.MarshalPKCS8PrivateKey(s.TLS.Certificates[0].PrivateKey)
	apptest.Must(t, err)
	write(t, dir, "key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})))
	write(t, dir, "fullchain.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})))
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return roots
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	apptest.Must(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
}

// caller asks any of the servers.
type caller struct {
	t      *testing.T
	client *http.Client
}

func (c caller) ask(url, method, path, token string, body any, headers ...string) (a apptest.Answer) {
	c.t.Helper()
	raw, err := json.Marshal(body)
	apptest.Must(c.t, err)
	r, err := http.NewRequestWithContext(c.t.Context(), method, url+"/api/v1"+path, bytes.NewReader(raw))
	apptest.Must(c.t, err)
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := c.client.Do(r)
	if err != nil {
		c.t.Error(err)
		return a
	}
	defer func() { _ = res.Body.Close() }()
	a.Status, a.Header = res.StatusCode, res.Header
	a.Body, err = io.ReadAll(res.Body)
	if err != nil {
		c.t.Error(err)
	}
	_ = json.Unmarshal(a.Body, &a.Problem)
	return a
}

func (c caller) want(a apptest.Answer, status int, code string) {
	c.t.Helper()
	if a.Status != status || a.Problem.Code != code {
		c.t.Errorf("%d %s, want %d %s", a.Status, a.Body, status, code)
	}
}

// Three servers on one MariaDB behind nginx are one site: sessions, keys, throttles and rate limits
// hold over all of them, and a rolling restart in the middle of a rush loses and doubles nothing.
func TestThreeServersBehindNginx(t *testing.T) {
	binary := os.Getenv("YIMI_TEST_NGINX")
	if binary == "" {
		t.Skip("YIMI_TEST_NGINX is not set: the path of nginx; scripts/test sets it")
	}
	url := storetest.MySQLURL(t)
	w := apptest.New(t, url)
	w.Clock.Set(time.Now())
	f := newFleet(t, w, 3, "--database="+url, "--proxies=127.0.0.1", "--hosts=localhost", "--limits.rate.person-writes=0", "--limits.rate.person-reads=90")
	site, client, log := nginx(t, binary, f.urls)
	c := caller{t, client}
	t.Run("small answers, and no addresses in the log", func(t *testing.T) { c.t = t; smallAndUnnamed(c, site, log) })
	t.Run("sessions", func(t *testing.T) { c.t = t; sessionsOverAll(c, w, f) })
	t.Run("one key", func(t *testing.T) { c.t = t; oneKeyAtAll(c, w, f) })
	t.Run("rate limits", func(t *testing.T) { c.t = t; rateOverAll(c, w, site) })
	t.Run("rolling restart", func(t *testing.T) { c.t = t; rollingRestart(c, w, f, site) })
}

// An answer goes gzipped to whom can read it, and the proxy's log names the request by its id alone.
func smallAndUnnamed(c caller, site, log string) {
	a := c.ask(site, "GET", "/privacy", "", nil, "Accept-Encoding", "gzip")
	plain := c.ask(site, "GET", "/privacy", "", nil, "Accept-Encoding", "identity")
	if a.Header.Get("Content-Encoding") != "gzip" || len(a.Body)*2 > len(plain.Body) {
		c.t.Errorf("%d bytes of %q, of %d", len(a.Body), a.Header.Get("Content-Encoding"), len(plain.Body))
	}
	c.want(c.ask(site, "GET", "/calendar/a-secret-of-somebody.ics", "", nil), 404, "not_found")
	raw, err := os.ReadFile(log) //nolint:gosec // the test's own
	apptest.Must(c.t, err)
	if text := string(raw); !strings.Contains(text, a.Header.Get("X-Request-Id")) || strings.Contains(text, "secret") {
		c.t.Errorf("nginx logged: %s", text)
	}
}

// Login at one, refresh at another; the old token used again at the third ends it everywhere.
// Wrong passwords are counted by all together.
func sessionsOverAll(c caller, w *apptest.World, f *fleet) {
	const login, password = "ma.wenbin", "long words are best"
	_, err := w.Identity.BootstrapAdmin(c.t.Context(), "马文斌", login, password, func(*store.Tx) (int64, error) { return w.District.ID, nil })
	apptest.Must(c.t, err)
	type session struct {
		Access  string `json:"access_token"`
		Refresh string `json:"refresh_token"`
	}
	var first, second session
	c.ask(f.urls[0], "POST", "/auth/password", "", map[string]string{"login": login, "password": password}).Into(c.t, &first)
	c.ask(f.urls[1], "POST", "/auth/refresh", "", map[string]string{"refresh_token": first.Refresh}).Into(c.t, &second)
	c.want(c.ask(f.urls[2], "GET", "/me", second.Access, nil), 200, "")
	c.want(c.ask(f.urls[2], "POST", "/auth/refresh", "", map[string]string{"refresh_token": first.Refresh}), 401, "session_ended")
	for _, url := range f.urls {
		c.want(c.ask(url, "GET", "/me", second.Access, nil), 401, "session_ended")
	}
	for i := range 9 {
		a := c.ask(f.urls[i%3], "POST", "/auth/password", "", map[string]string{"login": login, "password": "wrong words"})
		if (a.Status == 429) != (i >= 5) {
			c.t.Errorf("wrong password %d: %d %s", i+1, a.Status, a.Body)
		}
	}
}

// One key at three servers at once is one deed with one answer.
func oneKeyAtAll(c caller, w *apptest.World, f *fleet) {
	for round := range 5 {
		shift, p := w.Publish(w.Draft(), soon(time.Duration(round+2)*24*time.Hour, 5))[0].Shift, w.Volunteer("林晓雯")
		token := w.Token(p)
		answers := apptest.All(make([]auth.Actor, 9), func(i int, _ auth.Actor) apptest.Answer {
			return c.ask(f.urls[i%3], "POST", fmt.Sprintf("/shifts/%d/signups", shift.ID), token, map[string]bool{"waitlist": false}, "Idempotency-Key", "one-key-for-all")
		})
		for _, a := range answers {
			if a.Status != 201 || string(a.Body) != string(answers[0].Body) {
				c.t.Errorf("%d %s, and %s", a.Status, a.Body, answers[0].Body)
			}
		}
		if n := w.Count("signups", "person_id = ?", p.PersonID); n != 1 {
			c.t.Errorf("%d sign-ups", n)
		}
	}
}

func soon(from time.Duration, capacity int) activity.Shift {
	at := time.Now().Add(from)
	return activity.Shift{StartsAt: store.At(at), EndsAt: store.At(at.Add(time.Hour)), Capacity: capacity}
}

// Ninety readings a minute are ninety over all, and what comes back while they are made.
func rateOverAll(c caller, w *apptest.World, site string) {
	token, began, let := w.Token(w.Volunteer("林晓雯")), time.Now(), 0
	for range 150 {
		if a := c.ask(site, "GET", "/me", token, nil); a.Status == 200 {
			let++
		} else {
			c.want(a, 429, "too_many_requests")
		}
	}
	if back := int(90*time.Since(began).Minutes()) + 3; let < 90 || let > 90+back {
		c.t.Errorf("%d of 150 were let through in %v", let, time.Since(began))
	}
}

// rollingRestart stops and starts one server after another while people rush and others read.
func rollingRestart(c caller, w *apptest.World, f *fleet, site string) {
	r := newRush(c.t, w, 250, 60, c.client, site)
	var once sync.Once
	var rolling sync.WaitGroup
	begin := func() {
		rolling.Go(func() {
			began := time.Now()
			for i := range f.urls {
				f.restart(i)
				if status, body := get(c.t, f.urls[i]+"/readyz"); status != 200 {
					c.t.Errorf("server %d: %s", i+1, body)
				}
			}
			c.t.Logf("three servers restarted in %v, with %d of %d acts done", time.Since(began).Round(10*time.Millisecond), r.done.Load(), len(r.acts))
		})
	}
	reading, stop := context.WithCancel(c.t.Context())
	var reader sync.WaitGroup
	reads := 0
	reader.Go(func() {
		for ; reading.Err() == nil; reads++ {
			c.want(c.ask(site, "GET", "/campaigns", "", nil), 200, "")
		}
	})
	began := time.Now()
	r.blow(func(done int64) {
		if done >= 100 {
			once.Do(begin)
		}
	})
	rolling.Wait()
	stop()
	reader.Wait()
	c.t.Logf("%d acts and %d readings in %v; tried again: %s", len(r.acts), reads, time.Since(began).Round(10*time.Millisecond), r.troubles())
	r.check()
}
