// Package wechat is WeChat as Yimi needs it: silenceper/wechat behind small
// types of our own, so that nothing else in the program knows that library.
//
// Where the library has a function that takes a context and reads the answer
// rightly, it is called; where it has none, our own request goes through the
// library's HTTP client, and so through the same guards (docs/adr/0003).
package wechat

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"github.com/silenceper/wechat/v2/credential"
	"github.com/silenceper/wechat/v2/miniprogram"
	"github.com/silenceper/wechat/v2/miniprogram/auth"
	miniconfig "github.com/silenceper/wechat/v2/miniprogram/config"
	"github.com/silenceper/wechat/v2/miniprogram/security"
)

// defaultTimeout bounds one call to WeChat, so that a login answers before the phone gives up.
const defaultTimeout = 5 * time.Second

// Config is what a Client needs.
type Config struct {
	AppID   string
	Secret  string
	BaseURL string        // empty: the real WeChat; otherwise scheme and host of a stand-in, such as wechattest's
	Timeout time.Duration // of one call; 0: five seconds

	Transport http.RoundTripper // carries this client's calls; nil: a shared one with pooled connections
	Logger    *slog.Logger      // hears of wrong settings; nil: slog.Default()
}

// Format prints a Config without its secret, whatever the verb.
func (c Config) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "wechat %s at %q, secret ***", c.AppID, c.BaseURL)
}

// Client calls WeChat for one mini-program. It is safe for concurrent use, and
// several may live in one process, each with its own BaseURL.
type Client struct {
	appID   string
	secret  string
	base    *url.URL
	timeout time.Duration
	trans   http.RoundTripper
	log     *slog.Logger

	tokens *tokens
	login  *auth.Auth
	checks *security.Security
}

// Format prints a Client without its secret, whatever the verb.
func (c *Client) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "wechat client at %v", c.base) }

// Session is who logged in. WeChat's session_key is dropped at once: nothing
// here needs it, and whoever holds it can read the person's encrypted data.
type Session struct {
	OpenID  string // the person in this mini-program
	UnionID string // the person across the owner's WeChat apps; empty when they are not bound together
}

// New makes a client. It panics when BaseURL is not scheme://host, for then
// calls meant for a stand-in could not be told from real ones.
func New(cfg Config) *Client {
	installTransport()
	c := &Client{
		appID:   cfg.AppID,
		secret:  cfg.Secret,
		base:    mustBase(cfg.BaseURL),
		timeout: cfg.Timeout,
		trans:   cfg.Transport,
		log:     cfg.Logger,
	}
	if c.timeout <= 0 {
		c.timeout = defaultTimeout
	}
	if c.trans == nil {
		c.trans = sharedTransport
	}
	if c.log == nil {
		c.log = slog.Default()
	}
	c.useLibrary(cfg.AppID, cfg.Secret)
	return c
}

// useLibrary makes the library's parts, with our source of access tokens over its stable ones.
func (c *Client) useLibrary(appID, secret string) {
	cache := newMemory(time.Now)
	mini := miniprogram.NewMiniProgram(&miniconfig.Config{AppID: appID, AppSecret: secret, Cache: cache, UseStableAK: true})
	stable := mini.GetContext().AccessTokenContextHandle.(*credential.StableAccessToken)
	c.tokens = &tokens{stable: stable, cache: cache, client: c}
	mini.SetAccessTokenContextHandle(c.tokens)
	c.login, c.checks = mini.GetAuth(), mini.GetSecurity()
}

func mustBase(raw string) *url.URL {
	if raw == "" {
		return nil
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		panic("wechat: BaseURL must be http://host:port or https://host:port")
	}
	return u
}

// codePattern is every character a wx.login code has. The library writes the
// code into the URL as it is, so nothing else may get there.
var codePattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)

// idPattern is what WeChat's ids look like; an answer with anything else is not WeChat's.
var idPattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// Login exchanges the code of wx.login for who the person is. Every error holds
// a *fault.Error, and none holds the secret or the code.
// https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-login/code2Session.html
func (c *Client) Login(ctx context.Context, code string) (Session, error) {
	if !codePattern.MatchString(code) {
		return Session{}, errCodeInvalid
	}
	ctx, cancel := context.WithTimeout(c.route(ctx), c.timeout)
	defer cancel()
	answer, err := c.login.Code2SessionContext(ctx, code)
	if answer.ErrCode != 0 {
		err = &apiError{answer.ErrCode, answer.ErrMsg}
	}
	if err != nil {
		return Session{}, c.refused(ctx, loginRefusals, c.failed(err, true, code))
	}
	if !idPattern.MatchString(answer.OpenID) || (answer.UnionID != "" && !idPattern.MatchString(answer.UnionID)) {
		return Session{}, errUnavailable.Because(errRubbish)
	}
	return Session{OpenID: answer.OpenID, UnionID: answer.UnionID}, nil
}
