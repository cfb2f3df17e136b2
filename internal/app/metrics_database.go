package app

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/store"
)

// databaseMetrics observes the transactions of the store. It is made before the store and outlives runs.
type databaseMetrics struct {
	commits  prometheus.Histogram
	failures *prometheus.CounterVec
}

func newDatabaseMetrics() *databaseMetrics {
	m := &databaseMetrics{
		commits: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "posthorn_database_commit_seconds",
			Help:    "Time of each transaction that writes, from its begin to its flush. The wait for its turn is not part of it.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "posthorn_database_failures_total",
			Help: "Transactions that the database failed or could not take, by the code of the error; internal is any other error.",
		}, []string{"code"}),
	}
	for _, code := range []string{"store_slow", "database_away", "disk_full", "data_not_writable", "internal"} {
		m.failures.WithLabelValues(code)
	}
	return m
}

// Committed implements store.Observer.
func (m *databaseMetrics) Committed(took time.Duration, err error) {
	m.commits.Observe(took.Seconds())
	switch {
	case err == nil, errors.Is(err, context.Canceled): // by the caller
	case fault.KindOf(err) == fault.Unavailable:
		m.failures.WithLabelValues(fault.CodeOf(err)).Inc()
	case fault.KindOf(err) == fault.Internal:
		m.failures.WithLabelValues("internal").Inc()
	}
}

// loadMetrics reads how busy the store is when it is asked for.
func loadMetrics(load func() store.Load) []prometheus.Collector {
	all := []prometheus.Collector{prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "posthorn_database_connections", Help: "Connections to the database in use.",
	}, func() float64 { return float64(load().Connections) })}
	for _, work := range store.Works() {
		labels := prometheus.Labels{"work": work.String()}
		all = append(all, prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "posthorn_database_oldest_wait_seconds", Help: "How long the oldest write has waited to be committed, by what is written; 0 if none waits.",
			ConstLabels: labels,
		}, func() float64 { return load().Waits[work].Oldest.Seconds() }), prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "posthorn_database_waiting_bytes", Help: "Bytes that wait to be committed, by what is written.", ConstLabels: labels,
		}, func() float64 { return float64(load().Waits[work].Bytes) }))
	}
	return all
}

func (p *parts) databaseBytes() float64 {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second) // a scrape has no context here
	defer cancel()
	d, err := p.store.Describe(ctx)
	if err != nil {
		return 0
	}
	return float64(d.Bytes)
}
