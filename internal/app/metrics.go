package app

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/posthorn/posthorn/internal/api"
	"github.com/posthorn/posthorn/internal/deliver"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/store"
)

// metrics returns a registry of our own: the default one belongs to the program that embeds us. There
// is no label per tenant or endpoint, since their number has no bound.
func (p *parts) metrics() *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	registry.MustRegister(p.published)
	registry.MustRegister(engineMetrics(p.engine)...)
	registry.MustRegister(receiveMetrics(p.receiver)...)
	registry.MustRegister(p.database.commits, p.database.failures)
	registry.MustRegister(loadMetrics(p.store.Load)...)
	registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "posthorn_database_bytes", Help: "Size of the database on disk.",
	}, p.databaseBytes))
	return registry
}

// countedPublisher counts what a publisher answers.
type countedPublisher struct {
	api.Publisher
	answers *prometheus.CounterVec
}

// newPublished returns the counter of publishes, with every answer in it: a series that begins with the first
// refusal looks as if there had been none.
func newPublished() *prometheus.CounterVec {
	answers := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "posthorn_publishes_total",
		Help: "Publishes by answer: accepted, repeated, or why they were refused. A body that is no message is not counted.",
	}, []string{"answer"})
	for _, answer := range []string{"accepted", "repeated", "invalid", "not_found", "conflict", "unavailable", "other"} {
		answers.WithLabelValues(answer)
	}
	return answers
}

// Publish implements api.Publisher.
func (c countedPublisher) Publish(ctx context.Context, in api.Publication) (store.Receipt, error) {
	receipt, err := c.Publisher.Publish(ctx, in)
	c.answers.WithLabelValues(answerOf(receipt, err)).Inc()
	return receipt, err
}

func answerOf(receipt store.Receipt, err error) string {
	if err == nil && receipt.Repeated {
		return "repeated"
	}
	if err == nil {
		return "accepted"
	}
	switch fault.KindOf(err) {
	case fault.Invalid:
		return "invalid"
	case fault.NotFound:
		return "not_found"
	case fault.Conflict:
		return "conflict"
	case fault.Unavailable:
		return "unavailable"
	}
	return "other"
}

// engineMetrics reads the engine's own numbers when somebody asks.
func engineMetrics(engine *deliver.Engine) []prometheus.Collector {
	attempts := func(outcome string, read func(deliver.Numbers) int64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "posthorn_attempts_total", Help: "Requests made to endpoints, by outcome.",
			ConstLabels: prometheus.Labels{"outcome": outcome},
		}, func() float64 { return float64(read(engine.Numbers())) })
	}
	ended := func(state string, read func(deliver.Numbers) int64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "posthorn_deliveries_ended_total", Help: "Deliveries that came to an end, by state.",
			ConstLabels: prometheus.Labels{"state": state},
		}, func() float64 { return float64(read(engine.Numbers())) })
	}
	now := func(name, help string, read func(deliver.Numbers) int) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help},
			func() float64 { return float64(read(engine.Numbers())) })
	}
	return []prometheus.Collector{
		attempts("succeeded", func(n deliver.Numbers) int64 { return n.Delivered }),
		attempts("failed", func(n deliver.Numbers) int64 { return n.Failed }),
		attempts("interrupted", func(n deliver.Numbers) int64 { return n.Interrupted }),
		ended("delivered", func(n deliver.Numbers) int64 { return n.Delivered }),
		ended("exhausted", func(n deliver.Numbers) int64 { return n.Exhausted }),
		ended("canceled", func(n deliver.Numbers) int64 { return n.Canceled }),
		now("posthorn_queued_deliveries", "Deliveries held in memory.", func(n deliver.Numbers) int { return n.Queued }),
		now("posthorn_queued_bytes", "Bytes of payloads held in memory.", func(n deliver.Numbers) int { return n.QueuedBytes }),
		now("posthorn_requests_in_flight", "Requests to endpoints under way.", func(n deliver.Numbers) int { return n.Workers }),
		now("posthorn_active_endpoints", "Endpoints with work in memory or waiting.", func(n deliver.Numbers) int { return n.Lanes }),
	}
}
