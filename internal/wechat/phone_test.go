package wechat_test

import (
	"fmt"
	"strings"
	"testing"

	"yimi/internal/fault"
	"yimi/internal/wechat"
	"yimi/internal/wechat/wechattest"
)

func TestPhoneNumberOfACode(t *testing.T) {
	t.Parallel()
	c := client(start(t))
	phone, err := c.PhoneNumber(t.Context(), phoneCode)
	if err != nil || phone != (wechat.Phone{Number: wechattest.Phone("wang"), CountryCode: "86"}) || len(phone.Number) != 11 {
		t.Errorf("%s %s, %v", phone.Number, phone.CountryCode, err)
	}
	if other, err := c.PhoneNumber(t.Context(), "demo-phone-li"); err != nil || other.Number == phone.Number {
		t.Errorf("another person: %v", err)
	}
}

func TestOnePhoneCodeOneNumber(t *testing.T) {
	t.Parallel()
	c := client(start(t))
	if _, err := c.PhoneNumber(t.Context(), "once-phone-1-wang"); err != nil {
		t.Fatal(err)
	}
	_, err := c.PhoneNumber(t.Context(), "once-phone-1-wang")
	wantFault(t, err, fault.Unprocessable, "wechat_phone_code_invalid", "once-phone-1-wang")
}

// A token that ends while a person taps costs them nothing: their code is not used up by it.
func TestSingleUseCodeOutlivesARefusedToken(t *testing.T) {
	t.Parallel()
	srv := start(t)
	c := client(srv)
	if _, err := c.PhoneNumber(t.Context(), "once-phone-1-wang"); err != nil {
		t.Fatal(err)
	}
	srv.EndToken(40001)
	if _, err := c.PhoneNumber(t.Context(), "once-phone-2-wang"); err != nil {
		t.Error(err)
	}
}

// WeChat's page shows the country code as a number, its answers have a string.
func TestCountryCodeAsANumber(t *testing.T) {
	t.Parallel()
	srv := start(t)
	srv.BehaveAt(wechattest.PathPhone, wechattest.Manner{
		Body: `{"errcode":0,"errmsg":"ok","phone_info":{"phoneNumber":"+85212345678","purePhoneNumber":"12345678","countryCode":852}}`,
	})
	if phone, err := client(srv).PhoneNumber(t.Context(), phoneCode); err != nil || phone.Number != "12345678" || phone.CountryCode != "852" {
		t.Errorf("%s %s, %v", phone.Number, phone.CountryCode, err)
	}
}

func TestOddPhoneCodesNeverReachWeChat(t *testing.T) {
	t.Parallel()
	srv := start(t)
	c := client(srv)
	for _, code := range []string{"", "demo phone", `"}`, "王", strings.Repeat("a", 129)} {
		_, err := c.PhoneNumber(t.Context(), code)
		wantFault(t, err, fault.Unprocessable, "wechat_phone_code_invalid")
	}
	if srv.Calls(wechattest.PathPhone)+srv.Calls(wechattest.PathToken) != 0 {
		t.Error("a call reached WeChat")
	}
}

func TestEachErrorCodeOfPhoneNumbers(t *testing.T) {
	t.Parallel()
	for errcode, want := range map[int]struct {
		kind fault.Kind
		code string
	}{
		40029: {fault.Unprocessable, "wechat_phone_code_invalid"},
		40163: {fault.Unprocessable, "wechat_phone_code_invalid"},
		45011: {fault.TooMany, "wechat_too_often"},
		45009: {fault.Unavailable, "wechat_unavailable"},
		40013: {fault.Unavailable, "wechat_unavailable"},
		40001: {fault.Unavailable, "wechat_unavailable"},
		42001: {fault.Unavailable, "wechat_unavailable"},
		-1:    {fault.Unavailable, "wechat_unavailable"},
	} {
		t.Run(fmt.Sprint(errcode), func(t *testing.T) {
			t.Parallel()
			srv := start(t)
			srv.BehaveAt(wechattest.PathPhone, wechattest.Manner{ErrCode: errcode})
			phone, err := client(srv).PhoneNumber(t.Context(), phoneCode)
			wantFault(t, err, want.kind, want.code, private(srv)...)
			if phone != (wechat.Phone{}) {
				t.Error("refused, yet a number")
			}
		})
	}
}
