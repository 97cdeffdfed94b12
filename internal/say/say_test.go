package say_test

import (
	"testing"
	"time"

	"yimi/internal/say"
)

// at is an instant of 2025 in London, so that a day told by the wrong clock shows.
func at(month time.Month, day, hour, minute int) time.Time {
	return time.Date(2025, month, day, hour-8, minute, 0, 0, time.UTC)
}

func TestWhatIsSaid(t *testing.T) {
	t.Parallel()
	morning, night := at(11, 29, 6, 5), at(12, 31, 22, 0)
	for want, got := range map[string]string{
		"06:05":                           say.Clock(morning),
		"11月29日 周六 06:05":                 say.Time(morning),
		"11月29日 周六 06:05–\u206008:35":     say.Span(morning, at(11, 29, 8, 35)),
		"12月31日 周三 22:00–\u206006:00":     say.Span(night, at(12, 32, 6, 0)),
		"11月29日 06:05–\u206008:35":        say.Credited(morning, at(11, 29, 8, 35)),
		"12月31日 22:00–\u20601月1日 06:00":   say.Credited(night, at(12, 32, 6, 0)),
		"12月31日 22:00–\u206012月31日 22:00": say.Credited(night, night.AddDate(1, 0, 0)),
		"2025年11月29日 06:05":               say.Full(morning),
		"2025-11-29 06:05":                say.Stamp(morning),
		"2026年1月1日 00:05":                 say.Full(at(12, 32, 0, 5)),
		"2025年3月5日":                       say.Day("2025-03-05"),
		"soon":                            say.Day("soon"),
		"24 小时":                           say.Within(24 * time.Hour),
		"90 分钟":                           say.Within(90 * time.Minute),
		"林、王":                             say.Names([]string{"林", "王"}),
		"一、二、三、四、五 等 6 人":                 say.Names([]string{"一", "二", "三", "四", "五", "六"}),
	} {
		if got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
	for days, want := range []string{"今天", "明天", "1月2日"} {
		if got := say.Near(night, at(12, 31+days, 1, 0)); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
	for minutes, want := range map[int]string{0: "0 分", 59: "59 分", 60: "1 小时", 148: "2 小时 28 分", -30: "−30 分", -90: "−1 小时 30 分"} {
		if got := say.Minutes(minutes); got != want {
			t.Errorf("%d: %q, not %q", minutes, got, want)
		}
	}
}
