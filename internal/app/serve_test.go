package app_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"yimi/internal/apptest"
	"yimi/internal/config"
	"yimi/internal/feature"
	"yimi/internal/jobs"
	"yimi/internal/request"
	"yimi/internal/store"
	"yimi/internal/storetest"
)

// freePort is a port that nobody listened on a moment ago.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	apptest.Must(t, err)
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	apptest.Must(t, err)
	res, err := http.DefaultClient.Do(r)
	apptest.Must(t, err)
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	apptest.Must(t, err)
	return res.StatusCode, string(raw)
}

// A panic in timed work ends neither the server nor the other tasks; it is logged with its stack and counted.
func TestServeOutlivesAPanicInTimedWork(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		metrics := freePort(t)
		w := apptest.New(t, url, func(c *config.Config) { c.MetricsListen = metrics })
		s := w.Shift(1)
		w.Clock.Set(s.EndsAt.Add(time.Hour))
		broken := func(context.Context) error { panic("a bad row") }
		w.First(feature.Feature{Tasks: []jobs.Task{{Name: "broken", Every: time.Second, Do: broken}},
			Prunes: []feature.Prune{{Keep: time.Hour, Do: func(ctx context.Context, _ store.Time) error { return broken(ctx) }}}})
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		listening, ended := make(chan string, 1), make(chan error, 1)
		go func() { ended <- w.App.Serve(ctx, func(address string) { listening <- address }) }()
		base := "http://" + <-listening
		var body string
		for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
			if _, body = get(t, "http://"+metrics+"/metrics"); strings.Contains(body, `yimi_task_failures_total{how="panic",task="broken"} 2`) && w.FindShift(s.ID).Swept &&
				strings.Contains(body, `yimi_task_last_success_timestamp_seconds{task="sweep"} 1`) {
				break
			}
		}
		for _, task := range []string{`"broken"} 2`, `"prune"} 1`} {
			if !strings.Contains(body, `yimi_task_failures_total{how="panic",task=`+task) {
				t.Errorf("the metrics lack %s", task)
			}
		}
		if !w.FindShift(s.ID).Swept || !strings.Contains(body, `yimi_task_last_success_timestamp_seconds{task="sweep"} 1`) {
			t.Error("the other tasks stand still")
		}
		if strings.Contains(body, `timestamp_seconds{task="broken"}`) {
			t.Error("what never ended well has a time at which it did")
		}
		if status, _ := get(t, base+"/healthz"); status != 200 {
			t.Errorf("health: %d", status)
		}
		stop()
		apptest.Must(t, <-ended)
		if all := w.Log.All(); !strings.Contains(all, `"stack":"goroutine`) || !strings.Contains(all, "TestServeOutlives") {
			t.Error("no stack is logged")
		}
	})
}

// One thing that cannot be pruned keeps nothing else.
func TestPruneGoesOn(t *testing.T) {
	apptest.EachLoop(t, func(t *testing.T, l *apptest.Loop) {
		l.Put(request.Draft)
		l.Clock.Advance(config.Default().Retention.Drafts + time.Hour)
		l.First(feature.Feature{Prunes: []feature.Prune{{Keep: time.Hour, Do: func(context.Context, store.Time) error { panic("a bad row") }}}})
		var p *jobs.Panic
		if err := l.Prune(t.Context()); !errors.As(err, &p) {
			t.Errorf("no panic: %v", err)
		}
		if n := l.Count("requests", "1 = 1"); n != 0 {
			t.Errorf("%d drafts are left", n)
		}
	})
}

// Health, metrics on their own listener, and a stop that lets what is under way finish.
func TestServeCountsAndDrains(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		metrics := freePort(t)
		w := apptest.New(t, url, func(c *config.Config) { c.MetricsListen = metrics })
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		listening, ended := make(chan string, 1), make(chan error, 1)
		go func() { ended <- w.App.Serve(ctx, func(address string) { listening <- address }) }()
		address := <-listening
		base := "http://" + address
		for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/api/v1/me": 401, "/api/v1/nowhere": 404, "/metrics": 404, "/debug/pprof/": 404} {
			if status, body := get(t, base+path); status != want {
				t.Errorf("%s: %d %s", path, status, body)
			}
		}
		for _, path := range []string{"/healthz", "/readyz"} { // as probes ask
			r, err := http.NewRequestWithContext(t.Context(), http.MethodHead, base+path, nil)
			apptest.Must(t, err)
			res, err := http.DefaultClient.Do(r)
			apptest.Must(t, err)
			if apptest.Must(t, res.Body.Close()); res.StatusCode != http.StatusOK {
				t.Errorf("HEAD %s: %d", path, res.StatusCode)
			}
		}
		_, body := get(t, "http://"+metrics+"/metrics")
		for _, line := range []string{
			`yimi_http_requests_total{code="unauthenticated",operation="getMe",status="401"} 1`,
			`yimi_http_requests_total{code="not_found",operation="none",status="404"}`,
			`yimi_http_request_seconds_count{operation="getMe"} 1`,
			`yimi_messages_unsent{state="due"} 0`, `yimi_messages_unsent{state="failed"} 0`, "\nyimi_writers_queued ",
			`go_sql_open_connections{db_name="readers"}`,
		} {
			if !strings.Contains(body, line) {
				t.Errorf("the metrics lack %s", line)
			}
		}

		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
		apptest.Must(t, err)
		defer func() { _ = conn.Close() }()
		const said = `{"refresh_token":"aaaaaaaaaaaaaaaaaaaaaaaaaaaa"}`
		_, err = fmt.Fprintf(conn, "POST /api/v1/auth/refresh HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(said), said[:10])
		apptest.Must(t, err)
		time.Sleep(100 * time.Millisecond)
		stop()
		time.Sleep(200 * time.Millisecond)
		if _, err := (&net.Dialer{Timeout: time.Second}).DialContext(t.Context(), "tcp", address); err == nil {
			t.Error("new connections are still taken")
		}
		_, err = io.WriteString(conn, said[10:])
		apptest.Must(t, err)
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || res.StatusCode != http.StatusUnauthorized {
			t.Errorf("the request under way got %v, %v", res, err)
		}
		select {
		case err := <-ended:
			apptest.Must(t, err)
		case <-time.After(20 * time.Second):
			t.Error("it does not stop")
		}
	})
}
