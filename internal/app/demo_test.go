package app_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/app"
	"yimi/internal/apptest"
	"yimi/internal/config"
	"yimi/internal/outbox"
	"yimi/internal/request"
	"yimi/internal/say"
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

// changes are what the demo's people may do to it through the contract, as far as it is let.
func (h *demoHouse) changes(a *app.App) {
	h.t.Helper()
	ask := func(token, method, path, body string) int {
		r := httptest.NewRequestWithContext(h.t.Context(), method, "http://127.0.0.1/api/v1"+path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Idempotency-Key", rand.Text())
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		a.Handler.ServeHTTP(w, r)
		return w.Code
	}
	must := func(token, method, path, body string) {
		h.t.Helper()
		if code := ask(token, method, path, body); code >= 300 {
			h.t.Errorf("%s %s %s: %d", method, path, body, code)
		}
	}
	ids := func(table, where string) (out []int64) {
		h.t.Helper()
		apptest.Must(h.t, a.Store.Read(h.t.Context()).Table(table).Where(where).Order("id").Pluck("id", &out).Error)
		return out
	}
	admin, staff := h.login(a, "admin"), h.login(a, "staff")
	for i, id := range ids("units", "1 = 1") {
		must(admin, "PATCH", fmt.Sprintf("/units/%d", id), fmt.Sprintf(`{"name":"另一个名字 %d","phone":"","address":"","location":{"latitude":%d,"longitude":106}}`, i, 30+i))
	}
	for _, id := range ids("campaigns", "1 = 1") {
		must(admin, "PATCH", fmt.Sprintf("/campaigns/%d", id), `{"story":"另一段话","art":"path","goal_minutes":60}`)
	}
	for _, persona := range []string{"resident", "volunteer", "worker", "staff", "newcomer", "admin"} {
		ask(h.login(a, persona), "PATCH", "/me", `{"name":"换了名字"}`)
	}
	for _, id := range ids("shifts", "1 = 1") {
		ask(staff, "POST", fmt.Sprintf("/shifts/%d/cancel", id), `{"reason":"下雨"}`)
	}
	for _, id := range ids("activities", "state = 'published'") {
		ask(staff, "PATCH", fmt.Sprintf("/activities/%d", id), `{"title":"另一个活动"}`)
		ask(staff, "POST", fmt.Sprintf("/activities/%d/cancel", id), `{"reason":"下雨"}`)
		ask(staff, "POST", fmt.Sprintf("/activities/%d/finish", id), ``)
	}
}

// houseAt is the demo on a clock, opened as often as wanted.
func houseAt(t *testing.T, url string, now *atomic.Int64) (*demoHouse, func() *app.App) {
	h := newDemoHouse(t, url)
	return h, func() *app.App {
		a, err := app.Build(t.Context(), h.cfg, slog.New(slog.DiscardHandler), app.WithClock(func() time.Time { return time.UnixMilli(now.Load()) }))
		apptest.Must(t, err)
		return a
	}
}

// Whatever staff change, names above all, the demo goes on, through a restart too, and makes nothing twice.
func TestDemoOutlivesWhatPeopleChange(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		var now atomic.Int64
		now.Store(time.Date(2026, 11, 24, 3, 40, 0, 0, time.UTC).UnixMilli())
		h, open := houseAt(t, url, &now)
		a := open()
		apptest.Must(t, a.StartDemo(t.Context()))
		count := func(table, where string) (n int64) {
			t.Helper()
			apptest.Must(t, a.Store.Read(t.Context()).Table(table).Where(where).Count(&n).Error)
			return n
		}
		before := [...]int64{count("units", "1 = 1"), count("campaigns", "1 = 1"), count("service_types", "1 = 1"), count("people", "1 = 1"), count("requests", "1 = 1")}
		h.changes(a)
		for i := range 24 { // a day and a half, with a restart
			if i == 3 {
				apptest.Must(t, a.Close())
				a = open()
			}
			if i%3 == 0 {
				apptest.Must(t, a.StartDemo(t.Context()))
			}
			apptest.Must(t, a.KeepDemoAlive(t.Context()))
			apptest.Must(t, a.Activities.Sweep(t.Context()))
			checkAlive(t.Context(), t, a)
			now.Add((80 * time.Minute).Milliseconds())
		}
		defer func() { _ = a.Close() }()
		after := [...]int64{count("units", "1 = 1"), count("campaigns", "1 = 1"), count("service_types", "1 = 1"), count("people", "1 = 1"), count("requests", "1 = 1")}
		if after[4] -= before[4]; after[4] > 10 { // a talk or two a day
			t.Errorf("%d more requests", after[4])
		}
		before[4], after[4] = 0, 0
		if before != after || count("units", "parent_id IS NULL") != 1 {
			t.Errorf("units, campaigns, services, people were %v and are %v", before, after)
		}
		report, err := a.Hours.Verify(t.Context(), func(int64) {})
		if err != nil || len(report.Problems) > 0 {
			t.Errorf("the ledger: %v %v", err, report)
		}
		if problems, err := a.Activities.Verify(t.Context()); err != nil || len(problems) > 0 {
			t.Errorf("the shifts: %v %v", err, problems)
		}
	})
}

// A demo that nobody can book with, or whose staff have lost their roles, goes on without talks, and asks for none in vain.
func TestDemoAsksForNothingInVain(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]string{
		"not offered":      "UPDATE service_types SET active = 0, name = CONCAT('x', id)",
		"without bookings": "UPDATE service_types SET mode = 'request'",
		"worker away":      "UPDATE providers SET active = 0 WHERE person_id IN (SELECT person_id FROM wechat_identities WHERE openid = 'demo-worker')",
		"worker left":      "DELETE FROM provider_services",
		"no roles":         "DELETE FROM role_grants",
		"merged":           "UPDATE wechat_identities SET person_id = (SELECT id FROM (SELECT MAX(person_id) AS id FROM wechat_identities WHERE openid = 'demo-v2') x) WHERE openid LIKE 'demo-v%' AND openid NOT IN ('demo-v1', 'demo-volunteer')",
		"closed":           "DELETE FROM wechat_identities WHERE openid NOT LIKE 'demo-v1%'",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.EachURL(t, func(t *testing.T, url string) {
				var now atomic.Int64
				now.Store(time.Date(2026, 11, 24, 3, 40, 0, 0, time.UTC).UnixMilli())
				_, open := houseAt(t, url, &now)
				a := open()
				defer func() { _ = a.Close() }()
				apptest.Must(t, a.StartDemo(t.Context()))
				apptest.Must(t, a.Store.Tx(t.Context(), func(tx *store.Tx) error { return tx.Exec(change).Error }))
				count := func(table, where string) (n int64) {
					t.Helper()
					apptest.Must(t, a.Store.Read(t.Context()).Table(table).Where(where).Count(&n).Error)
					return n
				}
				all, vain := count("requests", "1 = 1"), count("requests", "state <> 'scheduled'")
				now.Add((5 * 24 * time.Hour).Milliseconds()) // no talk of before is ahead any more
				for range 5 {
					apptest.Must(t, a.KeepDemoAlive(t.Context()))
					apptest.Must(t, a.Activities.Sweep(t.Context()))
					checkAlive(t.Context(), t, a)
					now.Add(time.Minute.Milliseconds())
				}
				all, vain = count("requests", "1 = 1")-all, count("requests", "state <> 'scheduled'")-vain
				if all > 3 || vain > 1 || count("signups", "person_id = 0") > 0 {
					t.Errorf("%d requests, %d in vain, or somebody who is not there has signed up", all, vain)
				}
			})
		})
	}
}

// What the demo cannot find any more keeps no server from starting; the log says it.
func TestStartsWithoutTendingTheDemo(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		h := newDemoHouse(t, url)
		var log apptest.Log
		a, err := app.Build(t.Context(), h.cfg, slog.New(slog.NewJSONHandler(&log, nil)))
		apptest.Must(t, err)
		defer func() { _ = a.Close() }()
		apptest.Must(t, a.StartDemo(t.Context()))
		apptest.Must(t, a.Store.Tx(t.Context(), func(tx *store.Tx) error { return tx.Exec("UPDATE units SET created_at = 1").Error }))
		apptest.Must(t, a.StartDemo(t.Context()))
		if !strings.Contains(log.All(), "the demo is not tended") {
			t.Error("nothing is logged")
		}
	})
}

// What the demo tells does not contradict itself: activities of a day are on that day, notices come in
// the order of their times, and none promises an answer later than its request does.
func TestTheDemoDoesNotContradictItself(t *testing.T) {
	t.Parallel()
	cfg := config.Default()
	cfg.Demo, cfg.DataDir = true, t.TempDir()
	cfg.Database = config.DSN("sqlite:" + filepath.Join(cfg.DataDir, "yimi.db"))
	a, err := app.Build(t.Context(), cfg, slog.New(slog.DiscardHandler), app.WithClock(func() time.Time { return time.Date(2026, 11, 24, 3, 40, 0, 0, time.UTC) }))
	apptest.Must(t, err)
	defer func() { _ = a.Close() }()
	apptest.Must(t, a.KeepDemoAlive(t.Context()))
	db := a.Store.Read(t.Context())
	var shifts []struct {
		Title    string
		StartsAt store.Time
	}
	apptest.Must(t, db.Table("shifts").Select("activities.title, shifts.starts_at").Joins("JOIN activities ON activities.id = shifts.activity_id").Find(&shifts).Error)
	for _, s := range shifts {
		day := s.StartsAt.In(store.Shanghai).Weekday()
		if strings.HasPrefix(s.Title, "周五") && day != time.Friday || strings.HasPrefix(s.Title, "周末") && day != time.Saturday && day != time.Sunday {
			t.Errorf("%s on a %s", s.Title, day)
		}
	}
	var notices []outbox.Notice
	apptest.Must(t, db.Where("subject = 'request'").Order("person_id, id").Find(&notices).Error)
	for i := 1; i < len(notices); i++ {
		was, is := &notices[i-1], &notices[i]
		if was.PersonID == is.PersonID && is.CreatedAt.Before(was.CreatedAt.Time) {
			t.Errorf("%s (%s) stands above %s (%s)", is.Title, is.CreatedAt, was.Title, was.CreatedAt)
		}
	}
	for _, n := range notices {
		var r request.Request
		apptest.Must(t, db.Where("id = ?", n.SubjectID).Take(&r).Error)
		if n.Kind == request.NoticeRequestSubmitted && !strings.Contains(n.Body, say.Time(r.RespondBy.Time)) {
			t.Errorf("%q, and the request says %s", n.Body, r.RespondBy)
		}
	}
}
