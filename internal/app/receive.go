package app

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/posthorn/posthorn/internal/app/group"
	"github.com/posthorn/posthorn/internal/config"
	"github.com/posthorn/posthorn/internal/directory"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/inbound"
	"github.com/posthorn/posthorn/internal/provider/all"
	"github.com/posthorn/posthorn/internal/provider/fetch"
	"github.com/posthorn/posthorn/internal/publish"
	"github.com/posthorn/posthorn/internal/receive"
	"github.com/posthorn/posthorn/internal/store"
)

var _ group.Stopper = (*receive.Service)(nil)

// newReceiver makes what takes webhooks in. It is there on every node, so that changes have somewhere to go; only
// those with the role run it.
func (p *parts) newReceiver(messages *publish.Service) *receive.Service {
	p.keys = p.newKeyDoor()
	published := fetch.New(p.keys, p.Clock)
	return receive.New(receive.Parts{
		Store: p.store, Providers: all.Catalog(), Vault: directory.NewSourceVault(p.box), IDs: p.ids, Learner: p.sources,
		Publisher: receivedPublisher{p.directory, messages}, Keys: published, Visitor: published,
	}, receive.Config{MaxBody: int64(p.config.MaxBody), Clock: p.Clock, Log: p.Log})
}

// receiving are the services that take webhooks in, if this node does.
func (p *parts) receiving() (services []group.Named) {
	if p.config.Roles.Has(config.RoleReceive) {
		services = append(services, group.Named{Name: "receiving", Service: p.receiver})
	}
	if p.config.Roles.Has(config.RoleMaintain) {
		services = append(services, group.Named{Name: "maintenance of what was received", Service: receive.NewChores(p.store, p.periods(), p.Clock, p.Log)})
	}
	return services
}

// nodesApart is how far the clocks of nodes may be apart before what they schedule for each other is noticed as wrong.
const nodesApart = 15 * time.Minute

// skew returns how far the clocks of other nodes may be from this one's.
func (b *base) skew() time.Duration {
	if b.config.DatabaseURL.IsZero() {
		return 0
	}
	return nodesApart
}

// periods are those of the settings.
func (b *base) periods() receive.Periods {
	c := b.config
	return receive.Periods{Stuck: c.ReceivedStuck, Life: store.ReceivedLife{New: c.ReceivedNew, Done: c.ReceivedDone, Failed: c.ReceivedFailed}, Skew: b.skew()}
}

// inbound serves the addresses of sources, if this node takes webhooks in.
func (p *parts) inbound() inbound.Handler {
	h := inbound.Handler{Receiver: p.receiver, PublicURL: p.publicURL(), Budget: p.budget}
	if p.config.LogReceived {
		h.Raw = p.Log
	}
	return h
}

// told passes changes on to everybody who keeps something in memory.
type told struct {
	directory.Changes
	parts *parts
}

// ApplicationChanged implements directory.Changes. The sources of an application that is deleted go with it.
func (t told) ApplicationChanged(application hook.Key) {
	t.Changes.ApplicationChanged(application)
	t.parts.receiver.ApplicationChanged(application)
}

// SourceChanged implements catalog.SourceChanges.
func (t told) SourceChanged(source hook.Key) { t.parts.receiver.SourceChanged(source) }

// receivedPublisher is publish as receive wants it.
type receivedPublisher struct {
	directory *directory.Directory
	messages  *publish.Service
}

// Publish implements receive.Publisher.
func (p receivedPublisher) Publish(ctx context.Context, m receive.Message) (id.ID, error) {
	to, err := p.directory.Snapshot(ctx, m.Application)
	if err != nil {
		return id.ID{}, err
	}
	receipt, err := p.messages.Publish(ctx, publish.Input{
		Application: id.Application.Text(to.Application.ID), EventType: m.EventType, Channels: m.Channels, Payload: m.Payload, Carried: m.Carried,
		IdempotencyKey: m.Once, Keys: publish.ReceivedKeys,
	})
	return receipt.Message.ID, err
}

// receiveMetrics are the numbers of what takes webhooks in.
func receiveMetrics(s *receive.Service) []prometheus.Collector {
	arrived := func(as string, read func(receive.Numbers) int64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "posthorn_received_webhooks_total", Help: "Requests to sources, by what they were found to be.",
			ConstLabels: prometheus.Labels{"answer": as},
		}, func() float64 { return float64(read(s.Numbers())) })
	}
	ended := func(as string, read func(receive.Numbers) int64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "posthorn_processed_webhooks_total", Help: "Received webhooks whose processing ended, by how.",
			ConstLabels: prometheus.Labels{"status": as},
		}, func() float64 { return float64(read(s.Numbers())) })
	}
	return []prometheus.Collector{
		arrived("stored", func(n receive.Numbers) int64 { return n.Received }),
		arrived("repeated", func(n receive.Numbers) int64 { return n.Repeated }),
		arrived("refused", func(n receive.Numbers) int64 { return n.Refused }),
		ended("done", func(n receive.Numbers) int64 { return n.Processed }),
		ended("failed", func(n receive.Numbers) int64 { return n.Failed }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "posthorn_queued_webhooks", Help: "Received webhooks held in memory."},
			func() float64 { return float64(s.Numbers().Queued) }),
	}
}
