package apptest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"yimi/internal/auth"
)

// Site is the whole program over HTTP on loopback.
type Site struct {
	*World
	url    string
	client *http.Client
}

// EachSite is Each over HTTP.
func EachSite(t *testing.T, test func(t *testing.T, s *Site)) {
	t.Helper()
	Each(t, func(t *testing.T, w *World) { test(t, NewSite(t, w)) })
}

// NewSite serves the program on loopback until the test ends.
func NewSite(t *testing.T, w *World) *Site {
	t.Helper()
	server := httptest.NewServer(w.Handler)
	t.Cleanup(server.Close)
	return &Site{World: w, url: server.URL + "/api/v1", client: &http.Client{Transport: &http.Transport{MaxConnsPerHost: 120, MaxIdleConnsPerHost: 120}}}
}

// Answer is what came back.
type Answer struct {
	Status  int
	Header  http.Header
	Body    []byte
	Problem struct {
		Type, Title, Detail, Code string
		Status                    int
		RequestID                 string `json:"request_id"`
		Fields                    []struct{ Name, Message string }
	}
}

// Call asks as the actor; body may be nil, a string as it is, or anything that becomes JSON.
func (s *Site) Call(t testing.TB, who auth.Actor, method, path string, body any, headers ...string) Answer {
	t.Helper()
	if who.SignedIn() {
		headers = append(headers, "Authorization", "Bearer "+s.Token(who))
	}
	return s.Ask(t, method, path, body, headers...)
}

// Ask is Call with nobody signed in but by the headers given.
func (s *Site) Ask(t testing.TB, method, path string, body any, headers ...string) (a Answer) {
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
	a.Status, a.Header = res.StatusCode, res.Header
	if a.Body, err = io.ReadAll(res.Body); err != nil {
		t.Error(err)
	}
	if res.Header.Get("Content-Type") == "application/problem+json" {
		if err := json.Unmarshal(a.Body, &a.Problem); err != nil {
			t.Error(err)
		}
		documented(t, r, &a)
	}
	return a
}

// Tally counts answers by status and code.
func Tally(answers []Answer) map[string]int {
	out := map[string]int{}
	for _, a := range answers {
		out[fmt.Sprint(a.Status, " ", a.Problem.Code)]++
	}
	return out
}

// All calls once for each, as many at once as the client has connections.
func All[P, A any](people []P, call func(i int, p P) A) []A {
	out := make([]A, len(people))
	var wg sync.WaitGroup
	for i, p := range people {
		wg.Go(func() { out[i] = call(i, p) })
	}
	wg.Wait()
	return out
}

// Into reads an answer of 200 or 201.
func (a Answer) Into(t testing.TB, to any) {
	t.Helper()
	if a.Status >= http.StatusMultipleChoices {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	if err := json.Unmarshal(a.Body, to); err != nil {
		t.Fatal(err)
	}
}
