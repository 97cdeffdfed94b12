package wechat_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"yimi/internal/fault"
	"yimi/internal/wechat"
	"yimi/internal/wechat/wechattest"
)

const loginPath = "/sns/jscode2session"

func start(t *testing.T, opts ...wechattest.Option) *wechattest.Server {
	t.Helper()
	srv := wechattest.Start(opts...)
	t.Cleanup(srv.Close)
	return srv
}

func client(srv *wechattest.Server, change ...func(*wechat.Config)) *wechat.Client {
	cfg := wechat.Config{
		AppID: srv.AppID, Secret: srv.Secret, BaseURL: srv.URL,
		Timeout: 5 * time.Second, Logger: slog.New(slog.DiscardHandler),
	}
	for _, f := range change {
		f(&cfg)
	}
	return wechat.New(cfg)
}

// wantFault checks kind and code, that the message speaks Chinese, and that no secret shows.
func wantFault(t *testing.T, err error, kind fault.Kind, code string, hidden ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	f := fault.From(err)
	if f.Kind != kind || f.Code != code {
		t.Errorf("got kind %d, code %s (%v); want kind %d, code %s", f.Kind, f.Code, err, kind, code)
	}
	if !strings.Contains(f.Message, "请") {
		t.Errorf("the message does not say what to do: %q", f.Message)
	}
	wantHidden(t, err, hidden...)
}

// wantHidden walks the whole chain of an error: no link may show a secret.
func wantHidden(t *testing.T, err error, hidden ...string) {
	t.Helper()
	for e := err; e != nil; e = errors.Unwrap(e) {
		for _, text := range []string{e.Error(), fmt.Sprintf("%+v", e)} {
			for _, h := range hidden {
				if strings.Contains(text, h) {
					t.Errorf("%T shows %q: %s", e, h, text)
				}
			}
		}
	}
}

func TestLoginGivesWhoItIs(t *testing.T) {
	t.Parallel()
	srv := start(t)
	c := client(srv)
	s, err := c.Login(t.Context(), "demo-wang")
	if err != nil {
		t.Fatal(err)
	}
	want := wechat.Session{OpenID: wechattest.OpenID(srv.AppID, "wang"), UnionID: wechattest.UnionID("wang")}
	if s != want || len(s.OpenID) != 28 || len(s.UnionID) != 28 {
		t.Errorf("got %+v, want %+v, 28 characters each", s, want)
	}
	if again, err := c.Login(t.Context(), "demo-wang"); err != nil || again != s {
		t.Errorf("the same person again: %+v, %v", again, err)
	}
	if other, err := c.Login(t.Context(), "demo-li"); err != nil || other.OpenID == s.OpenID {
		t.Errorf("another person: %+v, %v", other, err)
	}
}

func TestOneCodeOneLogin(t *testing.T) {
	t.Parallel()
	c := client(start(t))
	first, err := c.Login(t.Context(), "once-1-wang")
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Login(t.Context(), "once-1-wang")
	wantFault(t, err, fault.Unauthenticated, "wechat_code_invalid", "once-1-wang")
	if next, err := c.Login(t.Context(), "once-2-wang"); err != nil || next != first {
		t.Errorf("a new code of the same person: %+v, %v", next, err)
	}
}

func TestOddCodesNeverReachWeChat(t *testing.T) {
	t.Parallel()
	srv := start(t)
	c := client(srv)
	for _, code := range []string{
		"", "demo-a&secret=x", "demo-a#", "demo a", "demo-王", "demo-a\n", "demo-a%26", "../demo", strings.Repeat("a", 129),
	} {
		_, err := c.Login(t.Context(), code)
		wantFault(t, err, fault.Unauthenticated, "wechat_code_invalid")
	}
	if n := srv.Calls(loginPath); n != 0 {
		t.Errorf("%d calls reached WeChat", n)
	}
	if _, err := c.Login(t.Context(), "demo-"+strings.Repeat("a", 123)); err != nil {
		t.Errorf("a code of 128 characters: %v", err)
	}
}

func TestEachErrorCodeOfWeChat(t *testing.T) {
	t.Parallel()
	for errcode, want := range map[int]struct {
		kind fault.Kind
		code string
		log  string
	}{
		40029: {fault.Unauthenticated, "wechat_code_invalid", ""},
		40163: {fault.Unauthenticated, "wechat_code_invalid", ""},
		45011: {fault.TooMany, "wechat_too_often", ""},
		40226: {fault.Forbidden, "wechat_user_blocked", ""},
		-1:    {fault.Unavailable, "wechat_unavailable", ""},
		40013: {fault.Unavailable, "wechat_unavailable", "settings fault"},
		40125: {fault.Unavailable, "wechat_unavailable", "settings fault"},
		41002: {fault.Unavailable, "wechat_unavailable", "settings fault"},
		41004: {fault.Unavailable, "wechat_unavailable", "settings fault"},
		99999: {fault.Unavailable, "wechat_unavailable", "does not know"},
	} {
		t.Run(fmt.Sprint(errcode), func(t *testing.T) {
			t.Parallel()
			srv := start(t, wechattest.WithManner(wechattest.Manner{ErrCode: errcode}))
			var log bytes.Buffer
			c := client(srv, func(cfg *wechat.Config) { cfg.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
			s, err := c.Login(t.Context(), "demo-wang")
			wantFault(t, err, want.kind, want.code, srv.Secret, "demo-wang")
			if s != (wechat.Session{}) {
				t.Errorf("refused, yet %+v", s)
			}
			if want.log == "" && log.Len() > 0 || !strings.Contains(log.String(), want.log) {
				t.Errorf("log %q, want %q", log.String(), want.log)
			}
			if strings.Contains(log.String(), srv.Secret) {
				t.Errorf("the log shows the secret: %s", log.String())
			}
		})
	}
}

func TestWrongSettingsAreTold(t *testing.T) {
	t.Parallel()
	srv := start(t)
	for name, change := range map[string]func(*wechat.Config){
		"app id": func(c *wechat.Config) { c.AppID = "wx0000000000000000" },
		"secret": func(c *wechat.Config) { c.Secret = "wrongwrongwrongwrongwrongwrong00" },
	} {
		var log bytes.Buffer
		c := client(srv, change, func(c *wechat.Config) { c.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
		_, err := c.Login(t.Context(), "demo-wang")
		wantFault(t, err, fault.Unavailable, "wechat_unavailable", "wrongwrong")
		if !strings.Contains(log.String(), "wechat.app_id") || strings.Contains(log.String(), "wrongwrong") {
			t.Errorf("%s: log %q", name, log.String())
		}
	}
}

func TestRubbishAnswersAreUnavailable(t *testing.T) {
	t.Parallel()
	for name, m := range map[string]wechattest.Manner{
		"500":            {Status: 500},
		"502 with HTML":  {Status: 502, Body: "<html>bad gateway</html>"},
		"429":            {Status: 429},
		"204":            {Status: 204},
		"HTML":           {Body: "<html>welcome</html>"},
		"empty object":   {Body: "{}"},
		"cut JSON":       {Body: `{"openid":"o123`},
		"null":           {Body: "null"},
		"array":          {Body: "[]"},
		"openid number":  {Body: `{"openid":1}`},
		"openid odd":     {Body: `{"openid":"o1 or 1=1"}`},
		"openid long":    {Body: `{"openid":"` + strings.Repeat("o", 65) + `"}`},
		"unionid odd":    {Body: `{"openid":"o123","unionid":"<b>"}`},
		"errcode a word": {Body: `{"errcode":"x","errmsg":"y"}`},
		"endless":        {Body: `{"openid":"o123","more":"` + strings.Repeat("o", 5<<20) + `"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := start(t, wechattest.WithManner(m))
			_, err := client(srv).Login(t.Context(), "demo-wang")
			wantFault(t, err, fault.Unavailable, "wechat_unavailable", srv.Secret, "demo-wang", "session_key=")
		})
	}
}

func TestSlowWeChatTimesOut(t *testing.T) {
	t.Parallel()
	srv := start(t, wechattest.WithManner(wechattest.Manner{Delay: time.Minute}))
	c := client(srv, func(cfg *wechat.Config) { cfg.Timeout = 50 * time.Millisecond })
	began := time.Now()
	_, err := c.Login(t.Context(), "demo-wang")
	wantFault(t, err, fault.Unavailable, "wechat_unavailable", srv.Secret, "demo-wang")
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > 5*time.Second {
		t.Errorf("after %v: %v", time.Since(began), err)
	}
}

func TestCallerWhoLeavesEndsTheCall(t *testing.T) {
	t.Parallel()
	srv := start(t, wechattest.WithManner(wechattest.Manner{Delay: time.Minute}))
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	began := time.Now()
	_, err := client(srv).Login(ctx, "demo-wang")
	wantFault(t, err, fault.Unavailable, "wechat_unavailable", srv.Secret, "demo-wang")
	if !errors.Is(err, context.Canceled) || time.Since(began) > 4*time.Second {
		t.Errorf("after %v: %v", time.Since(began), err)
	}
}

// The library's network errors carry the whole URL, and with it the secret.
func TestNetworkErrorsShowNoSecret(t *testing.T) {
	t.Parallel()
	srv := start(t)
	srv.Close()
	_, err := client(srv).Login(t.Context(), "demo-wang")
	wantFault(t, err, fault.Unavailable, "wechat_unavailable", srv.Secret, "demo-wang")
	if !strings.Contains(err.Error(), "secret=***") {
		t.Errorf("the log should still say what was called: %v", err)
	}
	var full *url.Error
	if errors.As(err, &full) {
		t.Errorf("the unredacted error can be dug out: %v", full)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	var elsewhere atomic.Int32
	mux := http.NewServeMux()
	mux.Handle(loginPath, http.RedirectHandler("/elsewhere", http.StatusFound))
	mux.HandleFunc("/elsewhere", func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) })
	srv := httptest.NewServer(mux)
	defer srv.Close()
	c := wechat.New(wechat.Config{AppID: "wx", Secret: "topsecret", BaseURL: srv.URL})
	_, err := c.Login(t.Context(), "demo-wang")
	wantFault(t, err, fault.Unavailable, "wechat_unavailable", "topsecret")
	if elsewhere.Load() != 0 {
		t.Error("followed a redirect with the secret in hand")
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Without a BaseURL the call goes to WeChat itself, over TLS, with the documented parameters.
func TestRealAddress(t *testing.T) {
	t.Parallel()
	var asked string
	c := wechat.New(wechat.Config{
		AppID: "wxreal", Secret: "topsecret", Logger: slog.New(slog.DiscardHandler),
		Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			asked = r.URL.String()
			if _, ok := r.Context().Deadline(); !ok {
				t.Error("a call without a deadline")
			}
			return nil, errors.New("no network here")
		}),
	})
	_, err := c.Login(t.Context(), "demo-wang")
	wantFault(t, err, fault.Unavailable, "wechat_unavailable", "topsecret")
	want := "https://api.weixin.qq.com/sns/jscode2session?appid=wxreal&secret=topsecret&js_code=demo-wang&grant_type=authorization_code"
	if asked != want {
		t.Errorf("asked %s", asked)
	}
}

// Several stand-ins in one process, many callers each: nobody's call may land at another's server.
func TestParallelLoginsAtSeveralServers(t *testing.T) {
	t.Parallel()
	const servers, callers, logins = 4, 8, 5
	var wg sync.WaitGroup
	for i := range servers {
		srv := start(t, wechattest.WithApp(fmt.Sprintf("wxapp%d", i), fmt.Sprintf("secret-of-app-%d", i)))
		c := client(srv)
		for j := range callers {
			wg.Go(func() {
				for k := range logins {
					name := fmt.Sprintf("p%d", j)
					s, err := c.Login(t.Context(), fmt.Sprintf("once-%dx%d-%s", j, k, name))
					if err != nil || s.OpenID != wechattest.OpenID(srv.AppID, name) {
						t.Errorf("server %d, caller %d: %+v, %v", i, j, s, err)
					}
				}
			})
		}
		t.Cleanup(func() {
			if n := srv.Calls(loginPath); n != callers*logins {
				t.Errorf("server %d had %d calls", i, n)
			}
		})
	}
	wg.Wait()
}

// A race for one single-use code: exactly one caller gets in.
func TestOneCodeManyCallers(t *testing.T) {
	t.Parallel()
	c := client(start(t))
	var wg sync.WaitGroup
	wins := make(chan struct{}, 16)
	for range cap(wins) {
		wg.Go(func() {
			if _, err := c.Login(t.Context(), "once-wang"); err == nil {
				wins <- struct{}{}
			}
		})
	}
	wg.Wait()
	if len(wins) != 1 {
		t.Errorf("%d callers got in", len(wins))
	}
}

func TestServerMendsItsManner(t *testing.T) {
	t.Parallel()
	srv := start(t, wechattest.WithManner(wechattest.Manner{Status: 503}))
	c := client(srv)
	if _, err := c.Login(t.Context(), "demo-wang"); err == nil {
		t.Error("logged in through a 503")
	}
	srv.Behave(wechattest.Manner{})
	if _, err := c.Login(t.Context(), "demo-wang"); err != nil {
		t.Errorf("after it mended: %v", err)
	}
}

func TestUnusableBaseURLPanics(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"127.0.0.1:80", "ftp://x", "http://", "/x"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", base)
				}
			}()
			wechat.New(wechat.Config{BaseURL: base})
		}()
	}
}

func TestPrintingShowsNoSecret(t *testing.T) {
	t.Parallel()
	cfg := wechat.Config{AppID: "wx", Secret: "topsecret"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		for _, v := range []any{cfg, wechat.New(cfg)} {
			if got := fmt.Sprintf(verb, v); strings.Contains(got, "topsecret") {
				t.Errorf("%s prints %s", verb, got)
			}
		}
	}
}
