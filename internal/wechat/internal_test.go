package wechat

import (
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/silenceper/wechat/v2/cache"
	"github.com/silenceper/wechat/v2/util"
)

var _ cache.Cache = (*memory)(nil)

func TestMemoryKeepsForItsTime(t *testing.T) {
	t.Parallel()
	now := time.Date(2025, 3, 5, 12, 0, 0, 0, time.UTC)
	m := newMemory(func() time.Time { return now })
	_ = m.Set("token", "abc", time.Minute)
	if m.Get("token") != "abc" || !m.IsExist("token") || m.IsExist("other") {
		t.Error("a fresh token is not there, or another is")
	}
	now = now.Add(time.Minute)
	if m.Get("token") != nil || m.IsExist("token") {
		t.Error("a token outlived its time")
	}
	_ = m.Set("token", "abc", time.Minute)
	_ = m.Delete("token")
	if m.IsExist("token") {
		t.Error("a deleted token is there")
	}
}

// The library's own cache ends the process here: "concurrent map read and map
// write". Readers apart from writers, so that a lock forgotten on either side is a
// race however the goroutines happen to run.
func TestMemoryUnderManyHands(t *testing.T) {
	t.Parallel()
	checkManyHands(t, newMemory(time.Now))
}

func checkManyHands(t *testing.T, c cache.Cache) {
	t.Helper()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 200 {
				_ = c.Set(fmt.Sprint(i%5), i, time.Hour)
				_ = c.Delete(fmt.Sprint(i % 7))
			}
		})
		wg.Go(func() {
			for i := range 200 {
				if v := c.Get(fmt.Sprint(i % 5)); v != nil && v.(int)%5 != i%5 {
					t.Errorf("key %d holds %v", i%5, v)
				}
			}
		})
		wg.Go(func() {
			for i := range 200 {
				c.IsExist(fmt.Sprint(i % 5))
			}
		})
	}
	wg.Wait()
}

// A call of the library that lost its context must not go out: it could carry a
// stand-in's secret to the real WeChat.
func TestRequestOfNoClientIsRefused(t *testing.T) {
	t.Parallel()
	c := New(Config{BaseURL: "http://127.0.0.1:1"})
	if _, err := util.HTTPGet("https://api.weixin.qq.com/sns/jscode2session"); !errors.Is(err, errNoClient) {
		t.Errorf("no client: %v", err)
	}
	if _, err := util.HTTPGetContext(c.route(t.Context()), "https://example.org/"); !errors.Is(err, errOtherHost) {
		t.Errorf("another host: %v", err)
	}
	if util.DefaultHTTPClient == http.DefaultClient || util.DefaultHTTPClient.Timeout <= 0 {
		t.Error("the library's client has no time-out")
	}
}

// What the library would do without a context must not go out with a token either.
func TestLibraryWithoutAContextGetsNoToken(t *testing.T) {
	t.Parallel()
	c := New(Config{BaseURL: "http://127.0.0.1:1"})
	for _, get := range []func() (string, error){
		c.tokens.GetAccessToken,
		func() (string, error) { return c.tokens.GetAccessTokenContext(t.Context()) },
	} {
		if token, err := get(); token != "" || !errors.Is(err, errNoClient) {
			t.Errorf("%q, %v", token, err)
		}
	}
}

func TestTokenIsUsedUntilShortlyBeforeItsEnd(t *testing.T) {
	t.Parallel()
	for seconds, want := range map[int64]time.Duration{
		7200: 115 * time.Minute, 1 << 40: 115 * time.Minute, 600: 5 * time.Minute, 300: 150 * time.Second, 2: time.Second,
	} {
		if got := usable(seconds); got != want {
			t.Errorf("of %d s it is used for %v, want %v", seconds, got, want)
		}
	}
}

// The token that another caller has got meanwhile stays.
func TestDropForgetsOnlyWhatWasRefused(t *testing.T) {
	t.Parallel()
	m := newMemory(time.Now)
	_ = m.Set(tokenKey, "new", time.Hour)
	m.drop(tokenKey, "old")
	if m.Get(tokenKey) != "new" {
		t.Error("the new token is gone")
	}
	m.drop(tokenKey, "new")
	if m.IsExist(tokenKey) {
		t.Error("the refused token is still there")
	}
}
