package activity

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"yimi/internal/hours"
)

func clockAt(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("1-2 15:04:05", text, hours.Shanghai)
	if err != nil {
		t.Fatal(err)
	}
	return at.AddDate(2026, 0, 0)
}

func TestHowLongAnOfferHolds(t *testing.T) {
	for _, c := range []struct{ why, now, starts, until string }{
		{"in time: the limit", "3-1 10:00:00", "3-5 14:00:00", "3-1 12:00:00"},
		{"four hours before: the limit", "3-5 10:00:00", "3-5 14:00:00", "3-5 12:00:00"},
		{"near the start: half of what is left", "3-5 12:00:00", "3-5 14:00:00", "3-5 13:00:00"},
		{"and half again", "3-5 13:00:00", "3-5 14:00:00", "3-5 13:30:00"},
		{"ten minutes at least", "3-5 13:45:00", "3-5 14:00:00", "3-5 13:55:00"},
		{"never beyond the start", "3-5 13:55:00", "3-5 14:00:00", "3-5 14:00:00"},
		{"just before the night", "3-1 19:59:00", "3-5 14:00:00", "3-1 21:59:00"},
		{"over the night", "3-1 21:00:00", "3-5 14:00:00", "3-2 08:00:00"},
		{"at 22:00 the night begins", "3-1 20:00:00", "3-5 14:00:00", "3-2 07:00:00"},
		{"in the night", "3-1 23:30:00", "3-5 14:00:00", "3-2 09:00:00"},
		{"at midnight", "3-2 00:00:00", "3-5 14:00:00", "3-2 09:00:00"},
		{"before dawn", "3-2 06:59:59", "3-5 14:00:00", "3-2 09:00:00"},
		{"over the end of a month", "2-28 21:30:00", "3-5 14:00:00", "3-1 08:30:00"},
		{"at 9:00 is not early", "3-4 21:30:00", "3-5 09:00:00", "3-5 07:45:00"},

		{"early, days before", "3-1 10:00:00", "3-5 08:30:00", "3-1 12:00:00"},
		{"early: settled by 22:00", "3-4 19:00:00", "3-5 08:30:00", "3-4 20:30:00"},
		{"early: half of what is left until 22:00", "3-4 21:00:00", "3-5 08:30:00", "3-4 21:30:00"},
		{"early: the last that can be settled in the evening", "3-4 21:50:00", "3-5 08:30:00", "3-4 22:00:00"},
		{"early: a minute before 22:00 is too short to answer", "3-4 21:59:00", "3-5 08:30:00", "3-5 07:44:30"},
		{"early: freed at 22:00", "3-4 22:00:00", "3-5 08:30:00", "3-5 07:45:00"},
		{"early: freed at 23:00", "3-4 23:00:00", "3-5 08:30:00", "3-5 07:45:00"},
		{"early: freed at midnight", "3-5 00:00:00", "3-5 08:30:00", "3-5 07:45:00"},
		{"early: freed at 6:30", "3-5 06:30:00", "3-5 08:30:00", "3-5 07:45:00"},
		{"early: freed at 8:25", "3-5 08:25:00", "3-5 08:30:00", "3-5 08:30:00"},
		{"a start in the night ends it", "3-4 23:00:00", "3-5 05:00:00", "3-5 05:00:00"},
		{"a start at midnight is of the next day", "3-3 21:00:00", "3-5 00:00:00", "3-4 08:00:00"},
	} {
		if got, want := answerBy(clockAt(t, c.now), clockAt(t, c.starts), 2*time.Hour), clockAt(t, c.until); !got.Equal(want) {
			t.Errorf("%s: made at %s for %s it holds until %s, want %s", c.why, c.now, c.starts, got.In(hours.Shanghai).Format("1-2 15:04:05"), c.until)
		}
	}
}

func TestNoOfferRunsOutInTheNight(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		now := time.Date(2026, 3, 1, 0, 0, rapid.IntRange(0, 14*86400).Draw(r, "now"), 0, hours.Shanghai)
		starts := now.Add(time.Duration(rapid.IntRange(1, 7*86400).Draw(r, "ahead")) * time.Second)
		limit := time.Duration(rapid.IntRange(1, 3000).Draw(r, "limit")) * time.Minute
		until := answerBy(now, starts, limit)
		if !until.After(now) || until.After(starts) {
			r.Fatalf("made at %s for %s it holds until %s", now, starts, until)
		}
		if at := until.Sub(dayStart(until)); !until.Equal(starts) && (at < dayFrom || at > dayTo) {
			r.Fatalf("made at %s for %s it runs out in the night, at %s", now, starts, until)
		}
		if until.Sub(now) < min(leastAnswer, starts.Sub(now)) {
			r.Fatalf("made at %s for %s there is no time to answer: %s", now, starts, until)
		}
	})
}
