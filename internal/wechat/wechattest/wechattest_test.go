package wechattest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"yimi/internal/wechat/wechattest"
)

// ask calls the endpoint as WeChat documents it, without any library.
func ask(t *testing.T, srv *wechattest.Server, change url.Values) map[string]any {
	t.Helper()
	q := url.Values{
		"appid": {srv.AppID}, "secret": {srv.Secret},
		"js_code": {"demo-wang"}, "grant_type": {"authorization_code"},
	}
	for k, v := range change {
		q[k] = v
	}
	res, err := http.Get(srv.URL + "/sns/jscode2session?" + q.Encode())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	var answer map[string]any
	if err != nil || res.StatusCode != http.StatusOK || json.Unmarshal(body, &answer) != nil {
		t.Fatalf("status %d, %v: %s", res.StatusCode, err, body)
	}
	return answer
}

func TestAnswersAreWeChats(t *testing.T) {
	t.Parallel()
	srv := wechattest.Start()
	t.Cleanup(srv.Close)
	good := ask(t, srv, nil)
	for field, length := range map[string]int{"openid": 28, "unionid": 28, "session_key": 24} {
		if s, _ := good[field].(string); len(s) != length {
			t.Errorf("%s: %q, want %d characters", field, s, length)
		}
	}
	if _, ok := good["errcode"]; ok {
		t.Error("a good answer has no errcode")
	}
	for errcode, change := range map[float64]url.Values{
		40013: {"appid": {"wxother"}},
		40125: {"secret": {"wrong"}},
		40002: {"grant_type": {"client_credential"}},
		40029: {"js_code": {"stranger"}},
	} {
		got := ask(t, srv, change)
		if msg, _ := got["errmsg"].(string); got["errcode"] != errcode || !strings.Contains(msg, ", rid: ") || got["openid"] != nil {
			t.Errorf("want errcode %v, got %v", errcode, got)
		}
	}
	if res := ask(t, srv, url.Values{"js_code": {"demo-"}}); res["errcode"] != 40029.0 {
		t.Errorf("nobody's code: %v", res)
	}
}

func TestIDsAreStable(t *testing.T) {
	t.Parallel()
	// Demo data refers to people by these; a change here cuts them off from it.
	if got := wechattest.OpenID(wechattest.DefaultAppID, "wang"); got != "oD39-rbY1rfX8VBWwqEQUanmip42" {
		t.Errorf("openid %s", got)
	}
	if wechattest.OpenID("wxa", "wang") == wechattest.OpenID("wxb", "wang") {
		t.Error("one openid in two apps")
	}
	if got := wechattest.UnionID("wang"); got != "oHIY7N6ricLMun2dGmUCJOi77CwW" {
		t.Errorf("unionid %s", got)
	}
}
