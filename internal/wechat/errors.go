package wechat

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/silenceper/wechat/v2/util"

	"yimi/internal/fault"
)

// What a call can be refused with. errSettings shares its code with
// errUnavailable: to the phone it is the same, only the advice differs.
var (
	errCodeInvalid   = fault.New(fault.Unauthenticated, "wechat_code_invalid", "微信登录凭证无效或已过期，请重新登录")
	errTooOften      = fault.New(fault.TooMany, "wechat_too_often", "操作太频繁了，请过一分钟再试")
	errBlocked       = fault.New(fault.Forbidden, "wechat_user_blocked", "微信认为这个账号有风险，暂时不能登录，请联系社工站工作人员")
	errUnavailable   = fault.New(fault.Unavailable, "wechat_unavailable", "微信暂时没有回应，请稍后再试")
	errSettings      = fault.New(fault.Unavailable, "wechat_unavailable", "微信的这项功能暂时不能使用，请联系社工站工作人员")
	errPhoneCode     = fault.New(fault.Unprocessable, "wechat_phone_code_invalid", "手机号授权已失效，请再点一次获取手机号，或者自己填写")
	errMessage       = fault.New(fault.Unprocessable, "wechat_message_broken", "这条微信消息发不出去，请联系社工站工作人员")
	errNoCredit      = fault.New(fault.Conflict, "wechat_message_refused", "对方没有订阅这类消息，或者订阅次数用完了，请在消息中心查看")
	errScene         = fault.New(fault.Unprocessable, "wechat_scene_invalid", "小程序码的参数不合适，请联系社工站工作人员")
	errPage          = fault.New(fault.Unprocessable, "wechat_page_missing", "这个页面还没有在小程序里发布，请先发布小程序")
	errAway          = fault.New(fault.Unprocessable, "wechat_away_too_long", "离上次打开小程序太久了，请重新打开小程序再提交")
	errTextTooLong   = fault.New(fault.Unprocessable, "wechat_text_too_long", "文字太长了，请控制在 2500 字以内")
	errCheckRejected = fault.New(fault.Unprocessable, "wechat_check_invalid", "这些内容没法送去审核，请联系社工站工作人员")
)

// refusal is what an error code of WeChat's becomes: what the person is told, and
// what the operator is, for those that only the operator can mend.
type refusal struct {
	fault  *fault.Error
	advice string
}

const (
	adviceApp   = "settings fault: WeChat does not accept the app id or its secret; check wechat.app_id and wechat.secret"
	adviceIP    = "settings fault: this server's address is not on the IP whitelist of the back office"
	adviceRight = "settings fault: the mini-program has no right to this call; see docs/wechat.md"
	adviceQuota = "the quota of this call is used up until WeChat's next day"
	adviceToken = "WeChat refuses a token that it has just given out; check wechat.app_id and wechat.secret"
	adviceBug   = "WeChat does not accept what this program asks for"
)

// general are the codes that any call can be answered with.
// https://developers.weixin.qq.com/miniprogram/dev/server/API/mp-access-token/api_getstableaccesstoken
var general = map[int64]refusal{
	-1:    {errUnavailable, ""}, // WeChat is busy
	40001: {errUnavailable, adviceToken},
	40014: {errUnavailable, adviceToken},
	42001: {errUnavailable, adviceToken},
	45009: {errUnavailable, adviceQuota},
	45011: {errTooOften, ""},
	40013: {errSettings, adviceApp}, // no such app id
	40125: {errSettings, adviceApp}, // wrong secret
	41002: {errSettings, adviceApp}, // no app id given
	41004: {errSettings, adviceApp}, // no secret given
	40164: {errSettings, adviceIP},
	48001: {errSettings, adviceRight},
	50007: {errSettings, "settings fault: WeChat has frozen the mini-program"},
}

// loginRefusals are those of https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-login/code2Session.html
var loginRefusals = map[int64]refusal{
	40029: {errCodeInvalid, ""}, // no such code, or it ran out
	40163: {errCodeInvalid, ""}, // the code was used before
	40226: {errBlocked, ""},     // a high-risk person
}

var errRubbish = errors.New("the answer is not one WeChat gives")

// refused turns a failure into a refusal, and tells the operator of what only the operator can mend.
func (c *Client) refused(ctx context.Context, special map[int64]refusal, f *failure) *fault.Error {
	if f.code == 0 {
		return errUnavailable.Because(f.cause)
	}
	r, known := special[f.code]
	if !known {
		r, known = general[f.code]
	}
	if !known {
		r = refusal{errUnavailable, "an error code this program does not know"}
	}
	if r.advice != "" {
		c.log.ErrorContext(ctx, "wechat: "+r.advice, "error", f.cause)
	}
	return r.fault.Because(f.cause)
}

// failed makes a failure of an error of the library's or our own.
func (c *Client) failed(err error, left bool, hidden ...string) *failure {
	f := &failure{left: left}
	var own *apiError
	var theirs *util.CommonError
	if errors.As(err, &theirs) {
		err = &apiError{theirs.ErrCode, theirs.ErrMsg}
	}
	if errors.As(err, &own) {
		f.code = own.code
	}
	var status statusError
	if errors.As(err, &status) {
		f.status = int(status)
	}
	f.cause = c.redact(err, hidden...)
	return f
}

// apiError is an error answer of WeChat's.
type apiError struct {
	code int64
	msg  string
}

func (e *apiError) Error() string { return fmt.Sprintf("errcode %d: %s", e.code, e.msg) }

// redacted is an error whose text is safe to log. It does not unwrap to the
// error it came from, whose text is not; only the end of a context is kept.
type redacted struct {
	text string
	end  error // context.Canceled, context.DeadlineExceeded or nil
}

func (e *redacted) Error() string { return e.text }
func (e *redacted) Unwrap() error { return e.end }

// secretParams are the query parameters that must not reach a log.
var secretParams = regexp.MustCompile(`(?i)\b(secret|appsecret|js_code|access_token|session_key|openid)=[^&\s"']*`)

// oddNumbers are what encoding/json says of a number that does not fit: it could be anybody's.
var oddNumbers = regexp.MustCompile(`(cannot unmarshal number )\S+`)

// foreign is what no error of WeChat's or the library's has, but words that people write do.
var foreign = regexp.MustCompile(`[^\x00-\x7f]+`)

// redact takes the secret and the given words out of an error of the library:
// its network errors carry the whole URL.
func (c *Client) redact(err error, words ...string) error {
	text := secretParams.ReplaceAllString(err.Error(), "$1=***")
	text = oddNumbers.ReplaceAllString(text, "$1***")
	for _, w := range append(words, c.secret) {
		// A word of a few letters would blot out half the text, and hides nothing.
		if len(w) < 6 {
			continue
		}
		for _, form := range []string{w, url.QueryEscape(w), strings.Trim(strconv.Quote(w), `"`)} {
			text = strings.ReplaceAll(text, form, "***")
		}
	}
	text = foreign.ReplaceAllString(text, "*")
	// Cut only now: half a secret would not have been found.
	return &redacted{text: fmt.Sprintf("%.300s", text), end: endOf(err)}
}

func endOf(err error) error {
	for _, end := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, end) {
			return end
		}
	}
	return nil
}
