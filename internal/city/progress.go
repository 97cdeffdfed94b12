package city

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"yimi/internal/store"
)

// progress says how far the city is: a bar on a terminal, a line now and then elsewhere.
type progress struct {
	out   io.Writer
	live  bool
	b     *store.Bulk
	all   int64
	began time.Time
	mu    sync.Mutex
	what  string
	quit  chan struct{}
	done  sync.WaitGroup
}

const quietEvery = 5 * time.Second // between two lines that are not on a terminal

func watch(out io.Writer, live bool, b *store.Bulk, all int64) *progress {
	p := &progress{out: out, live: live, b: b, all: all, began: time.Now(), quit: make(chan struct{})}
	every := quietEvery
	if live {
		every = time.Second / 4
	}
	p.done.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-p.quit:
				return
			case <-tick.C:
				p.show()
			}
		}
	})
	return p
}

func (p *progress) step(what string) {
	p.mu.Lock()
	p.what = what
	p.mu.Unlock()
}

func (p *progress) show() {
	p.mu.Lock()
	what := p.what
	p.mu.Unlock()
	n, took := p.b.Written(), time.Since(p.began)
	rate := float64(n) / took.Seconds()
	part := min(1, float64(n)/float64(p.all))
	left := time.Duration(float64(p.all-n)/max(rate, 1)) * time.Second
	line := fmt.Sprintf("%3.0f %%  %d rows, %.0f/s, about %s left  %.60s", 100*part, n, rate, max(left, 0).Round(time.Second), what)
	if p.live {
		bar := strings.Repeat("█", int(part*24)) + strings.Repeat("░", 24-int(part*24))
		_, _ = fmt.Fprintf(p.out, "\r\033[K%s %s", bar, line)
		return
	}
	_, _ = fmt.Fprintln(p.out, line)
}

func (p *progress) stop() {
	close(p.quit)
	p.done.Wait()
	p.show()
	if p.live {
		_, _ = fmt.Fprintln(p.out)
	}
}
