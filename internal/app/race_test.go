package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/auth"
)

// site is the whole program over HTTP on loopback.
type site struct {
	*apptest.World
	url    string
	client *http.Client
}

func eachSite(t *testing.T, test func(t *testing.T, s *site)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, w *apptest.World) { test(t, newSite(t, w)) })
}

func newSite(t *testing.T, w *apptest.World) *site {
	t.Helper()
	server := httptest.NewServer(w.Handler)
	t.Cleanup(server.Close)
	return &site{World: w, url: server.URL + "/api/v1", client: &http.Client{Transport: &http.Transport{MaxConnsPerHost: 120, MaxIdleConnsPerHost: 120}}}
}

// answer is what came back.
type answer struct {
	status  int
	header  http.Header
	body    []byte
	problem struct {
		Type, Title, Detail, Code string
		Status                    int
		RequestID                 string `json:"request_id"`
		Fields                    []struct{ Name, Message string }
	}
}

// call asks as the actor; body may be nil, a string as it is, or anything that becomes JSON.
func (s *site) call(t testing.TB, who auth.Actor, method, path string, body any, headers ...string) answer {
	t.Helper()
	if who.SignedIn() {
		headers = append(headers, "Authorization", "Bearer "+s.Token(who))
	}
	return s.ask(t, method, path, body, headers...)
}

func (s *site) ask(t testing.TB, method, path string, body any, headers ...string) (a answer) {
	t.Helper()
	var in io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		in = bytes.NewBufferString(b)
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			t.Error(err)
			return a
		}
		in = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, s.url+path, in)
	if err != nil {
		t.Error(err)
		return a
	}
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := s.client.Do(r)
	if err != nil {
		t.Error(err)
		return a
	}
	defer func() { _ = res.Body.Close() }()
	a.status, a.header = res.StatusCode, res.Header
	if a.body, err = io.ReadAll(res.Body); err != nil {
		t.Error(err)
	}
	if res.Header.Get("Content-Type") == "application/problem+json" {
		if err := json.Unmarshal(a.body, &a.problem); err != nil {
			t.Error(err)
		}
	}
	return a
}

// tally counts answers by status and code.
func tally(answers []answer) map[string]int {
	out := map[string]int{}
	for _, a := range answers {
		out[fmt.Sprint(a.status, " ", a.problem.Code)]++
	}
	return out
}

// all calls once for each actor, as many at once as the client has connections.
func all(people []auth.Actor, call func(i int, p auth.Actor) answer) []answer {
	out := make([]answer, len(people))
	var wg sync.WaitGroup
	for i, p := range people {
		wg.Go(func() { out[i] = call(i, p) })
	}
	wg.Wait()
	return out
}

// 500 people at once for 20 places, half of them willing to wait (the issue's own figures).
func TestFiveHundredForTwentyPlaces(t *testing.T) {
	eachSite(t, func(t *testing.T, s *site) {
		shift := s.Shift(20)
		began := time.Now()
		answers := all(s.Crowd(500), func(i int, p auth.Actor) answer {
			return s.call(t, p, "POST", fmt.Sprintf("/shifts/%d/signups", shift.ID), map[string]bool{"waitlist": i%2 == 0},
				"Idempotency-Key", fmt.Sprintf("crowd-%08d", i))
		})
		t.Log("500 sign-ups in", time.Since(began))
		states := map[string]int{}
		for _, a := range answers {
			var g struct{ State string }
			if a.status == 201 {
				_ = json.Unmarshal(a.body, &g)
			}
			states[fmt.Sprint(a.status, " ", a.problem.Code, g.State)]++
		}
		if states["201 confirmed"] != 20 || states["201 confirmed"]+states["201 waitlisted"]+states["409 shift_full"] != 500 {
			t.Error(states)
		}
		got := s.FindShift(shift.ID)
		if got.Taken != 20 || got.Waitlisted != states["201 waitlisted"] || s.Count("signups", "state = 'confirmed'") != 20 {
			t.Errorf("%d taken, %d waiting, %v", got.Taken, got.Waitlisted, states)
		}
		s.Whole(t)
	})
}

func TestFiftyApprovalsOfTheLastPlaceOverHTTP(t *testing.T) {
	eachSite(t, func(t *testing.T, s *site) {
		a := s.Draft()
		a.Approval = activity.ApprovalStaff
		shift := s.Publish(a, apptest.At(24*time.Hour, 1))[0].Shift
		people := s.Crowd(50)
		ids := make([]int64, len(people))
		for i, p := range people {
			ids[i] = s.SignUp(p, shift.ID).ID
		}
		done := 0
		for i, a := range all(people, func(i int, _ auth.Actor) answer {
			return s.call(t, []auth.Actor{s.Staff, s.Second}[i%2], "POST", "/signups/decide", map[string]any{"ids": ids[i : i+1], "decision": "approve"})
		}) {
			var out struct {
				Items []struct {
					Done bool
					Code string
				}
			}
			if err := json.Unmarshal(a.body, &out); err != nil || a.status != 200 || len(out.Items) != 1 {
				t.Fatal(i, a.status, string(a.body))
			}
			if out.Items[0].Done {
				done++
			} else if out.Items[0].Code != "shift_full" {
				t.Error(out.Items[0])
			}
		}
		if done != 1 || s.FindShift(shift.ID).Taken != 1 {
			t.Errorf("%d approved", done)
		}
		s.Whole(t)
	})
}

func TestManyCheckInAndAreConfirmedAtOnce(t *testing.T) {
	eachSite(t, func(t *testing.T, s *site) {
		shift, people := s.Shift(60), s.Crowd(60)
		ids := map[int64]int64{}
		for _, p := range people {
			ids[p.PersonID] = s.SignUp(p, shift.ID).ID
		}
		for i, kind := range []string{"in", "out"} {
			s.Clock.Set(shift.StartsAt.Add(time.Duration(i) * time.Hour))
			code := s.Code(shift.ID)
			if got := tally(all(people, func(i int, p auth.Actor) answer {
				if i%2 == 0 {
					return s.call(t, p, "POST", "/checkins", map[string]any{"kind": kind, "digits": code.Digits, "shift_id": shift.ID})
				}
				return s.call(t, p, "POST", "/checkins", map[string]any{"kind": kind, "token": code.Token})
			})); got["200 "] != 60 {
				t.Error(kind, got)
			}
		}
		// The staff confirm everybody, twice at once from two desks.
		got := tally(all(append(people, people...), func(i int, p auth.Actor) answer {
			return s.call(t, []auth.Actor{s.Staff, s.Second}[i/60], "POST", fmt.Sprintf("/shifts/%d/attendance", shift.ID),
				map[string]any{"items": []any{map[string]any{"signup_id": ids[p.PersonID], "action": "confirm"}}})
		}))
		if totals, err := s.Hours.CampaignTotals(t.Context(), s.Campaign); err != nil || got["200 "] != 120 ||
			totals[s.Campaign].Minutes != 3600 || totals[s.Campaign].Entries != 60 || totals[s.Campaign].Volunteers != 60 {
			t.Error(got, totals, err)
		}
		s.Whole(t)
	})
}

// Two, and ten, requests at once with one Idempotency-Key are one deed with one answer.
func TestOneKeyIsOneDeed(t *testing.T) {
	eachSite(t, func(t *testing.T, s *site) {
		s.Log.Lines()
		for round, n := range []int{2, 2, 10} {
			shift, p := s.Shift(5), s.Volunteer("林晓雯")
			same := make([]auth.Actor, n)
			for i := range same {
				same[i] = p
			}
			s.Exec("DELETE FROM shifts WHERE id < ?", shift.ID) // so that nothing overlaps
			answers := all(same, func(int, auth.Actor) answer {
				return s.call(t, p, "POST", fmt.Sprintf("/shifts/%d/signups", shift.ID), map[string]bool{"waitlist": false}, "Idempotency-Key", "one-key-for-all")
			})
			for _, a := range answers {
				if a.status != 201 || string(a.body) != string(answers[0].body) {
					t.Errorf("round %d: %d %s, and %s", round, a.status, a.body, answers[0].body)
				}
			}
			if k := s.Count("signups", "person_id = ?", p.PersonID); k != 1 {
				t.Errorf("%d sign-ups", k)
			}
		}
		for _, line := range s.Log.Lines() { // who waited for the first answer is no error
			var l struct{ Level, Code string }
			_ = json.Unmarshal([]byte(line), &l)
			if l.Level == "ERROR" || l.Code != "" {
				t.Error(line)
			}
		}
	})
}
