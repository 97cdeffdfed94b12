package app

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"yimi/internal/config"
	"yimi/internal/store"
	"yimi/internal/unit"
)

// drill is "yimi drill": the newest backup is restored into a folder, and a database, that go again, and is used there as
// people would. What came of it is noted for the metrics of the servers.
func drill(ctx context.Context, c *commandLine, cfg config.Config, log *slog.Logger, dir string) (err error) {
	began := time.Now()
	r, err := newRestoring(c, cfg, log, dir)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "yimi-drill-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	fresh, err := store.NewFresh(ctx, "sqlite:"+filepath.Join(folder, "yimi.db"))
	if cfg.Database.MySQL() {
		fresh, err = store.NewScratch(ctx, string(cfg.Database))
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, fresh.Remove(context.WithoutCancel(ctx))) }()
	a, err := r.open(ctx, fresh, folder)
	if err != nil {
		return err
	}
	err = r.during("serving and logging in", func() error { return a.tryOut(ctx) })
	if err := errors.Join(err, a.Close()); err != nil {
		return err
	}
	if err := noteRestorable(cfg, r.Began); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(c.out, "yimi: %s was restored, proved, served and logged in to in %s; it is %s old\n",
		r.Dir, seconds(time.Since(began)), time.Since(r.Began).Round(time.Second))
	return nil
}

// tryOut serves the program on loopback, asks whether it is ready, and logs in by a password with an account that it makes
// in this copy alone. Nothing that is timed runs, so nothing leaves it.
func (a *App) tryOut(ctx context.Context) error {
	const name = "恢复演练"
	login, password := "drill-"+strings.ToLower(rand.Text()[:10]), rand.Text()
	_, err := a.Identity.BootstrapAdmin(ctx, name, login, password, func(tx *store.Tx) (int64, error) {
		district, err := unit.BootstrapIn(tx, unit.DistrictCentre, name, true)
		return district.ID, err
	})
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: a.Handler, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }()
	defer func() { _ = server.Close() }()
	base := "http://" + listener.Addr().String()
	if err := call(ctx, http.MethodGet, base+"/readyz", "", nil, nil); err != nil {
		return err
	}
	var session struct {
		Token string `json:"access_token"`
	}
	if err := call(ctx, http.MethodPost, base+"/api/v1/auth/password", "", map[string]string{"login": login, "password": password}, &session); err != nil {
		return err
	}
	return call(ctx, http.MethodGet, base+"/api/v1/me", session.Token, nil, nil)
}

// call makes one request, and says what was answered when it is refused.
func call(ctx context.Context, method, url, token string, body, into any) error {
	sent, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(sent))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := (&http.Client{Timeout: time.Minute}).Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return err
	}
	if res.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("%s %s: %d %.200s", method, r.URL.Path, res.StatusCode, answer)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(answer, into)
}

// restorable is the file in data_dir that says of when the newest backup is that a drill has restored. All servers share
// the folder, and read it when they are asked for their metrics; a row in the database would be restored with it.
func restorable(cfg config.Config) string { return filepath.Join(cfg.DataDir, "restorable") }

// restorableOf is the instant in that file; none when no drill has succeeded.
func restorableOf(cfg config.Config) (of time.Time) {
	if b, err := os.ReadFile(restorable(cfg)); err == nil {
		of, _ = time.Parse(time.RFC3339, strings.TrimSpace(string(b)))
	}
	return of
}

func noteRestorable(cfg config.Config, of time.Time) error {
	if last := restorableOf(cfg); !of.After(last) && !last.After(time.Now()) { // a drill of an older one
		return nil
	}
	temp := restorable(cfg) + ".part"
	if err := os.WriteFile(temp, []byte(of.Format(time.RFC3339)+"\n"), 0o644); err != nil { //nolint:gosec // a time, which a server of another user may read
		return err
	}
	return os.Rename(temp, restorable(cfg))
}

// restorableAge is a metric: infinite while no drill has succeeded, so that an alarm by age rings then too.
func (a *App) restorableAge() prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "yimi_backup_restorable_age_seconds", Help: "Age of the newest backup that a drill has restored; +Inf: none.",
	}, func() float64 {
		of := restorableOf(a.cfg)
		age := a.clock().Sub(of)
		if of.IsZero() || age < -time.Hour { // of a clock that went wrong: nobody knows
			return math.Inf(1)
		}
		return age.Seconds()
	})
}
