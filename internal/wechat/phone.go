package wechat

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
)

const phonePath = "/wxa/business/getuserphonenumber"

// Phone is a number that WeChat has checked. It prints as ***.
type Phone struct {
	Number      string // without the country code
	CountryCode string // "86"
}

// Format hides the number, whatever the verb.
func (p Phone) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, "phone ***") }

// LogValue hides the number from structured logs.
func (p Phone) LogValue() slog.Value { return slog.StringValue("phone ***") }

var (
	phonePattern   = regexp.MustCompile(`^[0-9]{5,15}$`)
	countryPattern = regexp.MustCompile(`^[0-9]{1,4}$`)
)

// phoneRefusals are those of
// https://developers.weixin.qq.com/miniprogram/dev/server/API/user-info/phone-number/api_getphonenumber
var phoneRefusals = map[int64]refusal{
	40029: {errPhoneCode, ""}, // no such code, over 5 minutes old, used before, or another mini-program's
	40163: {errPhoneCode, ""},
}

// text is a string that WeChat also writes as a number: its page shows
// countryCode as 86, its answers have "86". The library takes a string only.
type text string

func (t *text) UnmarshalJSON(raw []byte) error {
	if raw[0] == '"' {
		return json.Unmarshal(raw, (*string)(t))
	}
	var number json.Number
	err := json.Unmarshal(raw, &number)
	*t = text(number)
	return err
}

// PhoneNumber exchanges the code of a getPhoneNumber button, which works once and
// for 5 minutes, for the person's number. Every error holds a *fault.Error, and
// none holds the code or the number.
func (c *Client) PhoneNumber(ctx context.Context, code string) (Phone, error) {
	if !codePattern.MatchString(code) {
		return Phone{}, errPhoneCode
	}
	var answer struct {
		Info struct {
			Pure    string `json:"purePhoneNumber"`
			Country text   `json:"countryCode"`
		} `json:"phone_info"`
	}
	f := c.call(ctx, []string{code}, func(ctx context.Context) error {
		raw, err := post(ctx, phonePath, map[string]string{"code": code})
		if err != nil {
			return err
		}
		return read(raw, &answer)
	})
	if f != nil {
		return Phone{}, c.refused(ctx, phoneRefusals, f)
	}
	phone := Phone{Number: strings.TrimSpace(answer.Info.Pure), CountryCode: string(answer.Info.Country)}
	if !phonePattern.MatchString(phone.Number) || !countryPattern.MatchString(phone.CountryCode) {
		return Phone{}, errUnavailable.Because(errRubbish)
	}
	return phone, nil
}
