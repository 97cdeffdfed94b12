package app_test

import (
	"fmt"
	"io"
	"log/slog"
	"testing"
	"time"

	"yimi/internal/app"
	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/config"
	"yimi/internal/storetest"
)

const cityScale = 0.0005

var cityNow = time.Date(2026, 11, 24, 3, 40, 0, 0, time.UTC)

func buildCity(t *testing.T, url string) *app.App {
	t.Helper()
	cfg := config.Default()
	cfg.Demo, cfg.Database, cfg.DataDir = true, config.DSN(url), t.TempDir()
	a, err := app.Build(t.Context(), cfg, slog.New(slog.DiscardHandler), app.WithClock(func() time.Time { return cityNow }))
	apptest.Must(t, err)
	t.Cleanup(func() { _ = a.Close() })
	return a
}

// A city is as large as its scale says, holds for verify, lets the demo's people in, and is
// made only where there is nobody.
func TestACityIsWhole(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		a := buildCity(t, url)
		apptest.Must(t, a.MakeCity(t.Context(), cityScale, io.Discard, false))
		db := a.Store.Read(t.Context())
		for table, want := range map[string][2]int64{ // at least, at most: the small demo comes on top
			"people": {1000, 1100}, "activities": {50, 150}, "hour_entries": {4000, 5200}, "requests": {40, 60}, "signups": {4000, 5500},
		} {
			var n int64
			apptest.Must(t, db.Table(table).Count(&n).Error)
			if n < want[0] || n > want[1] {
				t.Errorf("%d %s, not %d to %d", n, table, want[0], want[1])
			}
		}
		for kind, want := range map[string]int64{"district_centre": 1, "station": 48, "room": 153} {
			var n int64
			apptest.Must(t, db.Table("units").Where("kind = ?", kind).Count(&n).Error)
			if n != want {
				t.Errorf("%d units of kind %s, not %d", n, kind, want)
			}
		}
		checkWhole(t, a)
		for _, persona := range []string{"resident", "volunteer", "worker", "staff", "admin"} {
			if _, err := a.Identity.LoginDemo(auth.With(t.Context(), auth.Actor{}), persona); err != nil {
				t.Errorf("%s cannot sign in: %v", persona, err)
			}
		}
		if err := a.MakeCity(t.Context(), cityScale, io.Discard, false); err == nil {
			t.Error("a second city was made over the first")
		}
	})
}

func checkWhole(t *testing.T, a *app.App) {
	t.Helper()
	report, err := a.Hours.Verify(t.Context(), func(int64) {})
	apptest.Must(t, err)
	shifts, err := a.Activities.Verify(t.Context())
	apptest.Must(t, err)
	bookings, err := a.Bookings.Verify(t.Context())
	apptest.Must(t, err)
	if n := len(report.Problems) + len(shifts) + len(bookings); n > 0 || report.Entries < 4000 {
		t.Errorf("%d entries, %d problems: %v %v %v", report.Entries, n, report.Problems, shifts, bookings)
	}
}

// The same seed makes the same city: the last hashes of all chains are the same.
func TestACityIsRepeatable(t *testing.T) {
	t.Parallel()
	var sums [2]string
	for i := range sums {
		a := buildCity(t, storetest.URL(t))
		apptest.Must(t, a.MakeCity(t.Context(), cityScale, io.Discard, false))
		var hashes []string
		apptest.Must(t, a.Store.Read(t.Context()).Table("hour_entries").Order("id").Pluck("hash", &hashes).Error)
		var names []string
		apptest.Must(t, a.Store.Read(t.Context()).Raw("SELECT name || birth_date || COALESCE(phone_index IS NULL, '') FROM people WHERE birth_date IS NOT NULL ORDER BY id").Scan(&names).Error)
		sums[i] = fmt.Sprint(hashes, names)
	}
	if sums[0] != sums[1] {
		t.Error("two cities of one seed differ")
	}
}
