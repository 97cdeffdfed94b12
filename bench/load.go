package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"yimi/bench/script"
)

// request is one request in both forms: the product's, and the floor's values.
type request struct {
	op           string // of the floor
	method, path string
	body         string
	says         string // stands in the product's answer when it was done; "" where the status tells
	token        string
	key          string // Idempotency-Key; "" for a read
	values       script.Values
}

// item is what one caller does in one go: one request, or check-in and then check-out.
type item []request

// run is what a round of load gave.
type run struct {
	requests, errors int
	took             time.Duration
	times            []time.Duration
	bytes            int64
	firstError       string
}

func (r *run) perSecond() float64 { return float64(r.requests-r.errors) / r.took.Seconds() }

func (r *run) percentile(p float64) time.Duration {
	if len(r.times) == 0 {
		return 0
	}
	return r.times[min(len(r.times)-1, int(p*float64(len(r.times))))]
}

// target sends a request in its form to one of the two servers.
type target struct {
	client  *http.Client
	address string
	floor   bool
}

func newTarget(address string, floor bool) *target {
	return &target{address: address, floor: floor, client: &http.Client{Timeout: 60 * time.Second,
		Transport: &http.Transport{MaxIdleConnsPerHost: 256, MaxConnsPerHost: 0, DisableCompression: true}}}
}

func (t *target) build(ctx context.Context, q *request) (*http.Request, error) {
	if t.floor {
		return http.NewRequestWithContext(ctx, http.MethodPost, t.address+"/"+q.op, bytes.NewReader(encode(q.values)))
	}
	var body io.Reader
	if q.body != "" {
		body = bytes.NewReader([]byte(q.body))
	}
	r, err := http.NewRequestWithContext(ctx, q.method, t.address+"/api/v1"+q.path, body)
	if err != nil {
		return nil, err
	}
	if q.body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("Authorization", "Bearer "+q.token)
	if q.key != "" {
		r.Header.Set("Idempotency-Key", q.key)
	}
	return r, nil
}

// send gives the status, how many bytes came, and the body of what is no success.
func (t *target) send(ctx context.Context, q *request) (status int, size int64, said string) {
	r, err := t.build(ctx, q)
	if err != nil {
		return 0, 0, err.Error()
	}
	res, err := t.client.Do(r)
	if err != nil {
		return 0, 0, err.Error()
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode < 300 && (t.floor || q.says == "") {
		size, err = io.Copy(io.Discard, res.Body)
		if err != nil {
			return 0, size, err.Error()
		}
		return res.StatusCode, size, ""
	}
	text, _ := io.ReadAll(io.LimitReader(res.Body, 2000))
	if res.StatusCode < 300 && !strings.Contains(string(text), q.says) {
		return http.StatusConflict, int64(len(text)), string(text)
	}
	return res.StatusCode, int64(len(text)), string(text)
}

// press lets so many callers send items, each the next one when its last is answered, until
// the time is over or no item is left.
func (t *target) press(ctx context.Context, callers int, items []item, forAtMost time.Duration) *run {
	var next atomic.Int64
	out := &run{}
	var mu sync.Mutex
	var all sync.WaitGroup
	began := time.Now()
	for range callers {
		all.Go(func() {
			own := run{}
			for time.Since(began) < forAtMost {
				i := int(next.Add(1)) - 1
				if i >= len(items) {
					break
				}
				for q := range items[i] {
					sent := time.Now()
					status, size, said := t.send(ctx, &items[i][q])
					own.times = append(own.times, time.Since(sent))
					own.requests++
					own.bytes += size
					if status < 200 || status > 299 {
						own.errors++
						own.firstError = said
					}
				}
			}
			mu.Lock()
			defer mu.Unlock()
			out.requests, out.errors, out.bytes = out.requests+own.requests, out.errors+own.errors, out.bytes+own.bytes
			out.times = append(out.times, own.times...)
			if own.firstError != "" {
				out.firstError = own.firstError
			}
		})
	}
	all.Wait()
	out.took = time.Since(began)
	slices.Sort(out.times)
	return out
}
