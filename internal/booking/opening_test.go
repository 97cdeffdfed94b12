package booking

import (
	"testing"
	"time"
)

// 2026-03-06 is a Friday.
func TestWhenAnAnswerIsDue(t *testing.T) {
	t.Parallel()
	const day, hour = 24 * time.Hour, time.Hour
	for name, c := range map[string]struct {
		asked  string
		within time.Duration
		slot   string
		lead   time.Duration
		urgent bool
		want   string
	}{
		"in the morning, within a day":                {asked: "2026-03-05 10:00", within: day, want: "2026-03-06 10:00"},
		"at the opening, within a day":                {asked: "2026-03-05 08:30", within: day, want: "2026-03-05 18:00"},
		"within four hours":                           {asked: "2026-03-05 10:00", within: 4 * hour, want: "2026-03-05 14:00"},
		"within four hours, in the afternoon":         {asked: "2026-03-05 16:00", within: 4 * hour, want: "2026-03-06 10:30"},
		"within twenty hours is within a working day": {asked: "2026-03-05 10:00", within: 20 * hour, want: "2026-03-06 10:00"},
		"Friday evening, within a day":                {asked: "2026-03-06 20:00", within: day, want: "2026-03-09 18:00"},
		"Friday evening, within three days":           {asked: "2026-03-06 20:00", within: 3 * day, want: "2026-03-11 18:00"},
		"Friday afternoon, within three days":         {asked: "2026-03-06 15:00", within: 3 * day, want: "2026-03-11 15:00"},
		"at night":                                    {asked: "2026-03-05 02:00", within: 4 * hour, want: "2026-03-05 12:30"},
		"over a holiday":                              {asked: "2026-03-11 15:00", within: day, want: "2026-03-13 15:00"},
		"on a holiday":                                {asked: "2026-03-12 10:00", within: 4 * hour, want: "2026-03-13 12:30"},
		"over a Saturday that works":                  {asked: "2026-03-13 15:00", within: day, want: "2026-03-14 15:00"},
		"over a Sunday that works as a Sunday":        {asked: "2026-03-14 15:00", within: day, want: "2026-03-16 15:00"},
		"very urgent, on Friday evening":              {asked: "2026-03-06 20:00", within: 4 * hour, urgent: true, want: "2026-03-07 00:00"},
		"very urgent, on a holiday":                   {asked: "2026-03-12 10:00", within: 4 * hour, urgent: true, want: "2026-03-12 14:00"},
		"a slot next week":                            {asked: "2026-03-05 10:00", within: 3 * day, slot: "2026-03-12 09:00", lead: 2 * hour, want: "2026-03-10 10:00"},
		"a slot before the promise":                   {asked: "2026-03-05 10:00", within: 3 * day, slot: "2026-03-06 15:00", lead: 2 * hour, want: "2026-03-06 13:00"},
		"a slot tomorrow at 8:00":                     {asked: "2026-03-05 10:00", within: 3 * day, slot: "2026-03-06 08:00", lead: 2 * hour, want: "2026-03-05 18:00"},
		"a slot tomorrow at 8:00, asked for at night": {asked: "2026-03-05 20:00", within: 3 * day, slot: "2026-03-06 08:00", lead: 2 * hour, want: "2026-03-06 06:00"},
		"a slot on Monday at 9:00, asked on Friday":   {asked: "2026-03-06 20:00", within: day, slot: "2026-03-09 09:00", lead: 0, want: "2026-03-09 09:00"},
		"a slot on Sunday, asked for on Friday":       {asked: "2026-03-06 10:00", within: 3 * day, slot: "2026-03-08 10:00", lead: hour, want: "2026-03-06 18:00"},
		"a slot in an hour":                           {asked: "2026-03-05 10:00", within: day, slot: "2026-03-05 11:00", lead: hour / 2, want: "2026-03-05 10:30"},
		"a slot in an hour, which is the lead":        {asked: "2026-03-05 10:00", within: day, slot: "2026-03-05 11:00", lead: hour, want: "2026-03-05 10:15"},
		"a slot in ten minutes":                       {asked: "2026-03-05 10:00", within: day, slot: "2026-03-05 10:10", want: "2026-03-05 10:10"},
		"very urgent, and a slot in an hour":          {asked: "2026-03-05 22:00", within: 4 * hour, urgent: true, slot: "2026-03-05 23:00", lead: 0, want: "2026-03-05 23:00"},
		"a promise of thirty days":                    {asked: "2026-03-16 10:00", within: 30 * day, want: "2026-04-27 10:00"},
	} {
		o := Opening{From: 8*60 + 30, Until: 18 * 60, days: workdays, holidays: map[string]Holiday{
			"2026-03-12": {Kind: off}, "2026-03-14": {Kind: work, AsWeekday: 4}, "2026-03-15": {Kind: work, AsWeekday: 7}}}
		p := Promise{Asked: at(c.asked), Within: c.within, Urgent: c.urgent, Lead: c.lead, Least: 15 * time.Minute}
		if c.slot != "" {
			p.Slot = at(c.slot)
		}
		if got := o.AnswerBy(p); !got.Equal(at(c.want)) {
			t.Errorf("%s: %s, want %s", name, got.In(at(c.want).Location()).Format("2006-01-02 15:04"), c.want)
		}
	}
}

func TestHoursAreReadFromWhatAStationSays(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]int{"8:30–18:00": {510, 1080}, "周一至周五 9：00-17：30": {540, 1050}, "8:30–12:00，14:00–18:00": {510, 1080},
		"": {}, "全天": {}, "周一至周五 8:30–12:00，14:00–18:00，周六 9:00–12:00": {510, 1080}, "周六 9:00–12:00、周日 9:00–11:00": {540, 720}, "8:30–18:00，12:00–14:00不上班": {510, 1080},
		"8:30 起": {}, "18:00–8:30": {}, "9:00–25:00": {}} {
		from, until, ok := readHours(mainHours(text))
		if ok != (want[1] > 0) || ok && [2]int{from, until} != want {
			t.Errorf("%q: %d–%d %v", text, from, until, ok)
		}
	}
}

func TestDaysAreReadFromWhatAStationSays(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"8:30–18:00": "12345", "周一至周六 8:30–18:00": "123456", "周二、周四 9:00–11:00": "24", "星期一到星期日 9:00–17:00": "1234567",
		"周一至周五 8:30–18:00，周六日休息": "12345", "每天 8:00–20:00": "1234567", "周六日 9:00–17:00": "67", "周五至周一 9:00–17:00": "1567", "周二至周日 9:00–17:00（周一闭馆）": "234567",
		"周一至周五 8:30–18:00；周六 9:00–12:00": "12345", "周一-周五8:30-17:30，节假日不休": "12345", "8:30–18:00 周日休": "12345", "周天 9:00–10:00": "7", "": "12345"} {
		got := ""
		for d, open := range readDays(mainHours(text)) {
			if open {
				got += string(rune('0' + d))
			}
		}
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	o := Opening{From: 9 * 60, Until: 17 * 60, days: readDays("周六日 9:00–17:00")}
	if got := o.after(at("2026-03-06 10:00"), 2*time.Hour); !got.Equal(at("2026-03-07 11:00")) {
		t.Errorf("a station open at the weekend answers at %v", got)
	}
}
