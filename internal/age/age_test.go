package age_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"yimi/internal/age"
	"yimi/internal/store"
)

func at(t *testing.T, text string) time.Time {
	t.Helper()
	out, err := time.ParseInLocation("2006-01-02 15:04", text, store.Shanghai)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAges(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		born, now string
		want      int
	}{
		{"2008-03-05", "2026-03-04 23:59", 17},
		{"2008-03-05", "2026-03-05 00:00", 18}, // still the day before in London
		{"2012-03-05", "2026-03-05 09:00", 14},
		{"2008-02-29", "2026-02-28 23:59", 17},
		{"2008-02-29", "2026-03-01 00:00", 18},
		{"2010-03-01", "2028-02-29 12:00", 17},
		{"2026-03-06", "2026-03-05 12:00", 0},
		{"", "2026-03-05 12:00", age.Unknown},
		{"5 March", "2026-03-05 12:00", age.Unknown},
	} {
		if got := age.On(&c.born, at(t, c.now)); got != c.want {
			t.Errorf("born %q, at %s: %d, want %d", c.born, c.now, got, c.want)
		}
		if got, want := age.Minor(&c.born, at(t, c.now)), c.want != age.Unknown && c.want < 18; got != want {
			t.Errorf("born %q, at %s: a minor %v", c.born, c.now, got)
		}
	}
	if age.On(nil, at(t, "2026-03-05 12:00")) != age.Unknown || age.Minor(nil, at(t, "2026-03-05 12:00")) {
		t.Error("an age out of nothing")
	}
}

// The three ways to ask agree on every day, and an age only grows.
func TestAgesAgree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		day := time.Date(1930, 1, 1, 0, 0, 0, 0, store.Shanghai).AddDate(0, 0, rapid.IntRange(0, 35000).Draw(t, "born"))
		born, now := day.Format(time.DateOnly), day.AddDate(0, 0, rapid.IntRange(0, 40000).Draw(t, "days"))
		is, years := age.On(&born, now), rapid.IntRange(1, 100).Draw(t, "years")
		if under := age.Under(years, &born, now); under != (is < years) || under != (born > age.BornBy(years, now)) {
			t.Fatalf("born %s, at %s, of %d years: under %d is %v, and born by %s", born, now, is, years, under, age.BornBy(years, now))
		}
		if next := age.On(&born, now.AddDate(0, 0, 1)); next < is || next > is+1 {
			t.Fatalf("born %s: %d at %s, then %d", born, is, now, next)
		}
	})
}
