package wechat_test

import (
	"fmt"
	"strings"
	"testing"

	"yimi/internal/fault"
	"yimi/internal/wechat"
	"yimi/internal/wechat/wechattest"
)

func TestVerdictsOnTexts(t *testing.T) {
	t.Parallel()
	srv := start(t)
	c := client(srv)
	for text, want := range map[string]wechat.Verdict{
		words: {Finding: wechat.Pass},
		"前面" + wechattest.RiskyText + "后面":    {Finding: wechat.Risky, Label: "欺诈"},
		wechattest.ReviewText:                 {Finding: wechat.Review, Label: "辱骂"},
		strings.Repeat("长", 2500):             {Finding: wechat.Pass},
		strings.Repeat("🌊", 2500):             {Finding: wechat.Pass},
		`<b>"quoted" & 'single'</b>` + "\n\t": {Finding: wechat.Pass},
	} {
		srv.Reset()
		got, err := c.CheckText(t.Context(), wechat.TextCheck{OpenID: wang, Scene: wechat.Forum, Text: text})
		if err != nil || got != want {
			t.Errorf("%.20s: %+v, %v", text, got, err)
		}
		if asked := srv.Texts(); len(asked) != 1 || asked[0].OpenID != wang || asked[0].Scene != 3 || asked[0].Text != text {
			t.Errorf("%.20s: WeChat was asked %d times", text, len(asked))
		}
	}
	// Version 1's way to say risky.
	srv.BehaveAt(wechattest.PathText, wechattest.Manner{ErrCode: 87014})
	if got, err := c.CheckText(t.Context(), wechat.TextCheck{OpenID: wang, Scene: 1, Text: "x"}); err != nil || got.Finding != wechat.Risky {
		t.Errorf("87014: %+v, %v", got, err)
	}
}

func TestTextsThatAreNotAskedAbout(t *testing.T) {
	t.Parallel()
	srv := start(t)
	c := client(srv)
	for _, x := range []struct {
		check wechat.TextCheck
		code  string
	}{
		{wechat.TextCheck{OpenID: wang, Scene: 1, Text: strings.Repeat("长", 2501)}, "wechat_text_too_long"},
		{wechat.TextCheck{OpenID: "", Scene: 1, Text: "x"}, "wechat_check_invalid"},
		{wechat.TextCheck{OpenID: wang, Scene: 0, Text: "x"}, "wechat_check_invalid"},
		{wechat.TextCheck{OpenID: wang, Scene: 5, Text: "x"}, "wechat_check_invalid"},
	} {
		got, err := c.CheckText(t.Context(), x.check)
		wantFault(t, err, fault.Unprocessable, x.code, wang)
		if got.Finding != "" {
			t.Errorf("a refusal is no verdict: %+v", got)
		}
	}
	for _, nothing := range []string{"", " \n\t　"} {
		if got, err := c.CheckText(t.Context(), wechat.TextCheck{OpenID: wang, Scene: 1, Text: nothing}); err != nil || got.Finding != wechat.Pass {
			t.Errorf("%q: %+v, %v", nothing, got, err)
		}
	}
	if srv.Calls(wechattest.PathText)+srv.Calls(wechattest.PathToken) != 0 {
		t.Error("WeChat was asked")
	}
}

func TestEachErrorCodeOfChecks(t *testing.T) {
	t.Parallel()
	for errcode, want := range map[int]struct {
		kind fault.Kind
		code string
		log  string
	}{
		61010: {fault.Unprocessable, "wechat_away_too_long", ""},
		40003: {fault.Unprocessable, "wechat_check_invalid", ""},
		40129: {fault.Unprocessable, "wechat_check_invalid", "does not accept"},
		47001: {fault.Unprocessable, "wechat_check_invalid", "does not accept"},
		44991: {fault.TooMany, "wechat_too_often", ""},
		45009: {fault.Unavailable, "wechat_unavailable", "quota"},
		-1:    {fault.Unavailable, "wechat_unavailable", ""},
	} {
		for _, call := range calls[3:] {
			t.Run(fmt.Sprint(call.name, errcode), func(t *testing.T) {
				t.Parallel()
				srv := start(t)
				srv.BehaveAt(call.path, wechattest.Manner{ErrCode: errcode})
				c, log := logged(srv)
				wantFault(t, call.do(t.Context(), c), want.kind, want.code, private(srv)...)
				wantLog(t, log, want.log, private(srv)...)
			})
		}
	}
}
