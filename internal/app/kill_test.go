package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/store"
	"yimi/internal/storetest"
)

// deed is one request of the storm, and what was said to it.
type deed struct {
	who        auth.Actor
	path, body string
	key        string
	signup     int64  // to be confirmed by staff; 0 for a new sign-up
	answer     []byte // of a 2xx, else nil
	lost       bool   // done, and killed before the answer was kept
}

// storm is people signing up for one shift and staff confirming another.
type storm struct {
	*apptest.World
	t      *testing.T
	signup activity.Shift
	deeds  []*deed
}

func newStorm(t *testing.T, url string) *storm {
	w := apptest.New(t, url)
	w.Clock.Set(time.Now())
	s := &storm{World: w, t: t}
	shift := func(from, to time.Duration, capacity int) activity.Shift {
		return activity.Shift{StartsAt: store.At(time.Now().Add(from)), EndsAt: store.At(time.Now().Add(to)), Capacity: capacity}
	}
	s.signup = w.Publish(w.Draft(), shift(30*time.Hour, 32*time.Hour, 40))[0].Shift
	past := w.Publish(w.Draft(), shift(time.Hour, 2*time.Hour, 100))[0].Shift
	for i, p := range w.Crowd(80) {
		g := w.SignUp(p, past.ID)
		apptest.Must(t, w.Tx(func(tx *store.Tx) error {
			return tx.Create(&activity.Attendance{SignupID: g.ID, ShiftID: past.ID, UnitID: past.UnitID, InAt: past.StartsAt, InMethod: activity.ByCode,
				OutAt: &past.EndsAt, OutMethod: activity.ByCode}).Error
		}))
		s.deeds = append(s.deeds,
			&deed{who: w.Second, path: fmt.Sprintf("/shifts/%d/attendance", past.ID), signup: g.ID, key: fmt.Sprintf("confirm-%04d", i),
				body: fmt.Sprintf(`{"items":[{"signup_id":%d,"action":"confirm"}]}`, g.ID)},
			&deed{who: p, path: fmt.Sprintf("/shifts/%d/signups", s.signup.ID), key: fmt.Sprintf("sign-up-%04d", i), body: `{"waitlist":true}`})
	}
	return s
}

// blow sends every deed from many clients and gives the number of those acknowledged.
func (s *storm) blow(url string, at func(acknowledged int64)) {
	client := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxConnsPerHost: 24}}
	defer client.CloseIdleConnections()
	var n atomic.Int64
	var wg sync.WaitGroup
	gate := make(chan struct{}, 24)
	for _, d := range s.deeds {
		gate <- struct{}{}
		wg.Go(func() {
			defer func() { <-gate }()
			r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, url+"/api/v1"+d.path, strings.NewReader(d.body))
			if err != nil {
				s.t.Error(err)
				return
			}
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Idempotency-Key", d.key)
			r.Header.Set("Authorization", "Bearer "+s.Token(d.who))
			res, err := client.Do(r)
			if err != nil {
				return // killed under it
			}
			defer func() { _ = res.Body.Close() }()
			body, err := io.ReadAll(res.Body)
			switch {
			case err != nil: // killed under it
			case res.StatusCode >= 500:
				s.t.Errorf("%s: %d %s", d.path, res.StatusCode, body)
			case bytes.Contains(body, []byte("already_done")) && d.answer == nil:
				d.lost = true
			case res.StatusCode >= 300:
				s.t.Errorf("%s: %d %s", d.path, res.StatusCode, body)
			default:
				s.acknowledged(d, body)
				at(n.Add(1))
			}
		})
	}
	wg.Wait()
}

// acknowledged keeps the answer; a second one must say the same of the deed.
func (s *storm) acknowledged(d *deed, body []byte) {
	var first, now struct{ ID int64 }
	if d.answer == nil {
		d.answer = body
	}
	_, _ = json.Unmarshal(d.answer, &first), json.Unmarshal(body, &now)
	if first.ID != now.ID || d.signup != 0 && !bytes.Contains(body, []byte(`"done":true`)) && !bytes.Contains(body, []byte("already_credited")) {
		s.t.Errorf("%s: first %s, then %s", d.key, d.answer, body)
	}
}

// kept checks that everything acknowledged is there.
func (s *storm) kept() (n int) {
	s.t.Helper()
	for _, d := range s.deeds {
		if d.answer == nil && !d.lost {
			continue
		}
		n++
		var rows int64
		if d.signup != 0 {
			rows = s.Count("hour_entries", "source = 'signup' AND source_id = ?", d.signup)
		} else {
			rows = s.Count("signups", "shift_id = ? AND person_id = ? AND live = 1", s.signup.ID, d.who.PersonID)
		}
		if rows != 1 {
			s.t.Errorf("%s was acknowledged, and there are %d of it", d.key, rows)
		}
	}
	return n
}

// The server is killed in the middle of a storm, twice, and comes back: nothing
// acknowledged is missing, nothing is done twice, the ledger is whole (rule 7).
func TestKilledInTheMiddle(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		s := newStorm(t, url)
		p := newProgram(t, keysEnv(s.Keys), "--database="+url, "--data-dir="+t.TempDir())
		for _, enough := range []int64{25, 60} {
			cmd, address := p.start()
			var once sync.Once
			s.blow(address, func(n int64) {
				if n >= enough {
					once.Do(func() { _ = cmd.Process.Kill() })
				}
			})
			_ = cmd.Wait()
			if code := cmd.ProcessState.ExitCode(); code != -1 {
				t.Errorf("the program ended by itself: %d", code)
			}
			t.Logf("killed after %d; %d are acknowledged by now", enough, s.kept())
			if out, err := p.run("verify"); err != nil {
				t.Errorf("verify after the kill: %v\n%s", err, out)
			}
		}
		_, address := p.start()
		s.blow(address, func(int64) {})
		if n := s.kept(); n != len(s.deeds) {
			t.Errorf("%d of %d are done in the end", n, len(s.deeds))
		}
		if got := s.FindShift(s.signup.ID); got.Taken != 40 || got.Waitlisted != 40 || s.Count("hour_entries", "1 = 1") != 80 {
			t.Errorf("%+v, %d entries", got, s.Count("hour_entries", "1 = 1"))
		}
		s.Whole(t)
	})
}

// verify says so, and exits 1, when the ledger is not whole.
func TestVerifyExitsOneOnTampering(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		w := apptest.New(t, url)
		shift, p := w.Shift(2), w.Volunteer("林晓雯")
		g := w.SignUp(p, shift.ID)
		w.Serve(p, shift, time.Hour)
		_, err := w.Record(w.Staff, shift.ID, activity.Deed{SignupID: g.ID, Action: "confirm"})
		apptest.Must(t, err)
		yimi := newProgram(t, keysEnv(w.Keys), "--database="+url, "--data-dir="+t.TempDir())
		if out, err := yimi.run("verify"); err != nil || !strings.Contains(out, "1 entries in 1 chains") {
			t.Errorf("%v: %s", err, out)
		}
		for _, c := range []struct{ tamper, undo, says string }{
			{"UPDATE hour_entries SET minutes = 150", "UPDATE hour_entries SET minutes = 60", "was changed"},
			{"UPDATE shifts SET taken = 2", "UPDATE shifts SET taken = 1", "its sign-ups say 1"},
		} {
			w.Exec(c.tamper)
			if out, err := yimi.run("verify"); err == nil || !strings.Contains(out, c.says) {
				t.Errorf("%s: %v: %s", c.tamper, err, out)
			}
			w.Exec(c.undo)
		}
	})
}

// "yimi migrate" is killed again and again, wherever it is; in the end it finishes, and the tables are those of one that was let alone.
func TestKilledMigrate(t *testing.T) {
	t.Parallel()
	storetest.Dialects(t, func(t *testing.T, url string) {
		p := newProgram(t, nil, "--demo", "--database", url, "--data-dir", t.TempDir())
		kills := 0
		for wait := 30 * time.Millisecond; ; wait += 7 * time.Millisecond {
			cmd := exec.CommandContext(t.Context(), p.path, append([]string{"migrate", "--log-level", "error"}, p.args...)...) //nolint:gosec // our own program
			cmd.Env = p.env
			var said bytes.Buffer
			cmd.Stderr = &said
			apptest.Must(t, cmd.Start())
			killer := time.AfterFunc(wait, func() { _ = cmd.Process.Kill() })
			err := cmd.Wait()
			killer.Stop()
			if err == nil {
				break
			}
			if cmd.ProcessState.ExitCode() != -1 {
				t.Fatalf("it failed by itself: %v: %s", err, &said)
			}
			kills++
		}
		s := storetest.OpenURL(t, url)
		apptest.Must(t, s.Ready(t.Context()))
		if kills < 3 {
			t.Errorf("killed %d times", kills)
		}
		t.Logf("killed %d times", kills)
	})
}
