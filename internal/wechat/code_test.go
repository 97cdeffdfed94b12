package wechat_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"strings"
	"testing"

	"yimi/internal/fault"
	"yimi/internal/wechat"
	"yimi/internal/wechat/wechattest"
)

func TestCodeIsAPicture(t *testing.T) {
	t.Parallel()
	srv := start(t)
	c := client(srv)
	for _, x := range []struct {
		ask           wechat.CodeRequest
		version, kind string
		side          int
		check         bool
	}{
		{wechat.CodeRequest{Scene: "a=7", Page: "pages/activity"}, "release", "image/jpeg", 430, true},
		{wechat.CodeRequest{Scene: "a=7", Page: "/pages/activity", State: wechat.Formal, Width: 280}, "release", "image/jpeg", 280, true},
		{wechat.CodeRequest{Scene: "s=7&t=1", State: wechat.Trial, Width: 1280}, "trial", "image/jpeg", 1280, false},
		{wechat.CodeRequest{Scene: strings.Repeat("x", 32), State: wechat.Developer, Transparent: true}, "develop", "image/png", 430, false},
	} {
		srv.Reset()
		got, err := c.Code(t.Context(), x.ask)
		if err != nil {
			t.Errorf("%+v: %v", x.ask, err)
			continue
		}
		size, format, err := image.DecodeConfig(bytes.NewReader(got.Bytes))
		if err != nil || got.Type != x.kind || "image/"+format != x.kind || size.Width != x.side || http.DetectContentType(got.Bytes) != x.kind {
			t.Errorf("%+v: %s, %s of %d, %v", x.ask, got.Type, format, size.Width, err)
		}
		asked := srv.Codes()
		if len(asked) != 1 || asked[0].Scene != x.ask.Scene || asked[0].Version != x.version || *asked[0].Check != x.check ||
			asked[0].Page != strings.TrimPrefix(x.ask.Page, "/") {
			t.Errorf("%+v: asked %+v", x.ask, asked)
		}
	}
}

func TestEverySceneCharacterThatWeChatNames(t *testing.T) {
	t.Parallel()
	srv := start(t)
	c := client(srv)
	for _, scene := range []string{"0123456789ABCDEFGHIJKLMNOPQRSTUV", "WXYZabcdefghijklmnopqrstuvwxyz", "!#$&'()*+,/:;=?@-._~"} {
		if _, err := c.Code(t.Context(), wechat.CodeRequest{Scene: scene}); err != nil {
			t.Errorf("%s: %v", scene, err)
		}
	}
	calls := srv.Calls(wechattest.PathCode)
	for _, scene := range []string{"", strings.Repeat("x", 33), "a b", "a%20", "活动", `a"b`, "a\\b", "a\n", "a<b>", "é"} {
		_, err := c.Code(t.Context(), wechat.CodeRequest{Scene: scene})
		wantFault(t, err, fault.Unprocessable, "wechat_scene_invalid")
	}
	for _, ask := range []wechat.CodeRequest{
		{Scene: "a", Page: "pages/x?a=1"}, {Scene: "a", Page: "页"}, {Scene: "a", Width: 279}, {Scene: "a", Width: 1281},
		{Scene: "a", Width: -1}, {Scene: "a", State: "release"},
	} {
		_, err := c.Code(t.Context(), ask)
		wantFault(t, err, fault.Unprocessable, "wechat_scene_invalid")
	}
	if srv.Calls(wechattest.PathCode) != calls {
		t.Error("a wrong request reached WeChat")
	}
}

func TestEachErrorCodeOfCodes(t *testing.T) {
	t.Parallel()
	for errcode, want := range map[int]struct {
		kind fault.Kind
		code string
		log  string
	}{
		40129: {fault.Unprocessable, "wechat_scene_invalid", "does not accept"},
		40169: {fault.Unprocessable, "wechat_scene_invalid", "does not accept"},
		40097: {fault.Unprocessable, "wechat_scene_invalid", "does not accept"},
		41030: {fault.Unprocessable, "wechat_page_missing", "publish it"},
		45009: {fault.TooMany, "wechat_too_often", ""},
		45011: {fault.TooMany, "wechat_too_often", ""},
		-1:    {fault.Unavailable, "wechat_unavailable", ""},
	} {
		t.Run(fmt.Sprint(errcode), func(t *testing.T) {
			t.Parallel()
			srv := start(t)
			srv.BehaveAt(wechattest.PathCode, wechattest.Manner{ErrCode: errcode})
			c, log := logged(srv)
			got, err := c.Code(t.Context(), wechat.CodeRequest{Scene: "a=7"})
			wantFault(t, err, want.kind, want.code, private(srv)...)
			wantLog(t, log, want.log)
			if got.Bytes != nil {
				t.Error("refused, yet a picture")
			}
		})
	}
}

// A picture that is too large, in bytes or in pixels, is none of WeChat's.
func TestOversizedPicturesAreRefused(t *testing.T) {
	t.Parallel()
	srv := start(t)
	drawn := func(width, height int) string {
		var b bytes.Buffer
		if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	for name, body := range map[string]string{
		"wide":    drawn(2001, 280),
		"high":    drawn(280, 2001),
		"bytes":   drawn(280, 280) + strings.Repeat("\x00", 2<<20),
		"endless": drawn(280, 280) + strings.Repeat("\x00", 5<<20),
	} {
		srv.BehaveAt(wechattest.PathCode, wechattest.Manner{Body: body})
		_, err := client(srv).Code(t.Context(), wechat.CodeRequest{Scene: "a=7"})
		if err == nil {
			t.Errorf("%s: taken", name)
			continue
		}
		wantFault(t, err, fault.Unavailable, "wechat_unavailable")
	}
}
