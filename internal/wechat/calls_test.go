package wechat_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
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

var wang = wechattest.OpenID(wechattest.DefaultAppID, "wang")

const (
	phoneCode  = "demo-phone-wang"
	words      = "王奶奶家的水管坏了，请尽快来看看"
	templateID = "tmpl_request_result_0001"
)

func message() wechat.Message {
	return wechat.Message{OpenID: wang, TemplateID: templateID, Page: "pages/request?id=7", Data: map[string]string{
		"thing1": "助浴上门", "phrase2": "已通过", "time3": "2025年3月5日 09:30", "thing4": words,
	}}
}

// calls are all that need an access token; each is good on a server that is well.
var calls = []struct {
	name, path string
	do         func(context.Context, *wechat.Client) error
}{
	{"phone", wechattest.PathPhone, func(ctx context.Context, c *wechat.Client) error {
		_, err := c.PhoneNumber(ctx, phoneCode)
		return err
	}},
	{"send", wechattest.PathSend, func(ctx context.Context, c *wechat.Client) error {
		_, err := c.SendSubscribe(ctx, message())
		return err
	}},
	{"code", wechattest.PathCode, func(ctx context.Context, c *wechat.Client) error {
		_, err := c.Code(ctx, wechat.CodeRequest{Scene: "a=7", Page: "pages/activity"})
		return err
	}},
	{"text", wechattest.PathText, func(ctx context.Context, c *wechat.Client) error {
		_, err := c.CheckText(ctx, wechat.TextCheck{OpenID: wang, Scene: wechat.Comment, Text: words})
		return err
	}},
}

// private is what must not show in an error or a log, whatever happens.
func private(srv *wechattest.Server) []string {
	p := []string{srv.Secret, wang, phoneCode, wechattest.Phone("wang"), words, "助浴上门"}
	if token := srv.Token(); token != "" {
		p = append(p, token)
	}
	return p
}

// logged gives a client whose log can be read.
func logged(srv *wechattest.Server, change ...func(*wechat.Config)) (*wechat.Client, *safeBuffer) {
	log := &safeBuffer{}
	return client(srv, append(change, func(cfg *wechat.Config) { cfg.Logger = slog.New(slog.NewTextHandler(log, nil)) })...), log
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func wantLog(t *testing.T, log *safeBuffer, want string, hidden ...string) {
	t.Helper()
	if got := log.String(); want == "" && got != "" || !strings.Contains(got, want) {
		t.Errorf("log %q, want %q", got, want)
	}
	for _, h := range hidden {
		if strings.Contains(log.String(), h) {
			t.Errorf("the log shows %q: %s", h, log)
		}
	}
}

func TestEachCallThroughRubbish(t *testing.T) {
	t.Parallel()
	for name, m := range map[string]wechattest.Manner{
		"500":            {Status: 500},
		"502 with HTML":  {Status: 502, Body: "<html>bad gateway</html>"},
		"503":            {Status: 503},
		"404":            {Status: 404},
		"204":            {Status: 204},
		"HTML":           {Body: "<html>welcome</html>"},
		"empty object":   {Body: "{}"},
		"cut JSON":       {Body: `{"errcode":0,"errmsg`},
		"null":           {Body: "null"},
		"array":          {Body: "[]"},
		"errcode a word": {Body: `{"errcode":"x","errmsg":"y"}`},
		"errcode null":   {Body: `{"errcode":null}`},
		"endless":        {Body: `{"errcode":0,"errmsg":"` + strings.Repeat("o", 5<<20) + `"}`},
		"lost":           {Lose: true},
		"busy":           {ErrCode: -1},
	} {
		for _, call := range calls {
			for at, path := range map[string]string{"its own answer": call.path, "the token's": wechattest.PathToken} {
				t.Run(call.name+"/"+name+"/"+at, func(t *testing.T) {
					t.Parallel()
					srv := start(t)
					srv.BehaveAt(path, m)
					c, log := logged(srv)
					err := call.do(t.Context(), c)
					wantFault(t, err, fault.Unavailable, "wechat_unavailable", private(srv)...)
					wantLog(t, log, "", private(srv)...)
					if got := srv.Calls(path); got != 1 {
						t.Errorf("asked %d times", got)
					}
				})
			}
		}
	}
}

// A good answer of the wrong form is no answer: each call looks at what it is to give out.
func TestGoodAnswersThatSayNothing(t *testing.T) {
	t.Parallel()
	for _, x := range []struct{ call, body string }{
		{"phone", `{"errcode":0}`},
		{"phone", `{"errcode":0,"phone_info":{"purePhoneNumber":"","countryCode":"86"}}`},
		{"phone", `{"errcode":0,"phone_info":{"purePhoneNumber":"13800138000<b>","countryCode":"86"}}`},
		{"phone", `{"errcode":0,"phone_info":{"purePhoneNumber":"13800138000","countryCode":"China"}}`},
		{"phone", `{"errcode":0,"phone_info":{"purePhoneNumber":13800138000,"countryCode":"86"}}`},
		{"code", `{"errcode":0,"errmsg":"ok"}`},
		{"code", "\xff\xd8\xff\xe0 no picture behind this"},
		{"code", "GIF89a\x01\x00\x01\x00\x80\x00\x00"},
		{"code", "\x89PNG\r\n\x1a\n"},
		{"text", `{"errcode":0}`},
		{"text", `{"errcode":0,"result":{"suggest":"perhaps","label":100}}`},
		{"picture", `{"errcode":0}`},
		{"picture", `{"errcode":0,"trace_id":"a b"}`},
	} {
		for _, call := range calls {
			if call.name != x.call {
				continue
			}
			t.Run(x.call+"/"+x.body, func(t *testing.T) {
				t.Parallel()
				srv := start(t)
				srv.BehaveAt(call.path, wechattest.Manner{Body: x.body})
				wantFault(t, call.do(t.Context(), client(srv)), fault.Unavailable, "wechat_unavailable", "13800138000")
			})
		}
	}
}

func TestEachCallWithWrongSettingsIsTold(t *testing.T) {
	t.Parallel()
	for _, call := range calls {
		for errcode, log := range map[int]string{
			40013: "wechat.app_id", 40125: "wechat.secret", 40164: "whitelist", 48001: "docs/wechat.md", 50007: "frozen", 99999: "does not know",
		} {
			t.Run(fmt.Sprint(call.name, errcode), func(t *testing.T) {
				t.Parallel()
				for _, path := range []string{wechattest.PathToken, call.path} {
					srv := start(t)
					srv.BehaveAt(path, wechattest.Manner{ErrCode: errcode})
					c, got := logged(srv)
					wantFault(t, call.do(t.Context(), c), fault.Unavailable, "wechat_unavailable", private(srv)...)
					wantLog(t, got, log, private(srv)...)
				}
			})
		}
	}
}

func TestEachCallToSlowWeChatTimesOut(t *testing.T) {
	t.Parallel()
	for _, call := range calls {
		for _, path := range []string{wechattest.PathToken, call.path} {
			t.Run(call.name+path, func(t *testing.T) {
				t.Parallel()
				srv := start(t)
				srv.BehaveAt(path, wechattest.Manner{Delay: time.Minute})
				c := client(srv, func(cfg *wechat.Config) { cfg.Timeout = 50 * time.Millisecond })
				began := time.Now()
				err := call.do(t.Context(), c)
				wantFault(t, err, fault.Unavailable, "wechat_unavailable", private(srv)...)
				if time.Since(began) > 5*time.Second {
					t.Errorf("after %v: %v", time.Since(began), err)
				}
			})
		}
	}
}

func TestEachCallEndsWithItsCaller(t *testing.T) {
	t.Parallel()
	for _, call := range calls {
		for _, path := range []string{wechattest.PathToken, call.path} {
			t.Run(call.name+path, func(t *testing.T) {
				t.Parallel()
				srv := start(t)
				srv.BehaveAt(path, wechattest.Manner{Delay: time.Minute})
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(50*time.Millisecond, cancel)
				began := time.Now()
				wantFault(t, call.do(ctx, client(srv)), fault.Unavailable, "wechat_unavailable", private(srv)...)
				if time.Since(began) > 4*time.Second {
					t.Errorf("left after %v", time.Since(began))
				}
			})
		}
	}
}

func TestEachCallWhileWeChatIsDown(t *testing.T) {
	t.Parallel()
	srv := start(t)
	c := client(srv)
	srv.Down()
	for _, call := range calls {
		wantFault(t, call.do(t.Context(), c), fault.Unavailable, "wechat_unavailable", private(srv)...)
	}
	srv.Up()
	for _, call := range calls {
		if err := call.do(t.Context(), c); err != nil {
			t.Errorf("%s after it is back: %v", call.name, err)
		}
	}
}

// mirror says back whatever it is told, everywhere an answer can say something: the
// worst that a broken proxy, or an error text of WeChat's, could do.
func mirror(t *testing.T, how string) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		token := r.URL.Query().Get("access_token")
		said := r.URL.String() + " or " + token + " and " + string(body) + " of 水管"
		switch {
		case r.URL.Path == wechattest.PathToken && !strings.HasPrefix(how, "token"):
			_, _ = io.WriteString(w, `{"access_token":"99_the-token-of-the-mirror","expires_in":7200}`)
		case how == "redirect":
			http.Redirect(w, r, "/elsewhere?said="+url.QueryEscape(said), http.StatusFound)
		case how == "status":
			http.Error(w, said, http.StatusBadGateway)
		case how == "text":
			_, _ = io.WriteString(w, said)
		case how == "number":
			_, _ = fmt.Fprintf(w, `{"errcode":%s000000000000000}`, wechattest.Phone("wang"))
		default:
			words, _ := json.Marshal(said)
			_, _ = fmt.Fprintf(w, `{"errcode":%s,"errmsg":%s}`, strings.TrimPrefix(how, "token"), words)
		}
	}))
	t.Cleanup(srv.Close)
	return srv
}

// noTime leaves the time out of a log: its digits may happen to be those that are looked for.
func noTime(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

func TestNothingPrivateInErrorsAndLogs(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"redirect", "status", "text", "number", "99999", "40001", "47003", "48001", "token40125"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			log := &safeBuffer{}
			c := wechat.New(wechat.Config{
				AppID: "wxmirror", Secret: "topsecret-topsecret", BaseURL: mirror(t, how).URL,
				Logger: slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{ReplaceAttr: noTime})),
			})
			spoken := how != "redirect" && how != "status" && how != "text" && how != "number"
			hidden := []string{"topsecret", "the-token-of-the-mirror", wang, phoneCode, wechattest.Phone("wang"), words, "助浴上门", "demo-login"}
			_, err := c.Login(t.Context(), "demo-login")
			wantHidden(t, err, hidden...)
			for _, call := range calls {
				err := call.do(t.Context(), c)
				if err == nil || spoken && !strings.Contains(err.Error(), "***") {
					t.Errorf("%s: the mirror was not heard: %v", call.name, err)
				}
				wantHidden(t, err, hidden...)
			}
			// What is cut before it is sent, has quotes in it, is short, or comes back in part.
			hidden = append(hidden, "15912345678", "4711", "水管", "c-715")
			for _, value := range []string{"call 15912345678 at the blue door, not the bell", `the "key" is 4711`} {
				_, err := c.SendSubscribe(t.Context(), wechat.Message{OpenID: wang, TemplateID: "t", Data: map[string]string{"thing1": value}})
				wantHidden(t, err, hidden...)
			}
			_, err = c.Login(t.Context(), "c-715")
			wantHidden(t, err, hidden...)
			for _, h := range hidden {
				if strings.Contains(log.String(), h) {
					t.Errorf("the log shows %q: %s", h, log)
				}
			}
		})
	}
}

func TestNoCallFollowsARedirect(t *testing.T) {
	t.Parallel()
	var elsewhere atomic.Int32
	mux := http.NewServeMux()
	mux.HandleFunc("/elsewhere", func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) })
	mux.HandleFunc(wechattest.PathToken, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"access_token":"99_token","expires_in":7200}`)
	})
	mux.Handle("/", http.RedirectHandler("/elsewhere", http.StatusTemporaryRedirect))
	srv := httptest.NewServer(mux)
	defer srv.Close()
	c := wechat.New(wechat.Config{AppID: "wx", Secret: "topsecret", BaseURL: srv.URL, Logger: slog.New(slog.DiscardHandler)})
	for _, call := range calls {
		wantFault(t, call.do(t.Context(), c), fault.Unavailable, "wechat_unavailable")
	}
	if elsewhere.Load() != 0 {
		t.Error("followed a redirect with a person's data in hand")
	}
}

// What is printed or logged by mistake shows nobody.
func TestPrintingShowsNoPerson(t *testing.T) {
	t.Parallel()
	phone := wechat.Phone{Number: "13800138000", CountryCode: "86"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		for _, v := range []any{phone, message(), &phone} {
			got := fmt.Sprintf(verb, v)
			if strings.Contains(got, "13800138000") || strings.Contains(got, wang) || strings.Contains(got, words) {
				t.Errorf("%s prints %s", verb, got)
			}
		}
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "phone", phone, "message", message())
	if s := log.String(); strings.Contains(s, "13800138000") || strings.Contains(s, wang) || strings.Contains(s, words) {
		t.Errorf("logged %s", s)
	}
}
