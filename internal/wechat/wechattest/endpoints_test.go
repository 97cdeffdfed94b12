package wechattest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"image"
	_ "image/jpeg"
	"io"
	"net/http"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"yimi/internal/wechat/wechattest"
)

var wang = wechattest.OpenID(wechattest.DefaultAppID, "wang")

func start(t *testing.T, opts ...wechattest.Option) *wechattest.Server {
	t.Helper()
	srv := wechattest.Start(opts...)
	t.Cleanup(srv.Close)
	return srv
}

type object = map[string]any

// post calls an endpoint as WeChat documents it, without any library.
func post(t *testing.T, address string, body any) (*http.Response, []byte) {
	t.Helper()
	raw, ok := body.(string)
	if !ok {
		b, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		raw = string(b)
	}
	res, err := http.Post(address, "application/json", strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("status %d, %v", res.StatusCode, err)
	}
	return res, answer
}

func tokenOf(t *testing.T, srv *wechattest.Server, force bool) string {
	t.Helper()
	_, raw := post(t, srv.URL+wechattest.PathToken, object{"grant_type": "client_credential", "appid": srv.AppID, "secret": srv.Secret, "force_refresh": force})
	var answer struct {
		Token   string `json:"access_token"`
		Expires int    `json:"expires_in"`
	}
	if json.Unmarshal(raw, &answer) != nil || answer.Token == "" || answer.Expires < 7100 || answer.Expires > 7200 {
		t.Fatalf("%s", raw)
	}
	return answer.Token
}

func errcodeOf(t *testing.T, raw []byte) int {
	t.Helper()
	var answer struct {
		ErrCode *int   `json:"errcode"`
		ErrMsg  string `json:"errmsg"`
	}
	if json.Unmarshal(raw, &answer) != nil || answer.ErrCode == nil || answer.ErrMsg == "" {
		t.Fatalf("%s", raw)
	}
	if *answer.ErrCode != 0 && !strings.Contains(answer.ErrMsg, ", rid: ") {
		t.Errorf("WeChat gives a rid: %s", raw)
	}
	return *answer.ErrCode
}

func message(change func(object, object)) object {
	data := object{"thing1": object{"value": "助浴上门"}, "phrase2": object{"value": "已通过"}, "time3": object{"value": "2025年3月5日 09:30"}}
	m := object{"touser": wang, "template_id": "tmpl-1", "page": "pages/x?id=1", "data": data, "miniprogram_state": "formal", "lang": "zh_CN"}
	if change != nil {
		change(m, data)
	}
	return m
}

func value(key, v string) func(object, object) {
	return func(_, data object) { data[key] = object{"value": v} }
}

func field(key string, v any) func(object, object) {
	return func(m, _ object) { m[key] = v }
}

func TestEachEndpointsErrorCodes(t *testing.T) {
	t.Parallel()
	srv := start(t)
	token := "?access_token=" + tokenOf(t, srv, false)
	text := func(change ...any) object {
		o := object{"openid": wang, "scene": 2, "version": 2, "content": "x"}
		for i := 0; i < len(change); i += 2 {
			o[change[i].(string)] = change[i+1]
		}
		return o
	}
	for _, x := range []struct {
		path string
		body any
		want int
	}{
		{wechattest.PathToken, object{"grant_type": "password", "appid": srv.AppID, "secret": srv.Secret}, 40002},
		{wechattest.PathToken, object{"grant_type": "client_credential", "appid": "wxother", "secret": srv.Secret}, 40013},
		{wechattest.PathToken, object{"grant_type": "client_credential", "appid": srv.AppID, "secret": "wrong"}, 40125},
		{wechattest.PathToken, "no json", 47001},
		{wechattest.PathPhone, object{"code": "demo-phone-wang"}, 0},
		{wechattest.PathPhone, object{"code": "demo-phone-"}, 40029},
		{wechattest.PathPhone, object{"code": "demo-wang"}, 40029},
		{wechattest.PathPhone, object{"code": "once-phone-1-wang"}, 0},
		{wechattest.PathPhone, object{"code": "once-phone-1-wang"}, 40029},
		{wechattest.PathPhone, object{"code": "once-phone-wang"}, 40029},
		{wechattest.PathPhone, "[]", 47001},
		{wechattest.PathSend, message(nil), 0},
		{wechattest.PathSend, message(field("touser", "demo-volunteer")), 0},
		{wechattest.PathSend, message(field("touser", "stranger")), 40003},
		{wechattest.PathSend, message(field("touser", "")), 40003},
		{wechattest.PathSend, message(field("template_id", "")), 40037},
		{wechattest.PathSend, message(field("page", "/pages/x")), 41030},
		{wechattest.PathSend, message(field("miniprogram_state", "release")), 47003},
		{wechattest.PathSend, message(field("data", object{})), 47003},
		{wechattest.PathSend, message(value("thing1", strings.Repeat("长", 21))), 47003},
		{wechattest.PathSend, message(value("thing1", "")), 47003},
		{wechattest.PathSend, message(value("thing1", "a\nb")), 47003},
		{wechattest.PathSend, message(value("phrase2", "六个汉字太长")), 47003},
		{wechattest.PathSend, message(value("phrase2", "-")), 47003},
		{wechattest.PathSend, message(value("time3", "明天")), 47003},
		{wechattest.PathSend, message(value("number4", "3 小时")), 47003},
		{wechattest.PathSend, message(value("character_string4", "编号")), 47003},
		{wechattest.PathSend, message(value("name4", "林晓雯一二三四五六七八")), 47003},
		{wechattest.PathSend, message(value("note", "x")), 47003},
		{wechattest.PathSend, "", 47001},
		{wechattest.PathCode, object{"scene": ""}, 40169},
		{wechattest.PathCode, object{"scene": strings.Repeat("a", 33)}, 40169},
		{wechattest.PathCode, object{"scene": "a b"}, 40129},
		{wechattest.PathCode, object{"scene": "a", "page": "/pages/x"}, 41030},
		{wechattest.PathCode, object{"scene": "a", "page": "pages/x?id=1"}, 41030},
		{wechattest.PathCode, object{"scene": "a", "env_version": "formal"}, 40097},
		{wechattest.PathCode, object{"scene": "a", "width": 100}, 47001},
		{wechattest.PathText, text(), 0},
		{wechattest.PathText, text("version", 1), 47001},
		{wechattest.PathText, text("scene", 5), 40129},
		{wechattest.PathText, text("openid", "x"), 40003},
		{wechattest.PathText, text("content", ""), 47001},
		{wechattest.PathText, text("content", strings.Repeat("长", 2501)), 47001},
	} {
		_, raw := post(t, srv.URL+x.path+token, x.body)
		if got := errcodeOf(t, raw); got != x.want {
			t.Errorf("%s %v: %d, want %d", x.path, x.body, got, x.want)
		}
	}
}

func TestCallsNeedThePresentToken(t *testing.T) {
	t.Parallel()
	srv := start(t)
	call := func(token string) int {
		address := srv.URL + wechattest.PathPhone
		if token != "" {
			address += "?access_token=" + token
		}
		_, raw := post(t, address, object{"code": "demo-phone-wang"})
		return errcodeOf(t, raw)
	}
	first := tokenOf(t, srv, false)
	if again := tokenOf(t, srv, false); again != first || srv.Token() != first || srv.Tokens() != 1 {
		t.Error("a stable token changed")
	}
	for token, want := range map[string]int{first: 0, "": 41001, "99_made-up": 40001} {
		if got := call(token); got != want {
			t.Errorf("%q: %d, want %d", token, got, want)
		}
	}
	srv.EndToken(42001)
	second := tokenOf(t, srv, false)
	if second == first || call(first) != 42001 || call(second) != 0 {
		t.Error("after its end")
	}
	third := tokenOf(t, srv, true)
	if third == second || call(second) != 40001 || call(third) != 0 || srv.Tokens() != 3 {
		t.Error("after a forced one")
	}
}

func TestRecordsTellWhatWasAskedOfWhom(t *testing.T) {
	t.Parallel()
	srv := start(t)
	token := "?access_token=" + tokenOf(t, srv, false)
	post(t, srv.URL+wechattest.PathSend+token, message(nil))
	post(t, srv.URL+wechattest.PathSend+token, message(field("touser", "demo-staff")))
	post(t, srv.URL+wechattest.PathSend+token, message(field("touser", "nobody")))
	post(t, srv.URL+wechattest.PathText+token, object{"openid": wang, "scene": 2, "version": 2, "content": wechattest.ReviewText})
	res, raw := post(t, srv.URL+wechattest.PathCode+token, object{"scene": "a=7"})
	if size, kind, err := image.DecodeConfig(bytes.NewReader(raw)); err != nil || kind != "jpeg" || size.Width != 430 || res.Header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("%s of %d, %v", kind, size.Width, err)
	}
	if sent := srv.Sent(); len(sent) != 2 || sent[0].OpenID != wang || sent[0].Data["thing1"] != "助浴上门" || sent[0].State != "formal" ||
		time.Since(sent[0].At) > time.Minute || len(srv.SentTo("demo-staff")) != 1 {
		t.Errorf("%+v", sent)
	}
	if got := srv.Texts(); len(got) != 1 || got[0].Text != wechattest.ReviewText || got[0].Suggest != "review" || got[0].Scene != 2 {
		t.Errorf("%+v", got)
	}
	if got := srv.Codes(); len(got) != 1 || got[0].Scene != "a=7" {
		t.Errorf("%+v", got)
	}
	if srv.Calls(wechattest.PathSend) != 3 {
		t.Errorf("%d calls", srv.Calls(wechattest.PathSend))
	}
	srv.Reset()
	if len(srv.Sent())+len(srv.Texts())+len(srv.Codes())+srv.Calls(wechattest.PathSend) != 0 || srv.Token() == "" {
		t.Error("not forgotten, or too much")
	}
}

func TestDrawnCodesDiffer(t *testing.T) {
	t.Parallel()
	srv := start(t)
	token := "?access_token=" + tokenOf(t, srv, false)
	_, a := post(t, srv.URL+wechattest.PathCode+token, object{"scene": "a=7"})
	_, again := post(t, srv.URL+wechattest.PathCode+token, object{"scene": "a=7"})
	_, b := post(t, srv.URL+wechattest.PathCode+token, object{"scene": "a=8"})
	if !bytes.Equal(a, again) || bytes.Equal(a, b) {
		t.Error("a scene has one code, and another scene another")
	}
}

func TestMannersAtOneEndpointAndForSoManyCalls(t *testing.T) {
	t.Parallel()
	srv := start(t)
	token := "?access_token=" + tokenOf(t, srv, false)
	phone := func() int {
		_, raw := post(t, srv.URL+wechattest.PathPhone+token, object{"code": "demo-phone-wang"})
		return errcodeOf(t, raw)
	}
	send := func() int {
		_, raw := post(t, srv.URL+wechattest.PathSend+token, message(nil))
		return errcodeOf(t, raw)
	}
	srv.BehaveAt(wechattest.PathPhone, wechattest.Manner{ErrCode: 40029, Times: 2})
	if a, b, c := phone(), phone(), phone(); a != 40029 || b != 40029 || c != 0 {
		t.Errorf("twice: %d, %d, %d", a, b, c)
	}
	srv.Behave(wechattest.Manner{ErrCode: -1, Times: 2})
	if a, b, c := phone(), send(), send(); a != -1 || b != -1 || c != 0 {
		t.Errorf("everywhere twice: %d, %d, %d", a, b, c)
	}
	srv.Behave(wechattest.Manner{ErrCode: -1})
	srv.BehaveAt(wechattest.PathSend, wechattest.Manner{ErrCode: 43101})
	if a, b := phone(), send(); a != -1 || b != 43101 {
		t.Errorf("each its own: %d, %d", a, b)
	}
	srv.Behave(wechattest.Manner{})
	srv.BehaveAt(wechattest.PathSend, wechattest.Manner{})
	if a, b := phone(), send(); a != 0 || b != 0 {
		t.Errorf("well again: %d, %d", a, b)
	}
}

// What a lost answer was to has happened all the same.
func TestLostAnswerIsToADeed(t *testing.T) {
	t.Parallel()
	srv := start(t)
	token := "?access_token=" + tokenOf(t, srv, false)
	srv.BehaveAt(wechattest.PathSend, wechattest.Manner{Lose: true})
	body, _ := json.Marshal(message(nil))
	if res, err := http.Post(srv.URL+wechattest.PathSend+token, "application/json", bytes.NewReader(body)); err == nil {
		_ = res.Body.Close()
		t.Error("there was an answer")
	}
	if len(srv.Sent()) != 1 {
		t.Error("it did not happen")
	}
}

func TestDownAndUpAtTheSameAddress(t *testing.T) {
	t.Parallel()
	srv := start(t)
	token := tokenOf(t, srv, false)
	for range 3 {
		srv.Down()
		if res, err := http.Get(srv.URL); !errors.Is(err, syscall.ECONNREFUSED) {
			if err == nil {
				_ = res.Body.Close()
			}
			t.Errorf("down, yet %v", err)
		}
		srv.Up()
		if tokenOf(t, srv, false) != token {
			t.Error("it forgot its token")
		}
	}
}

func TestNumbersAreMadeUpAndStable(t *testing.T) {
	t.Parallel()
	if got := wechattest.Phone("wang"); !regexp.MustCompile(`^1990000[0-9]{4}$`).MatchString(got) || got != wechattest.Phone("wang") || got == wechattest.Phone("li") {
		t.Error(got)
	}
}
