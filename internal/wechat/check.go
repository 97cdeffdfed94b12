package wechat

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/silenceper/wechat/v2/miniprogram/security"
)

// maxText is the longest text that WeChat checks, in characters.
const maxText = 2500

// Scene is where a text or a picture is to appear.
type Scene uint8

// The scenes that WeChat knows.
const (
	Profile Scene = 1 // names, descriptions of oneself
	Comment Scene = 2 // ratings, messages on a request
	Forum   Scene = 3 // what many read: activities, stories
	Log     Scene = 4
)

// Finding is what WeChat thinks of a text or a picture.
type Finding string

// The findings.
const (
	Pass      Finding = "pass"
	Review    Finding = "review"    // a person must look
	Risky     Finding = "risky"     // do not show it
	Unchecked Finding = "unchecked" // a picture that WeChat could not fetch or read: ask again, or let a person look
)

// Verdict is a finding and its reason.
type Verdict struct {
	Finding Finding
	Label   string // in Chinese, for staff: 广告, 色情, …; empty when it passed
}

// TextCheck is a text to check. The person must have opened the mini-program within two hours.
type TextCheck struct {
	OpenID string
	Scene  Scene
	Text   string // at most 2,500 characters
}

// checkRefusals are those of https://developers.weixin.qq.com/miniprogram/dev/server/API/sec-center/sec-check/api_msgseccheck
// and of its neighbour api_mediacheckasync.
var checkRefusals = map[int64]refusal{
	61010: {errAway, ""}, // the person has not opened the mini-program within two hours
	40003: {errCheckRejected, ""},
	40129: {errCheckRejected, adviceBug}, // no such scene
	47001: {errCheckRejected, adviceBug},
	44991: {errTooOften, ""},
}

var errBadCheck = errors.New("a check needs an openid and a scene from 1 to 4")

// CheckText asks WeChat about a text (msgSecCheck, version 2). Nothing to see is
// passed without asking. Every error holds a *fault.Error, and neither the person
// nor the text; an error is not a verdict: what then, the caller decides.
func (c *Client) CheckText(ctx context.Context, t TextCheck) (Verdict, error) {
	switch {
	case !idPattern.MatchString(t.OpenID) || t.Scene < Profile || t.Scene > Log:
		return Verdict{}, errCheckRejected.Because(errBadCheck)
	case utf8.RuneCountInString(t.Text) > maxText:
		return Verdict{}, errTextTooLong
	case strings.TrimSpace(t.Text) == "":
		return Verdict{Finding: Pass}, nil
	}
	var answer security.MsgCheckResponse
	f := c.call(ctx, []string{t.OpenID, t.Text}, func(ctx context.Context) (err error) {
		answer, err = c.checks.MsgCheckContext(ctx, &security.MsgCheckRequest{
			OpenID: t.OpenID, Scene: security.MsgScene(t.Scene), Content: t.Text,
		})
		return err
	})
	switch {
	case f != nil && f.code == 87014: // version 1's word for risky
		return Verdict{Finding: Risky}, nil
	case f != nil:
		return Verdict{}, c.refused(ctx, checkRefusals, f)
	}
	return verdict(answer.Result.Suggest, answer.Result.Label)
}

func verdict(suggest security.CheckSuggest, label security.CheckLabel) (Verdict, error) {
	switch suggest {
	case security.CheckSuggestPass:
		return Verdict{Finding: Pass}, nil
	case security.CheckSuggestReview:
		return Verdict{Finding: Review, Label: label.String()}, nil
	case security.CheckSuggestRisky:
		return Verdict{Finding: Risky, Label: label.String()}, nil
	}
	return Verdict{}, errUnavailable.Because(errRubbish)
}
