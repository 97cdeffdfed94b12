package wechat

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"yimi/internal/say"
)

var (
	errNoTime   = errors.New("a time is written 2025年3月5日 09:30, or RFC 3339")
	errNoNumber = errors.New("a number has up to 32 digits")
	errNoAmount = errors.New("an amount is written ¥12.50 or 12.50元")
	errNoPhone  = errors.New("a phone number has up to 17 digits and signs")
	errNoPlate  = errors.New("a car number has up to 8 characters")
	errEmpty    = errors.New("there is nothing in it")
	errKeyword  = errors.New("a keyword is written as thing1, time2, phrase3")
	errNoData   = errors.New("a message has some words")
)

// keywordPattern takes a keyword apart: thing1 is the first, and a thing.
var keywordPattern = regexp.MustCompile(`^([a-z]+(?:_[a-z]+)*)[0-9]{1,4}$`)

// fitters fit a value to each kind of keyword.
// https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-message-management/subscribe-message/sendMessage.html
// ("订阅消息参数值内容限制说明").
var fitters = map[string]func(string) (string, error){
	"thing":            fitThing,
	"phrase":           fitPhrase,
	"name":             fitName,
	"character_string": fitString,
	"number":           fitNumber,
	"amount":           func(v string) (string, error) { return found(amountPattern, v, errNoAmount) },
	"phone_number":     func(v string) (string, error) { return found(dialPattern, v, errNoPhone) },
	"car_number":       func(v string) (string, error) { return found(platePattern, v, errNoPlate) },
	"letter":           func(v string) (string, error) { return kept(v, isLetter, 32) },
	"symbol":           func(v string) (string, error) { return kept(v, isSymbol, 5) },
	"time":             fitTime,
	"date":             fitTime,
	"const":            func(v string) (string, error) { return kept(v, unicode.IsPrint, 20) },
}

// Fit cuts each value to what its keyword takes, since a single value that does
// not fit loses the whole message (47003). Words are cut, with … at the end, and
// an empty one becomes a dash (无 where WeChat wants Chinese characters). What
// cannot be made up, such as a time, must be right already: the error names it.
func Fit(data map[string]string) (map[string]string, error) {
	if len(data) == 0 {
		return nil, errNoData
	}
	fitted := make(map[string]string, len(data))
	var faults []error
	for key, value := range data {
		part := keywordPattern.FindStringSubmatch(key)
		if part == nil {
			faults = append(faults, fmt.Errorf("%q: %w", key, errKeyword))
			continue
		}
		fit := fitters[part[1]]
		if fit == nil {
			fit = fitThing // a kind that WeChat has added
		}
		v, err := fit(plain(value))
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", key, err))
		}
		fitted[key] = v
	}
	if len(faults) > 0 {
		slices.SortFunc(faults, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
		return nil, errors.Join(faults...)
	}
	return fitted, nil
}

// plain makes one line of a value, with nothing in it that cannot be seen.
func plain(v string) string {
	v = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), r == unicode.ReplacementChar, r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069', r == '\ufeff':
			return -1
		}
		return r
	}, v)
	return strings.Join(strings.Fields(v), " ")
}

// width is how many characters WeChat may count for a rune: those beyond the basic plane, such as 🌊, have two in JavaScript and Java.
func width(r rune) int {
	if r > 0xffff {
		return 2
	}
	return 1
}

// cut shortens a value to so many characters, … included.
func cut(v string, limit int) string {
	n, keep := 0, 0 // keep: bytes that leave room for the …
	for i, r := range v {
		if n += width(r); n > limit {
			return strings.TrimRight(v[:keep], " \u200d\ufe0f") + "…"
		}
		if n < limit {
			keep = i + len(string(r))
		}
	}
	return v
}

// fitThing: 20 characters of any kind.
func fitThing(v string) (string, error) {
	if v == "" {
		return "-", nil
	}
	return cut(v, 20), nil
}

// fitPhrase: 5 Chinese characters and nothing else; of 未通过（材料不全） it keeps 未通过.
func fitPhrase(v string) (string, error) {
	words := strings.FieldsFunc(v, func(r rune) bool { return !unicode.Is(unicode.Han, r) })
	if len(words) == 0 {
		return "无", nil // a dash is no Chinese character
	}
	return first(words[0], 5), nil
}

// fitName: 10 characters when there is a Chinese one, or 20 letters and signs; no digits.
func fitName(v string) (string, error) {
	han := func(r rune) bool { return unicode.Is(unicode.Han, r) }
	v = strings.TrimSpace(only(v, func(r rune) bool { return han(r) || !unicode.IsDigit(r) && width(r) == 1 }))
	switch {
	case v == "":
		return "无", nil
	case strings.ContainsFunc(v, han):
		return first(v, 10), nil
	}
	return first(v, 20), nil
}

// fitString: 32 letters, digits and signs of ASCII.
func fitString(v string) (string, error) {
	v = only(v, func(r rune) bool { return r > ' ' && r <= '~' })
	if v == "" {
		v = "-"
	}
	return first(v, 32), nil
}

// clock and day are what times and dates are made of; two of them may be tied by ~.
const (
	clock = `(?:[01]?[0-9]|2[0-3]):[0-5][0-9]`
	day   = `[0-9]{4}年(?:0?[1-9]|1[0-2])月(?:0?[1-9]|[12][0-9]|3[01])日`
	point = `(?:` + day + `(?: ?` + clock + `)?|` + clock + `)`
)

var (
	timePattern   = regexp.MustCompile(`^` + point + `(?:~` + point + `)?$`)
	numberPattern = regexp.MustCompile(`^([0-9]{1,24}(?:\.[0-9]{1,7})?)(?:[^0-9.].*)?$`)
	amountPattern = regexp.MustCompile(`^[¥￥$]?[0-9]{1,10}(?:\.[0-9]{1,2})?元?$`)
	dialPattern   = regexp.MustCompile(`^[0-9+\-() ]{3,17}$`)
	platePattern  = regexp.MustCompile(`^[\p{Han}0-9A-Z]{1,8}$`)
)

// fitNumber: 32 digits with a point; of 2.5 小时 it keeps 2.5, and never a part of a number.
func fitNumber(v string) (string, error) {
	part := numberPattern.FindStringSubmatch(v)
	if part == nil {
		return "", errNoNumber
	}
	return part[1], nil
}

// fitTime takes WeChat's form, and RFC 3339, which it turns into it.
func fitTime(v string) (string, error) {
	if t, err := time.Parse(time.RFC3339, v); err == nil {
		return say.Full(t), nil
	}
	return found(timePattern, v, errNoTime)
}

func found(pattern *regexp.Regexp, v string, otherwise error) (string, error) {
	if v = pattern.FindString(v); v == "" {
		return "", otherwise
	}
	return v, nil
}

// kept keeps so many of the characters that may stay.
func kept(v string, may func(rune) bool, limit int) (string, error) {
	if v = only(v, may); v == "" {
		return "", errEmpty
	}
	return first(v, limit), nil
}

// only keeps the characters that may stay.
func only(v string, may func(rune) bool) string {
	return strings.Map(func(r rune) rune {
		if may(r) {
			return r
		}
		return -1
	}, v)
}

func first(v string, limit int) string {
	runes := []rune(v)
	return strings.TrimSpace(string(runes[:min(len(runes), limit)]))
}

func isLetter(r rune) bool { return r <= unicode.MaxASCII && unicode.IsLetter(r) }

func isSymbol(r rune) bool {
	return r > ' ' && r <= unicode.MaxASCII && !unicode.IsLetter(r) && !unicode.IsDigit(r)
}
