package httpapi

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"yimi/internal/auth"
	"yimi/internal/fault"
)

const (
	requestIDKey = "request_id"
	faultKey     = "fault"
	bodyKey      = "body"
)

// Metrics are the figures for Prometheus.
type Metrics struct {
	Registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	failures *prometheus.CounterVec
	ended    *prometheus.GaugeVec
}

// NewMetrics makes a registry with the process's own figures and the server's.
func NewMetrics() *Metrics {
	m := &Metrics{
		Registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "yimi_http_requests_total", Help: "Requests by operation, status and fault code."},
			[]string{"operation", "status", "code"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "yimi_http_request_seconds", Help: "Time to answer, by operation.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}},
			[]string{"operation"}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "yimi_task_failures_total", Help: "Runs of timed work that failed, by task and how (error, panic)."},
			[]string{"task", "how"}),
		ended: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "yimi_task_last_success_timestamp_seconds", Help: "When timed work last ended well, by task; far back: it fails, hangs or is late."},
			[]string{"task"}),
	}
	m.Registry.MustRegister(m.requests, m.seconds, m.failures, m.ended, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// TaskEnded notes how a run of timed work ended: ok, error or panic.
func (m *Metrics) TaskEnded(task, how string) {
	if how == "ok" {
		m.ended.WithLabelValues(task).SetToCurrentTime()
		return
	}
	m.failures.WithLabelValues(task, how).Inc()
}

// observe gives the request its id, logs it once and counts it. Bodies, queries,
// phones and openids are never logged.
func (s *Server) observe(c *gin.Context) {
	started := time.Now()
	id := rand.Text()[:16]
	c.Set(requestIDKey, id)
	c.Header("X-Request-Id", id)
	c.Header("Cache-Control", "no-store") // answers are personal
	c.Header("X-Content-Type-Options", "nosniff")
	defer s.finish(c, started)
	defer recoverPanic(c)
	c.Next()
}

func recoverPanic(c *gin.Context) {
	if p := recover(); p != nil {
		if p == http.ErrAbortHandler { //nolint:errorlint // net/http compares it so
			panic(p)
		}
		refuse(c, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
	}
}

func (s *Server) finish(c *gin.Context, started time.Time) {
	took, status := time.Since(started), c.Writer.Status()
	name, code := "none", ""
	if o := operationOf(c); o != nil {
		name = o.id
	}
	f, _ := c.Value(faultKey).(*fault.Error)
	if f != nil {
		code = f.Code
	}
	s.Metrics.requests.WithLabelValues(name, strconv.Itoa(status), code).Inc()
	s.Metrics.seconds.WithLabelValues(name).Observe(took.Seconds())

	attrs := []slog.Attr{
		slog.String("request_id", c.GetString(requestIDKey)), slog.String("operation", name),
		slog.Int64("actor_id", auth.From(c.Request.Context()).PersonID), slog.Int("status", status),
		slog.String("code", code), slog.Float64("took_ms", float64(took.Microseconds())/1000),
	}
	level := slog.LevelInfo
	if f != nil && f.Kind == fault.Internal {
		level = slog.LevelError
		attrs = append(attrs, slog.String("error", f.Error()))
	}
	s.Log.LogAttrs(c.Request.Context(), level, "request", attrs...)
}
