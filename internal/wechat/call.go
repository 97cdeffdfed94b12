package wechat

import (
	"context"
	"encoding/json"
	"net/http/httptrace"
	"sync/atomic"

	"github.com/silenceper/wechat/v2/util"
)

// failure is why a call gave nothing. It is safe to log.
type failure struct {
	code   int64 // WeChat's error code; 0: there was none
	status int   // of HTTP; 0: there was no answer, or one of status 200
	left   bool  // the request may have left this machine, and so may have been obeyed
	cause  error // without secrets
}

// staleToken are the codes with which WeChat refuses an access token.
var staleToken = map[int64]bool{40001: true, 40014: true, 42001: true}

// call makes a call that needs an access token. When WeChat refuses the token it
// is dropped and the call made once more: WeChat looks at the token first, so
// nothing was done and no single-use code is lost. Never more than once: who has
// a wrong secret would ask for ever. hidden is what must not show in an error.
func (c *Client) call(ctx context.Context, hidden []string, ask func(context.Context) error) *failure {
	ctx, cancel := context.WithTimeout(c.route(ctx), c.timeout)
	defer cancel()
	for again := true; ; again = false {
		token, err := c.tokens.get(ctx)
		if err != nil {
			return c.failed(err, false, hidden...)
		}
		var left atomic.Bool
		if err = ask(pin(watched(ctx, &left), token)); err == nil {
			return nil
		}
		f := c.failed(err, left.Load(), append([]string{token}, hidden...)...)
		if !staleToken[f.code] {
			return f
		}
		c.tokens.drop(token)
		if !again {
			return f
		}
	}
}

// watched notes when a request under ctx begins to leave this machine.
func watched(ctx context.Context, left *atomic.Bool) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { left.Store(true) }})
}

// post asks an endpoint with our own body, where the library's function takes no
// context or reads the answer wrongly. It goes through the library's HTTP client,
// and so through the same guards.
func post(ctx context.Context, path string, body any) ([]byte, error) {
	token, _ := ctx.Value(pinKey{}).(string)
	return util.PostJSONContext(ctx, "https://"+wechatHost+path+"?access_token="+token, body)
}

// read takes an answer apart. Every answer of the endpoints that it is for has an errcode.
func read(raw []byte, answer any) error {
	var head struct {
		ErrCode *int64 `json:"errcode"`
		ErrMsg  string `json:"errmsg"`
	}
	switch err := json.Unmarshal(raw, &head); {
	case err != nil || head.ErrCode == nil:
		return errRubbish
	case *head.ErrCode != 0:
		return &apiError{*head.ErrCode, head.ErrMsg}
	case json.Unmarshal(raw, answer) != nil:
		return errRubbish
	}
	return nil
}
