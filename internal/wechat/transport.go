package wechat

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/silenceper/wechat/v2/util"
)

const (
	wechatHost = "api.weixin.qq.com"

	// backstop ends any call, whatever its context says.
	backstop = 30 * time.Second

	// maxAnswerBytes bounds an answer, which the library reads whole.
	maxAnswerBytes = 4 << 20
)

// sharedTransport keeps connections to WeChat open: at a rush every login goes to one host.
var sharedTransport = newSharedTransport()

func newSharedTransport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 32
	t.ResponseHeaderTimeout = 20 * time.Second
	return t
}

var installOnce sync.Once

// installTransport gives the library its HTTP client. The library has one for
// the whole process and reads it without a lock, so it is set once, before the
// first call, and finds the Client that a request belongs to in its context.
func installTransport() {
	installOnce.Do(func() {
		util.DefaultHTTPClient = &http.Client{
			Transport: router{},
			Timeout:   backstop,
			// WeChat never redirects, and following one would send the secret along as Referer.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	})
}

type clientKey struct{}

// route marks ctx, and so every request made under it, as this client's.
func (c *Client) route(ctx context.Context) context.Context {
	return context.WithValue(ctx, clientKey{}, c)
}

var (
	errNoClient  = errors.New("wechat: a request that belongs to no client")
	errOtherHost = errors.New("wechat: a request to a host that is not WeChat's")
	errTooLong   = errors.New("wechat: the answer is too long")
)

// statusError is an answer that is no answer of WeChat's, which are all of status 200.
type statusError int

func (e statusError) Error() string { return fmt.Sprintf("answered with status %d", int(e)) }

// router sends a request the way its Client wants it. It refuses what belongs to
// no client: such a request could carry a stand-in's secret to the real WeChat.
type router struct{}

func (router) RoundTrip(req *http.Request) (*http.Response, error) {
	c, ok := req.Context().Value(clientKey{}).(*Client)
	if !ok {
		return nil, errNoClient
	}
	if req.URL.Host != wechatHost {
		return nil, errOtherHost
	}
	res, err := c.trans.RoundTrip(c.aimed(req))
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		_ = res.Body.Close()
		return nil, statusError(res.StatusCode) // the library's own error has the status in its text only
	}
	res.Body = &limited{ReadCloser: res.Body, left: maxAnswerBytes}
	return res, nil
}

// aimed points a copy of the request at the stand-in, when there is one.
func (c *Client) aimed(req *http.Request) *http.Request {
	if c.base == nil {
		return req
	}
	aimed := req.Clone(req.Context())
	aimed.URL.Scheme, aimed.URL.Host, aimed.Host = c.base.Scheme, c.base.Host, c.base.Host
	return aimed
}

// limited fails at the first byte too many: half a picture would still look like one.
type limited struct {
	io.ReadCloser
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.ReadCloser.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, errTooLong
	}
	return n, err
}
