package app

import (
	"context"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"yimi/internal/httpapi"
	"yimi/internal/outbox"
)

// measureParts adds the figures of the database and of the messages to those of the requests and of the timed work.
func (a *App) measureParts() {
	readers, writers := a.Store.Pools()
	a.metrics.Registry.MustRegister(
		collectors.NewDBStatsCollector(readers, "readers"), collectors.NewDBStatsCollector(writers, "writers"),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "yimi_writers_queued", Help: "Transactions that wait for SQLite's one writer."},
			func() float64 { return float64(a.Store.Queued()) }),
		&unsent{outbox: a.Outbox, messages: prometheus.NewDesc("yimi_messages_unsent",
			"Messages that WeChat has not taken, counted up to 1,000: due, or failed for good.", []string{"state"}, nil)})
}

// unsent asks the outbox when it is asked.
type unsent struct {
	outbox   *outbox.Service
	messages *prometheus.Desc
}

func (u *unsent) Describe(to chan<- *prometheus.Desc) { to <- u.messages }

func (u *unsent) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	due, failed, err := u.outbox.Unsent(ctx, 1000)
	if err != nil {
		to <- prometheus.NewInvalidMetric(u.messages, err)
		return
	}
	to <- prometheus.MustNewConstMetric(u.messages, prometheus.GaugeValue, float64(due), "due")
	to <- prometheus.MustNewConstMetric(u.messages, prometheus.GaugeValue, float64(failed), "failed")
}

func (a *App) metricsServer() *http.Server {
	mux := http.NewServeMux()
	// One figure that cannot be had keeps no other back: the database may be what is to be watched.
	mux.Handle("GET /metrics", promhttp.HandlerFor(a.metrics.Registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError}))
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	return &http.Server{Handler: httpapi.ByAddress(mux, a.cfg.Hosts), ReadHeaderTimeout: 10 * time.Second}
}
