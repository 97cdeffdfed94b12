package wechat_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"yimi/internal/wechat"
	"yimi/internal/wechat/wechattest"
)

const (
	pushToken = "the-push-token"
	pushKey   = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
)

func pushClient(srv *wechattest.Server) (*wechat.Client, *safeBuffer) {
	return logged(srv, func(cfg *wechat.Config) { cfg.PushToken, cfg.PushKey = pushToken, pushKey })
}

// receiver is a program with a push address; it hands on what it hears.
func receiver(t *testing.T, c *wechat.Client, fail *atomic.Int32) (string, chan wechat.PictureVerdict) {
	t.Helper()
	heard := make(chan wechat.PictureVerdict, 16)
	srv := httptest.NewServer(c.PushHandler(func(_ context.Context, v wechat.PictureVerdict) error {
		if fail.Add(-1) >= 0 {
			return errors.New("the database is away")
		}
		heard <- v
		return nil
	}))
	t.Cleanup(srv.Close)
	return srv.URL, heard
}

func wait(t *testing.T, heard chan wechat.PictureVerdict) wechat.PictureVerdict {
	t.Helper()
	select {
	case v := <-heard:
		return v
	case <-time.After(10 * time.Second):
		t.Fatal("no verdict came")
		return wechat.PictureVerdict{}
	}
}

func TestVerdictsOnPicturesComeByPush(t *testing.T) {
	t.Parallel()
	srv := start(t)
	c, log := pushClient(srv)
	var fail atomic.Int32
	address, heard := receiver(t, c, &fail)
	srv.PushTo(address, pushToken, pushKey)
	for picture, want := range map[string]wechat.Verdict{
		"https://yimi.example/p/1":        {Finding: wechat.Pass},
		"https://yimi.example/p/1?risky":  {Finding: wechat.Risky, Label: "欺诈"},
		"https://yimi.example/p/1?review": {Finding: wechat.Review, Label: "辱骂"},
		"http://127.0.0.1/lost":           {Finding: wechat.Unchecked},
	} {
		id, err := c.CheckPicture(t.Context(), wechat.PictureCheck{OpenID: wang, Scene: wechat.Forum, URL: picture})
		if err != nil {
			t.Fatal(err)
		}
		if got := wait(t, heard); got.TraceID != id || got.Verdict != want {
			t.Errorf("%s: %+v, want %s %+v", picture, got, id, want)
		}
	}
	if n := len(srv.Pictures()); n != 4 {
		t.Errorf("%d pictures", n)
	}
	wantLog(t, log, "")
}

func TestPushIsMadeAgainUntilItIsHeard(t *testing.T) {
	t.Parallel()
	srv := start(t)
	c, log := pushClient(srv)
	var fail atomic.Int32
	fail.Store(2)
	address, heard := receiver(t, c, &fail)
	srv.PushTo(address, pushToken, pushKey)
	id, err := c.CheckPicture(t.Context(), wechat.PictureCheck{OpenID: wang, Scene: wechat.Forum, URL: pictureURL})
	if err != nil || wait(t, heard).TraceID != id {
		t.Error(id, err)
	}
	wantLog(t, log, "the database is away", wang)
}

func event(change func(map[string]any)) map[string]any {
	e := map[string]any{
		"ToUserName": "gh_1", "FromUserName": wang, "CreateTime": 1, "MsgType": "event", "Event": "wxa_media_check",
		"appid": "wx", "trace_id": "62f11967-2b24d27a-34715985", "version": 2, "errcode": 0,
		"result": map[string]any{"suggest": "risky", "label": 20002},
	}
	change(e)
	return e
}

func TestPushesAsWeChatDocumentsThem(t *testing.T) {
	t.Parallel()
	good := func(map[string]any) {}
	for name, x := range map[string]struct {
		change func(map[string]any)
		seal   func(e any) (url.Values, []byte)
		status int
		want   wechat.Finding // empty: nothing is heard
	}{
		"label a number": {good, nil, 200, wechat.Risky},
		"label a string": {func(e map[string]any) { e["result"] = map[string]any{"suggest": "review", "label": "10001"} }, nil, 200, wechat.Review},
		"no label":       {func(e map[string]any) { e["result"] = map[string]any{"suggest": "pass", "label": ""} }, nil, 200, wechat.Pass},
		"failed":         {func(e map[string]any) { e["errcode"] = -1011 }, nil, 200, wechat.Unchecked},
		"version 1":      {func(e map[string]any) { delete(e, "result"); e["isrisky"] = 0 }, nil, 200, wechat.Unchecked},
		"another event":  {func(e map[string]any) { e["Event"] = "subscribe_msg_change_event" }, nil, 200, ""},
		"no trace":       {func(e map[string]any) { delete(e, "trace_id") }, nil, 400, ""},
		"an odd trace":   {func(e map[string]any) { e["trace_id"] = "1' or 1=1" }, nil, 400, ""},
		"another token": {good, func(e any) (url.Values, []byte) {
			return wechattest.SealPush(wechattest.DefaultAppID, "guessed", pushKey, e)
		}, 403, ""},
		"another key": {good, func(e any) (url.Values, []byte) {
			return wechattest.SealPush(wechattest.DefaultAppID, pushToken, strings.Repeat("A", 43), e)
		}, 400, ""},
		"another app's":    {good, func(e any) (url.Values, []byte) { return wechattest.SealPush("wxother", pushToken, pushKey, e) }, 400, ""},
		"other words":      {good, func(e any) (url.Values, []byte) { return mixed(e) }, 403, ""},
		"not encrypted":    {good, func(any) (url.Values, []byte) { return plainPush() }, 400, ""},
		"encrypted as XML": {good, func(any) (url.Values, []byte) { return url.Values{}, []byte("<xml><Encrypt>x</Encrypt></xml>") }, 400, ""},
		"no body":          {good, func(any) (url.Values, []byte) { return url.Values{}, nil }, 400, ""},
		"a huge body":      {good, func(any) (url.Values, []byte) { return url.Values{}, bytes.Repeat([]byte("x"), 1<<20) }, 400, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := start(t)
			c, _ := pushClient(srv)
			seal := x.seal
			if seal == nil {
				seal = func(e any) (url.Values, []byte) { return wechattest.SealPush(srv.AppID, pushToken, pushKey, e) }
			}
			query, body := seal(event(x.change))
			var heard []wechat.PictureVerdict
			h := c.PushHandler(func(_ context.Context, v wechat.PictureVerdict) error {
				heard = append(heard, v)
				return nil
			})
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/push?"+query.Encode(), bytes.NewReader(body)))
			if w.Code != x.status || (w.Body.String() == "success") != (w.Code == 200) {
				t.Errorf("%d %s", w.Code, w.Body)
			}
			if (len(heard) == 1) != (x.want != "") || len(heard) == 1 && heard[0].Verdict.Finding != x.want {
				t.Errorf("heard %+v", heard)
			}
		})
	}
}

// mixed is the signature of one push over the words of another.
func mixed(e any) (url.Values, []byte) {
	query, _ := wechattest.SealPush(wechattest.DefaultAppID, pushToken, pushKey, event(func(e map[string]any) { e["trace_id"] = "other" }))
	_, body := wechattest.SealPush(wechattest.DefaultAppID, pushToken, pushKey, e)
	return query, body
}

// plainPush is signed as in 明文模式, where the signature says nothing of the words.
func plainPush() (url.Values, []byte) {
	query, _ := wechattest.SealPush(wechattest.DefaultAppID, pushToken, pushKey, event(func(map[string]any) {}))
	query.Del("encrypt_type")
	query.Del("msg_signature")
	return query, []byte(`{"Event":"wxa_media_check","trace_id":"62f11967-2b24d27a-34715985","result":{"suggest":"pass","label":100}}`)
}

// WeChat's example of how the address is checked.
func TestPushAddressAnswersItsCheck(t *testing.T) {
	t.Parallel()
	c := wechat.New(wechat.Config{AppID: "wx", Secret: "s", PushToken: "AAAAA", PushKey: pushKey})
	h := c.PushHandler(nil)
	get := func(h http.Handler, query string) (int, string) {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/push?"+query, nil))
		return w.Code, w.Body.String()
	}
	const good = "signature=f464b24fc39322e44b38aa78f5edd27bd1441696&echostr=4375120948345356249&timestamp=1714036504&nonce=1514711492"
	if code, body := get(h, good); code != 200 || body != "4375120948345356249" {
		t.Errorf("%d %q", code, body)
	}
	for _, query := range []string{
		"", strings.Replace(good, "f464", "f465", 1), strings.Replace(good, "1514711492", "1", 1),
		strings.Replace(good, "4375120948345356249", "<script>", 1), strings.Replace(good, "4375120948345356249", "", 1),
	} {
		if code, body := get(h, query); code != 403 || body != "" {
			t.Errorf("%s: %d %q", query, code, body)
		}
	}
	off := wechat.New(wechat.Config{AppID: "wx", Secret: "s"}).PushHandler(nil)
	if code, _ := get(off, "signature="+wechattest.Sign("", "1", "2")+"&timestamp=1&nonce=2&echostr=3"); code != 403 {
		t.Errorf("without a token: %d", code)
	}
}

func TestPushIsOffWithoutTokenAndKey(t *testing.T) {
	t.Parallel()
	srv := start(t)
	h := client(srv).PushHandler(func(context.Context, wechat.PictureVerdict) error { t.Error("heard"); return nil })
	query, body := wechattest.SealPush(srv.AppID, "", pushKey, event(func(map[string]any) {}))
	w := httptest.NewRecorder()
	if h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/push?"+query.Encode(), bytes.NewReader(body))); w.Code != 404 {
		t.Errorf("%d", w.Code)
	}
}
