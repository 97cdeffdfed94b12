package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/store"
)

// fleet is several servers on one database, with one folder of files and the same keys.
type fleet struct {
	t       *testing.T
	servers []*program
	cmds    []*exec.Cmd
	urls    []string
}

func newFleet(t *testing.T, w *apptest.World, n int, args ...string) *fleet {
	t.Helper()
	f := &fleet{t: t, cmds: make([]*exec.Cmd, n), urls: make([]string, n)}
	shared := append(args, "--data-dir="+t.TempDir(), fmt.Sprintf("--servers=%d", n))
	for range n {
		p := newProgram(t, keysEnv(w.Keys), slices.Clone(shared)...)
		p.listen = freePort(t)
		f.servers = append(f.servers, p)
	}
	var starting sync.WaitGroup
	for i := range n {
		starting.Go(func() { f.start(i) })
	}
	starting.Wait()
	return f
}

func (f *fleet) start(i int) { f.cmds[i], f.urls[i] = f.servers[i].start() }

// restart stops a server as an operator does, and starts it again once it has ended well.
func (f *fleet) restart(i int) {
	f.t.Helper()
	apptest.Must(f.t, f.cmds[i].Process.Signal(syscall.SIGTERM))
	if err := f.cmds[i].Wait(); err != nil {
		f.t.Errorf("server %d did not stop well: %v", i, err)
	}
	f.start(i)
}

// act is one thing that somebody does, with a key of its own, until it is answered.
type act struct {
	who       auth.Actor
	path, key string
	body      func() any // asked at the first try
	sent      []byte
	answer    apptest.Answer
	unkept    bool // it was done, and its answer not kept: the caller is told so
}

// rush is people signing up for places, checking in on the spot, and staff crediting hours.
type rush struct {
	*apptest.World
	t              *testing.T
	few, now, past activity.Shift
	acts           []*act
	places         int
	client         *http.Client
	urls           []string // each act tries the next one after a failure

	done atomic.Int64
	mu   sync.Mutex
	seen map[string]int // what came before the answer: 5xx and broken connections
	went []answered
}

// answered is one write that was answered with 2xx.
type answered struct {
	server       int
	begun, ended time.Time
}

// newRush prepares the people. Half of those who want one of the few places would wait. Who confirms
// did not publish the shifts, so that so many at once need no further hand.
func newRush(t *testing.T, w *apptest.World, people, places int, client *http.Client, urls ...string) *rush {
	t.Helper()
	w.Clock.Set(time.Now())
	r := &rush{World: w, t: t, places: places, client: client, urls: urls, seen: map[string]int{}}
	r.few = r.shift(30*time.Hour, places)
	r.now, r.past = r.shift(10*time.Minute, people), r.shift(3*time.Hour, people)
	codes := activity.NewCodes(w.Keys.Checkin[0].Secret, 30*time.Second)
	for i, p := range w.Crowd(people) {
		w.SignUp(p, r.now.ID)
		credit := w.SignUp(p, r.past.ID).ID
		r.wasThere(credit)
		r.add(p, fmt.Sprintf("/shifts/%d/signups", r.few.ID), func() any { return map[string]any{"waitlist": i%2 == 0} })
		r.add(p, "/checkins", func() any {
			return map[string]any{"kind": "in", "token": codes.ForShift(&r.now, activity.In, time.Now()).Token}
		})
		r.add(w.Second, fmt.Sprintf("/shifts/%d/attendance", r.past.ID), func() any {
			return map[string]any{"items": []any{map[string]any{"signup_id": credit, "action": "confirm"}}}
		})
	}
	return r
}

func (r *rush) shift(from time.Duration, capacity int) activity.Shift {
	at := time.Now().Add(from)
	return r.Publish(r.Draft(), activity.Shift{StartsAt: store.At(at), EndsAt: store.At(at.Add(time.Hour)), Capacity: capacity})[0].Shift
}

func (r *rush) wasThere(signup int64) {
	apptest.Must(r.t, r.Tx(func(tx *store.Tx) error {
		return tx.Create(&activity.Attendance{SignupID: signup, ShiftID: r.past.ID, UnitID: r.past.UnitID, InAt: r.past.StartsAt, InMethod: activity.ByCode,
			OutAt: &r.past.EndsAt, OutMethod: activity.ByCode}).Error
	}))
}

func (r *rush) add(who auth.Actor, path string, body func() any) {
	r.acts = append(r.acts, &act{who: who, path: path, body: body, key: fmt.Sprintf("rush-%06d", len(r.acts))})
}

const (
	rushAtOnce  = 24
	rushPatient = 60 * time.Second // how long a caller goes on trying
	rushPause   = 50 * time.Millisecond
	rushPace    = 12 * time.Millisecond // from one act to the next
)

// blow does every act, and calls at after each.
func (r *rush) blow(at func(done int64)) {
	var wg sync.WaitGroup
	gate, pace := make(chan struct{}, rushAtOnce), time.NewTicker(rushPace)
	defer pace.Stop()
	for i, a := range r.acts {
		<-pace.C
		gate <- struct{}{}
		wg.Go(func() {
			defer func() { <-gate }()
			r.until(a, i)
			at(r.done.Add(1))
		})
	}
	wg.Wait()
}

// until tries an act with the same key and the same body until it is answered.
func (r *rush) until(a *act, server int) {
	a.sent, _ = json.Marshal(a.body())
	for giveUp := time.Now().Add(rushPatient); time.Now().Before(giveUp); server++ {
		at := server % len(r.urls)
		begun := time.Now()
		status, body, err := r.post(a, r.urls[at])
		if err == nil && bytes.Contains(body, []byte(`"code":"busy"`)) { // an item of a batch: not done, and answered; people ask anew
			a.key, status = a.key+"-", http.StatusServiceUnavailable
		}
		if err == nil && status < 500 {
			r.answered(a, status, body, answered{at, begun, time.Now()})
			return
		}
		r.note(status, err)
		time.Sleep(rushPause) // a caller's pause before the next try
	}
	r.t.Errorf("%s was never answered", a.path)
}

func (r *rush) post(a *act, url string) (status int, body []byte, err error) {
	q, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, url+"/api/v1"+a.path, bytes.NewReader(a.sent))
	if err != nil {
		return 0, nil, err
	}
	q.Header.Set("Content-Type", "application/json")
	q.Header.Set("Idempotency-Key", a.key)
	q.Header.Set("Authorization", "Bearer "+r.Token(a.who))
	res, err := r.client.Do(q)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = res.Body.Close() }()
	body, err = io.ReadAll(res.Body)
	return res.StatusCode, body, err
}

func (r *rush) note(status int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		r.seen["broken"]++
	} else {
		r.seen[fmt.Sprint(status)]++
	}
}

func (r *rush) answered(a *act, status int, body []byte, w answered) {
	a.answer.Status, a.answer.Body = status, body
	_ = json.Unmarshal(body, &a.answer.Problem)
	a.unkept = a.answer.Problem.Code == "already_done"
	switch code := a.answer.Problem.Code; {
	case status < 300 && !bytes.Contains(body, []byte(`"done":false`)):
		r.mu.Lock()
		r.went = append(r.went, w)
		r.mu.Unlock()
	case !a.unkept && code != "shift_full":
		r.t.Errorf("%s: %d %s", a.path, status, body)
	}
}

// check holds the database against what was answered: all of it is there, once.
func (r *rush) check() {
	r.t.Helper()
	confirmed := 0
	for i, a := range r.acts {
		var rows int64
		want := int64(1)
		switch i % 3 {
		case 0:
			rows = r.Count("signups", "shift_id = ? AND person_id = ? AND live = 1", r.few.ID, a.who.PersonID)
			if a.answer.Problem.Code == "shift_full" {
				want = 0
			}
			if bytes.Contains(a.answer.Body, []byte(`"state":"confirmed"`)) {
				confirmed++
			}
		case 1:
			rows = r.Count("attendances", "shift_id = ? AND signup_id IN (SELECT id FROM signups WHERE person_id = ?)", r.now.ID, a.who.PersonID)
		case 2:
			var sent struct {
				Items []struct {
					SignupID int64 `json:"signup_id"`
				}
			}
			apptest.Must(r.t, json.Unmarshal(a.sent, &sent))
			rows = r.Count("hour_entries", "source = 'signup' AND source_id = ?", sent.Items[0].SignupID)
		}
		if rows != want {
			r.t.Errorf("%s was answered %d %s, and there are %d of it", a.path, a.answer.Status, a.answer.Body, rows)
		}
	}
	got := r.FindShift(r.few.ID)
	if n := r.Count("signups", "shift_id = ? AND state = 'confirmed'", r.few.ID); got.Taken != r.places || n != int64(r.places) || confirmed > r.places {
		r.t.Errorf("%d places: %d taken, %d confirmed, %d told so", r.places, got.Taken, n, confirmed)
	}
	r.Whole(r.t)
}

// goesOn is how long after the moment each server answered a write that was begun after it.
func (r *rush) goesOn(after time.Time) map[int]time.Duration {
	out := map[int]time.Duration{}
	for _, w := range r.went {
		if took := w.ended.Sub(after); w.begun.After(after) && (out[w.server] == 0 || took < out[w.server]) {
			out[w.server] = took
		}
	}
	return out
}

// troubles says what was tried again.
func (r *rush) troubles() string {
	var words []string
	for _, what := range slices.Sorted(maps.Keys(r.seen)) {
		words = append(words, fmt.Sprintf("%d × %s", r.seen[what], what))
	}
	if len(words) == 0 {
		return "nothing"
	}
	return strings.Join(words, ", ")
}
