package app_test

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/app"
	"yimi/internal/config"
	"yimi/internal/store"
	"yimi/internal/storetest"
)

// The demo stays true and alive for days: whenever one looks, an activity is under
// way, a check-in opens within minutes, and the ledger is whole.
func TestDemoStaysAliveForDays(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		var now atomic.Int64
		now.Store(time.Date(2026, 11, 24, 3, 40, 0, 0, time.UTC).UnixMilli())
		cfg := config.Default()
		cfg.Demo, cfg.Database, cfg.DataDir = true, config.DSN(url), t.TempDir()
		a, err := app.Build(t.Context(), cfg, slog.New(slog.DiscardHandler), app.WithClock(func() time.Time { return time.UnixMilli(now.Load()) }))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = a.Close() }()
		for range 45 { // two and a half days in steps of 80 minutes
			if err := a.KeepDemoAlive(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := a.Activities.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
			checkAlive(t.Context(), t, a)
			now.Add((80 * time.Minute).Milliseconds())
		}
		report, err := a.Hours.Verify(t.Context(), func(int64) {})
		if err != nil || len(report.Problems) > 0 {
			t.Errorf("the ledger: %v %v", err, report)
		}
		if problems, err := a.Activities.Verify(t.Context()); err != nil || len(problems) > 0 {
			t.Errorf("the shifts: %v %v", err, problems)
		}
		if problems, err := a.Bookings.Verify(t.Context()); err != nil || len(problems) > 0 {
			t.Errorf("the bookings: %v %v", err, problems)
		}
	})
}

func checkAlive(ctx context.Context, t *testing.T, a *app.App) {
	t.Helper()
	now := a.Store.Now()
	var underWay, opening int64
	db := a.Store.Read(ctx)
	count := func(n *int64, where string, args ...any) {
		if err := db.Model(&activity.Shift{}).Where("state = 'open'").Where(where, args...).Count(n).Error; err != nil {
			t.Fatal(err)
		}
	}
	count(&underWay, "starts_at <= ? AND ends_at > ?", now, now)
	count(&opening, "starts_at > ? AND starts_at < ?", now, store.At(now.Add(45*time.Minute)))
	if underWay == 0 || opening == 0 {
		t.Errorf("%v: %d activities under way, %d whose check-in opens within minutes", now, underWay, opening)
	}
}
