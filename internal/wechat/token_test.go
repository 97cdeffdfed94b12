package wechat_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"yimi/internal/fault"
	"yimi/internal/wechat"
	"yimi/internal/wechat/wechattest"
)

// together runs so many callers at once and gives how many failed.
func together(n int, do func() error) (failed int) {
	var wg sync.WaitGroup
	errs := make(chan error, n)
	for range n {
		wg.Go(func() {
			if err := do(); err != nil {
				errs <- err
			}
		})
	}
	wg.Wait()
	return len(errs)
}

func TestFiftyCallersFetchOneToken(t *testing.T) {
	t.Parallel()
	srv := start(t)
	srv.BehaveAt(wechattest.PathToken, wechattest.Manner{Delay: 50 * time.Millisecond})
	c := client(srv)
	call := func() error {
		_, err := c.PhoneNumber(t.Context(), phoneCode)
		return err
	}
	if failed := together(50, call); failed != 0 || srv.Calls(wechattest.PathToken) != 1 {
		t.Errorf("%d failed, %d asked for a token", failed, srv.Calls(wechattest.PathToken))
	}
	// The token ends: all fifty are refused, and the next one too is fetched once.
	srv.EndToken(42001)
	if failed := together(50, call); failed != 0 || srv.Calls(wechattest.PathToken) != 2 || srv.Tokens() != 2 {
		t.Errorf("%d failed, %d asked for a token, %d given", failed, srv.Calls(wechattest.PathToken), srv.Tokens())
	}
	if n := srv.Calls(wechattest.PathPhone); n < 101 || n > 150 {
		t.Errorf("%d calls for 100 numbers", n)
	}
}

// While WeChat gives no token, callers that come together fail together, not one after another.
func TestFiftyCallersShareARefusedToken(t *testing.T) {
	t.Parallel()
	srv := start(t)
	srv.BehaveAt(wechattest.PathToken, wechattest.Manner{Delay: 200 * time.Millisecond, Status: 500})
	c := client(srv)
	began := time.Now()
	failed := together(50, func() error {
		_, err := c.PhoneNumber(t.Context(), phoneCode)
		return err
	})
	if failed != 50 || srv.Calls(wechattest.PathToken) > 5 || time.Since(began) > 3*time.Second {
		t.Errorf("%d failed, %d asked, after %v", failed, srv.Calls(wechattest.PathToken), time.Since(began))
	}
	srv.BehaveAt(wechattest.PathToken, wechattest.Manner{})
	if _, err := c.PhoneNumber(t.Context(), phoneCode); err != nil {
		t.Errorf("a failed token was kept: %v", err)
	}
}

func TestWhoAskedForTheTokenMayLeave(t *testing.T) {
	t.Parallel()
	srv := start(t)
	srv.BehaveAt(wechattest.PathToken, wechattest.Manner{Delay: 300 * time.Millisecond})
	c := client(srv)
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan error, 1)
	go func() {
		_, err := c.PhoneNumber(ctx, phoneCode)
		first <- err
	}()
	time.Sleep(50 * time.Millisecond) // it has asked, most likely; if not, the test only proves less
	second := make(chan error, 1)
	go func() {
		_, err := c.PhoneNumber(t.Context(), phoneCode)
		second <- err
	}()
	time.Sleep(50 * time.Millisecond)
	cancel()
	if err := <-first; err == nil {
		t.Error("the caller who left got a number")
	}
	if err := <-second; err != nil || srv.Calls(wechattest.PathToken) != 1 {
		t.Errorf("the other: %v; asked %d times", err, srv.Calls(wechattest.PathToken))
	}
}

func TestRefusedTokenIsDroppedAndTheCallMadeOnceMore(t *testing.T) {
	t.Parallel()
	for _, call := range calls {
		for _, errcode := range []int{40001, 40014, 42001} {
			t.Run(fmt.Sprint(call.name, errcode), func(t *testing.T) {
				t.Parallel()
				srv := start(t)
				c, log := logged(srv)
				if err := call.do(t.Context(), c); err != nil {
					t.Fatal(err)
				}
				srv.EndToken(errcode)
				if err := call.do(t.Context(), c); err != nil {
					t.Errorf("after the token ended: %v", err)
				}
				if n := srv.Calls(call.path); n != 3 || srv.Tokens() != 2 || srv.Calls(wechattest.PathToken) != 2 {
					t.Errorf("%d calls, %d tokens", n, srv.Tokens())
				}
				wantLog(t, log, "")
			})
		}
	}
}

// Never a loop: a token that is refused for ever costs two calls, and is told.
func TestTokenRefusedForEver(t *testing.T) {
	t.Parallel()
	for _, call := range calls {
		t.Run(call.name, func(t *testing.T) {
			t.Parallel()
			srv := start(t)
			srv.BehaveAt(call.path, wechattest.Manner{ErrCode: 40001})
			c, log := logged(srv)
			wantFault(t, call.do(t.Context(), c), fault.Unavailable, "wechat_unavailable", private(srv)...)
			if n := srv.Calls(call.path); n != 2 || srv.Calls(wechattest.PathToken) != 2 {
				t.Errorf("%d calls, %d for a token", n, srv.Calls(wechattest.PathToken))
			}
			wantLog(t, log, "refuses a token", private(srv)...)
			srv.BehaveAt(call.path, wechattest.Manner{})
			if err := call.do(t.Context(), c); err != nil {
				t.Errorf("after it mended: %v", err)
			}
		})
	}
}

func TestTokensThatAreNone(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"access_token":"","expires_in":7200}`,
		`{"access_token":"99_a b","expires_in":7200}`,
		`{"access_token":"99_a&openid=x","expires_in":7200}`,
		`{"access_token":"99_a","expires_in":0}`,
		`{"access_token":"99_a","expires_in":-5}`,
		`{"expires_in":7200}`,
	} {
		srv := start(t)
		srv.BehaveAt(wechattest.PathToken, wechattest.Manner{Body: body})
		_, err := client(srv).PhoneNumber(t.Context(), phoneCode)
		wantFault(t, err, fault.Unavailable, "wechat_unavailable")
		if n := srv.Calls(wechattest.PathPhone); n != 0 {
			t.Errorf("%s: called with it", body)
		}
	}
}

// Two programs, as two servers behind one proxy: stable tokens leave each other alone.
func TestTwoProgramsHoldOneToken(t *testing.T) {
	t.Parallel()
	srv := start(t)
	for _, c := range []*wechat.Client{client(srv), client(srv), client(srv)} {
		if _, err := c.PhoneNumber(t.Context(), phoneCode); err != nil {
			t.Fatal(err)
		}
	}
	if srv.Tokens() != 1 || srv.Calls(wechattest.PathToken) != 3 {
		t.Errorf("%d tokens", srv.Tokens())
	}
}
