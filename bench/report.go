package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// median of the rounds.
func median[T any](s *side, of func(*run) T, less func(a, b T) int) T {
	all := make([]T, len(s.runs))
	for i, r := range s.runs {
		all[i] = of(r)
	}
	slices.SortFunc(all, less)
	return all[len(all)/2]
}

func order[T ~int64 | ~float64 | ~int](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func (s *side) rate() float64 { return median(s, (*run).perSecond, order[float64]) }

func (s *side) time(p float64) time.Duration {
	return median(s, func(r *run) time.Duration { return r.percentile(p) }, order[time.Duration])
}

func (s *side) bytes() int64 {
	return median(s, func(r *run) int64 { return r.bytes / int64(max(1, r.requests)) }, order[int64])
}

func (s *side) errors() (n int) {
	for _, r := range s.runs {
		n += r.errors
	}
	return n
}

func (s *side) perRequest() time.Duration {
	all := slices.Sorted(slices.Values(s.cpu))
	return all[len(all)/2]
}

// ratio is the median of the rounds' ratios: both sides of a round ran one after the other.
func (l *line) ratio() float64 {
	all := make([]float64, len(l.product.runs))
	for i := range all {
		all[i] = l.product.runs[i].perSecond() / l.floor.runs[i].perSecond()
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// target is the least ratio to the floor.
func (l *line) target(database string) float64 {
	switch {
	case !l.writes:
		return 0.8
	case database == "SQLite":
		return 2
	}
	return 0.9
}

func (l *line) short(other string) string {
	return fmt.Sprintf("%-32s %7.0f/s  %s %7.0f/s  ratio %.2f  p99 %s / %s  errors %d / %d", l.title, l.product.rate(), other, l.floor.rate(), l.ratio(),
		shown(l.product.time(0.99)), shown(l.floor.time(0.99)), l.product.errors(), l.floor.errors())
}

func shown(d time.Duration) string {
	return fmt.Sprintf("%.1f", float64(d.Microseconds())/1000)
}

func met(ok bool) string {
	if ok {
		return "met"
	}
	return "**not met**"
}

func (r *report) table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n**%s** %s, %d entries in the ledger, %d activities\n\n", r.name, r.version, r.entries, r.activities)
	b.WriteString("| work | requests/s | floor | ratio | target | | p50 ms | p99 ms | floor p50 | floor p99 | errors | CPU ms a request | floor | memory MB | bytes |\n")
	b.WriteString("|---|--:|--:|--:|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	for i := range r.lines {
		l := &r.lines[i]
		fmt.Fprintf(&b, "| %s | %.0f | %.0f | %.2f | %.1f | %s | %s | %s | %s | %s | %d | %.2f | %.2f | %.0f | %d |\n", l.title, l.product.rate(), l.floor.rate(), l.ratio(), l.target(r.name),
			met(l.ratio() >= l.target(r.name)), shown(l.product.time(0.5)), shown(l.product.time(0.99)), shown(l.floor.time(0.5)), shown(l.floor.time(0.99)),
			l.product.errors(), float64(l.product.perRequest().Microseconds())/1000, float64(l.floor.perRequest().Microseconds())/1000, l.product.memory, l.product.bytes())
	}
	b.WriteString("\n" + strings.Join(r.others(), "\n") + "\n")
	return b.String()
}

// others are the targets that are no ratio to the floor.
func (r *report) others() (out []string) {
	memory := 0.0
	for i := range r.lines {
		l := &r.lines[i]
		if l.writes {
			memory = max(memory, l.product.memory)
			if r.name == "SQLite" {
				out = append(out, fmt.Sprintf("- p99 of %s no worse than the floor's: %s ms, %s ms: %s", l.title, shown(l.product.time(0.99)), shown(l.floor.time(0.99)),
					met(l.product.time(0.99) <= l.floor.time(0.99))))
			}
		}
		if l.name == "home" {
			out = append(out, fmt.Sprintf("- home is one request of at most 15 KB, compressed: %d bytes, uncompressed: %s", l.product.bytes(), met(l.product.bytes() <= 15_000)))
		}
	}
	if memory > 0 {
		out = append(out, fmt.Sprintf("- memory under the writes at most %d MB: %.0f MB: %s", maxMemory, memory, met(memory <= maxMemory)))
	}
	if r.depth != "" {
		out = append(out, r.depth)
	}
	if r.rush != "" {
		out = append(out, r.rush)
	}
	out = append(out, r.growth...)
	return append(out, fmt.Sprintf("- ready within 1 s of start: %s ms: %s", shown(r.ready), met(r.ready <= time.Second)))
}

const begin, end = "<!-- bench: begin -->", "<!-- bench: end -->"

// publish prints the tables and puts them into docs/performance.md with the chart.
func publish(o *options, reports []*report) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s, %s. %s, Linux %s, %d cores; Go %s; %d callers, %d rounds of %s, the median.\n", begin, time.Now().UTC().Format("2 January 2006"), o.label,
		cpuName(), kernel(), runtime.NumCPU(), strings.TrimPrefix(runtime.Version(), "go"), o.callers, o.rounds, o.seconds)
	for _, r := range reports {
		if o.before != "" {
			b.WriteString(r.beforeTable())
		} else {
			b.WriteString(r.table())
		}
	}
	fmt.Println(b.String())
	if o.docs == "" {
		return nil
	}
	chart := filepath.Join("pictures", "performance.svg")
	if err := os.WriteFile(filepath.Join(o.docs, chart), []byte(draw(reports)), 0o644); err != nil { //nolint:gosec // a document
		return err
	}
	fmt.Fprintf(&b, "\n![Requests a second, the product and the floor](%s)\n%s", chart, end)
	page := filepath.Join(o.docs, "performance.md")
	text, err := os.ReadFile(page) //nolint:gosec // a document
	if err != nil {
		return err
	}
	from, to := strings.Index(string(text), begin), strings.Index(string(text), end)
	if from < 0 || to < from {
		return fmt.Errorf("%s has no %s … %s", page, begin, end)
	}
	return os.WriteFile(page, []byte(string(text[:from])+b.String()+string(text[to+len(end):])), 0o644) //nolint:gosec // a document
}

func cpuName() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	for _, line := range strings.Split(string(text), "\n") {
		if name, ok := strings.CutPrefix(line, "model name\t: "); ok {
			return name
		}
	}
	return runtime.GOARCH
}

func kernel() string {
	text, _ := os.ReadFile("/proc/sys/kernel/osrelease")
	return strings.TrimSpace(string(text))
}

// draw makes the chart: for each kind of work a bar of the product over one of the floor.
func draw(reports []*report) string {
	const left, wide, row, gap = 210, 420, 30, 46
	height := 20
	for _, r := range reports {
		height += gap + row*len(r.lines)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="system-ui, sans-serif" font-size="12" fill="#22332d">`+"\n", left+wide+110, height)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#fff"/>`+"\n", left+wide+110, height)
	y := 10
	for _, r := range reports {
		most := 1.0
		for i := range r.lines {
			most = max(most, r.lines[i].product.rate(), r.lines[i].floor.rate())
		}
		number, _, _ := strings.Cut(r.version, "-") // MariaDB's goes on with what it was built for
		fmt.Fprintf(&b, `<text x="10" y="%d" font-size="14" font-weight="600">%s %s</text><text x="%d" y="%d">requests a second: <tspan fill="#1f7a5c">■ product</tspan> <tspan fill="#9aa8a2">■ floor</tspan></text>`+"\n",
			y+20, r.name, number, left, y+20)
		y += gap - 12
		for i := range r.lines {
			l := &r.lines[i]
			p, f := l.product.rate(), l.floor.rate()
			fmt.Fprintf(&b, `<text x="10" y="%d">%s</text><rect x="%d" y="%d" width="%.1f" height="11" fill="#1f7a5c"/><rect x="%d" y="%d" width="%.1f" height="9" fill="#9aa8a2"/><text x="%.1f" y="%d">%.0f (%.2f)</text>`+"\n",
				y+15, l.title, left, y+3, max(1, p/most*wide), left, y+15, max(1, f/most*wide), left+max(p, f)/most*wide+8, y+17, p, l.ratio())
			y += row
		}
		y += 12
	}
	return b.String() + "</svg>\n"
}
