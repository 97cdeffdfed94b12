package app_test

import (
	"crypto/rand"
	"database/sql"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"yimi/internal/apptest"
)

// cluster is the one that scripts/galera made in the folder.
type cluster struct {
	t   *testing.T
	dir string
	dsn string // of all nodes, without a database
}

func newCluster(t *testing.T) *cluster {
	t.Helper()
	dir := os.Getenv("YIMI_TEST_GALERA")
	if dir == "" {
		t.Skip("YIMI_TEST_GALERA is not set: the folder of scripts/galera up; scripts/test sets it")
	}
	dsn, err := os.ReadFile(filepath.Join(dir, "dsn")) //nolint:gosec // the runner's own folder
	apptest.Must(t, err)
	return &cluster{t, dir, strings.TrimSpace(string(dsn))}
}

func (c *cluster) script(args ...string) {
	c.t.Helper()
	cmd := exec.CommandContext(c.t.Context(), "../../scripts/galera", append(args, c.dir)...) //nolint:gosec // our own script
	if out, err := cmd.CombinedOutput(); err != nil {
		c.t.Fatalf("scripts/galera %v: %v\n%s", args, err, out)
	}
}

// at runs something at one node, counted from 1.
func (c *cluster) at(node int, do func(db *sql.DB) error) {
	c.t.Helper()
	hosts := regexp.MustCompile(`\((.*)\)`).FindStringSubmatch(c.dsn)[1]
	db, err := sql.Open("mysql", strings.Replace(c.dsn, hosts, strings.Split(hosts, ",")[node-1], 1))
	apptest.Must(c.t, err)
	defer func() { _ = db.Close() }()
	apptest.Must(c.t, do(db))
}

func (c *cluster) ask(node int, query string) (answer string) {
	c.t.Helper()
	c.at(node, func(db *sql.DB) error { return db.QueryRowContext(c.t.Context(), query).Scan(&answer) })
	return answer
}

const wsrepState = "SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'wsrep_local_state_comment'"

// Three servers on a Galera cluster of three nodes; the node that they write at is killed in the
// middle of a rush (rule 7). Nothing acknowledged is lost, the others go on within ten seconds, and
// the node comes back with everything.
func TestTheWritingNodeIsKilled(t *testing.T) {
	c := newCluster(t)
	name := "yimi_test_" + strings.ToLower(rand.Text())
	began := time.Now()
	lap := func(what string) {
		t.Logf("%s: %v", what, time.Since(began).Round(10*time.Millisecond))
		began = time.Now()
	}
	c.at(2, func(db *sql.DB) error {
		_, err := db.ExecContext(t.Context(), "CREATE DATABASE "+name+" CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
		return err
	})
	url := "mysql:" + c.dsn + name
	yimi := newProgram(t, nil, "--demo", "--database="+url, "--data-dir="+t.TempDir()) // demo: a migration needs no keys
	if out, err := yimi.run("migrate"); err != nil {
		t.Fatal(err, out)
	}
	lap("migrations")
	w := apptest.New(t, url)
	f := newFleet(t, w, 3, "--database="+url, "--limits.rate.person-writes=0")
	client := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: rushAtOnce}}
	defer client.CloseIdleConnections()
	r := newRush(t, w, 150, 50, client, f.urls...)
	var once sync.Once
	var killed time.Time
	lap("three servers, and people with places")
	r.blow(func(done int64) {
		if done >= 120 {
			once.Do(func() { c.script("kill", "1"); killed = time.Now() })
		}
	})
	lap(fmt.Sprintf("%d acts, tried again: %s", len(r.acts), r.troubles()))
	for server := range f.urls {
		took, ok := r.goesOn(killed)[server]
		t.Logf("server %d wrote %v after the kill", server+1, took.Round(10*time.Millisecond))
		if !ok || took > 10*time.Second {
			t.Errorf("server %d did not go on within 10 s", server+1)
		}
	}
	for i, url := range f.urls {
		if status, body := get(t, url+"/readyz"); status != 200 {
			t.Errorf("server %d is not ready: %s", i+1, body)
		}
	}
	r.check()
	lap("checked")
	c.script("join", "1")
	lap("the killed node is synced again")
	log, err := os.ReadFile(filepath.Join(c.dir, "n1", "error.log")) //nolint:gosec // the runner's own folder
	apptest.Must(t, err)
	if !regexp.MustCompile(`IST received: |Receiving IST: 100`).Match(log) {
		t.Error("it did not come back by what it missed alone (IST)")
	}
	entries := "SELECT COUNT(*) FROM " + name + ".hour_entries"
	if a, b := c.ask(1, entries), c.ask(2, entries); c.ask(1, wsrepState) != "Synced" || a != b || a != "150" {
		t.Errorf("%s entries on the node that came back, %s on another", a, b)
	}
	if out, err := newProgram(t, keysEnv(w.Keys), "--database="+url, "--data-dir="+t.TempDir()).run("verify"); err != nil || !strings.Contains(out, "150 entries in 150 chains") {
		t.Errorf("verify: %v: %s", err, out)
	}
}
