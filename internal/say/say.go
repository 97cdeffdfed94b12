// Package say says times, spans, days, sums and names to people, in Chinese and by the clock of Asia/Shanghai.
package say

import (
	"strconv"
	"strings"
	"time"

	"yimi/internal/store"
)

const (
	clock = "15:04"
	day   = "1月2日"
	to    = "–\u2060" // joined, so that no line breaks behind it
)

var weekdays = [...]string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"}

// Clock says the time of day: 09:00.
func Clock(t time.Time) string { return t.In(store.Shanghai).Format(clock) }

// Time says an instant: 11月29日 周六 09:00.
func Time(t time.Time) string {
	t = t.In(store.Shanghai)
	return t.Format(day+" ") + weekdays[t.Weekday()] + t.Format(" "+clock)
}

// Span says from when to when, of something that people come to: 11月29日 周六 09:00–11:30.
func Span(from, until time.Time) string { return Time(from) + to + Clock(until) }

// Credited says from when to when, of time that counts; an end on another day has its day: 11月29日 22:00–11月30日 06:00.
func Credited(from, until time.Time) string {
	from, until = from.In(store.Shanghai), until.In(store.Shanghai)
	if from.Format(time.DateOnly) == until.Format(time.DateOnly) {
		return from.Format(day+" "+clock) + to + until.Format(clock)
	}
	return from.Format(day+" "+clock) + to + until.Format(day+" "+clock)
}

// Near says the day of an instant as somebody says it now: 今天, 明天, 12月5日.
func Near(now, t time.Time) string {
	now, t = now.In(store.Shanghai), t.In(store.Shanghai)
	switch t.Format(time.DateOnly) {
	case now.Format(time.DateOnly):
		return "今天"
	case now.AddDate(0, 0, 1).Format(time.DateOnly):
		return "明天"
	}
	return t.Format(day)
}

// Day says a day that is kept as YYYY-MM-DD, with its year: 2025年3月5日.
func Day(date string) string {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return date
	}
	return t.Format("2006年" + day)
}

// Full says an instant with its year, as WeChat's messages take it: 2025年3月5日 09:30.
func Full(t time.Time) string { return t.In(store.Shanghai).Format("2006年" + day + " " + clock) }

// Stamp says an instant in a log or a table: 2025-03-05 09:30.
func Stamp(t time.Time) string { return t.In(store.Shanghai).Format(time.DateOnly + " " + clock) }

// Minutes says a sum of minutes: 2 小时 28 分, −30 分.
func Minutes(n int) string {
	sign := ""
	if n < 0 {
		sign, n = "−", -n
	}
	h, m := n/60, n%60
	switch {
	case h == 0:
		return sign + strconv.Itoa(m) + " 分"
	case m == 0:
		return sign + strconv.Itoa(h) + " 小时"
	}
	return sign + strconv.Itoa(h) + " 小时 " + strconv.Itoa(m) + " 分"
}

// Within says a term: 24 小时, 90 分钟.
func Within(d time.Duration) string {
	if d%time.Hour != 0 {
		return strconv.Itoa(int(d.Minutes())) + " 分钟"
	}
	return strconv.Itoa(int(d.Hours())) + " 小时"
}

// shown is how many people a sentence names.
const shown = 5

// Names names people: 林晓雯、王明月, and of more than five the first: … 等 12 人.
func Names(names []string) string {
	if len(names) <= shown {
		return strings.Join(names, "、")
	}
	return strings.Join(names[:shown], "、") + " 等 " + strconv.Itoa(len(names)) + " 人"
}
