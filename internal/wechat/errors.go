package wechat

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"yimi/internal/fault"
)

// What a login can be refused with. errSettings shares its code with
// errUnavailable: to the phone it is the same, only the advice differs.
var (
	errCodeInvalid = fault.New(fault.Unauthenticated, "wechat_code_invalid", "微信登录凭证无效或已过期，请重新登录")
	errTooOften    = fault.New(fault.TooMany, "wechat_too_often", "登录太频繁了，请过一分钟再试")
	errBlocked     = fault.New(fault.Forbidden, "wechat_user_blocked", "微信认为这个账号有风险，暂时不能登录，请联系社工站工作人员")
	errUnavailable = fault.New(fault.Unavailable, "wechat_unavailable", "微信暂时没有回应，请稍后再试")
	errSettings    = fault.New(fault.Unavailable, "wechat_unavailable", "微信登录暂时不能使用，请联系社工站工作人员")
)

// refusals maps WeChat's error codes.
// https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-login/code2Session.html
var refusals = map[int64]*fault.Error{
	-1:    errUnavailable, // WeChat is busy
	40029: errCodeInvalid, // no such code, or it ran out
	40163: errCodeInvalid, // the code was used before
	40226: errBlocked,     // a high-risk person
	45011: errTooOften,    // over 100 a minute for one person
	40013: errSettings,    // no such app id
	40125: errSettings,    // wrong secret
	41002: errSettings,    // no app id given
	41004: errSettings,    // no secret given
}

var errRubbish = errors.New("the answer is not one WeChat gives")

// apiError is an error answer of WeChat's.
type apiError struct {
	code int64
	msg  string
}

func (e *apiError) Error() string { return fmt.Sprintf("errcode %d: %.200s", e.code, e.msg) }

// redacted is an error whose text is safe to log. It does not unwrap to the
// error it came from, whose text is not; only the end of a context is kept.
type redacted struct {
	text string
	end  error // context.Canceled, context.DeadlineExceeded or nil
}

func (e *redacted) Error() string { return e.text }
func (e *redacted) Unwrap() error { return e.end }

// secretParams are the query parameters that must not reach a log.
var secretParams = regexp.MustCompile(`(?i)\b(secret|appsecret|js_code|access_token|session_key)=[^&\s"']*`)

// redact takes the secret and the given words out of an error of the library:
// its network errors carry the whole URL.
func (c *Client) redact(err error, words ...string) error {
	text := secretParams.ReplaceAllString(err.Error(), "$1=***")
	for _, w := range append(words, c.secret) {
		// A word of a few letters would blot out half the text, and hides nothing.
		if len(w) < 6 {
			continue
		}
		text = strings.ReplaceAll(text, w, "***")
		text = strings.ReplaceAll(text, url.QueryEscape(w), "***")
	}
	return &redacted{text: text, end: endOf(err)}
}

func endOf(err error) error {
	for _, end := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, end) {
			return end
		}
	}
	return nil
}
