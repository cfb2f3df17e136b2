package app

import (
	"context"
	"crypto/rand"
	mathrand "math/rand/v2"
	"net/netip"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/posthorn/posthorn/internal/api"
	"github.com/posthorn/posthorn/internal/auth"
	"github.com/posthorn/posthorn/internal/catalog"
	"github.com/posthorn/posthorn/internal/config"
	"github.com/posthorn/posthorn/internal/deliver"
	"github.com/posthorn/posthorn/internal/dialect"
	"github.com/posthorn/posthorn/internal/directory"
	"github.com/posthorn/posthorn/internal/egress"
	"github.com/posthorn/posthorn/internal/inbound"
	"github.com/posthorn/posthorn/internal/membudget"
	"github.com/posthorn/posthorn/internal/node"
	"github.com/posthorn/posthorn/internal/provider/all"
	"github.com/posthorn/posthorn/internal/publish"
	"github.com/posthorn/posthorn/internal/receive"
)

// parts are the use cases of a server.
type parts struct {
	*base
	admin  string // token that was generated just now, to be shown once
	auth   *auth.Service
	client *egress.Client
	engine *deliver.Engine
	api    *api.API

	published *prometheus.CounterVec
	budget    *membudget.Budget // of the memory that requests hold
	directory *directory.Directory
	sources   *catalog.Sources
	types     *catalog.EventTypes
	receiver  *receive.Service
	keys      keyDoor
	node      *node.Node
	lease     lease
}

// build makes the use cases and ties them together.
func (b *base) build(ctx context.Context) (*parts, error) {
	p := &parts{base: b, published: newPublished(), budget: membudget.New(int64(b.config.Memory))}
	if err := p.buildAuth(ctx); err != nil {
		return nil, err
	}
	policy, err := b.policy()
	if err != nil {
		return nil, err
	}
	p.client = egress.New(egress.Config{
		Policy: policy, Clock: b.Clock, KeepBody: int(b.config.ResponseKeep), MaxIdle: atMost(maxIdle, divide(openFiles()).Idle),
	})
	p.directory = directory.New(b.store, directory.NewVault(b.box))
	p.engine = p.newEngine()
	p.directory.Tell(told{p.engine, p})
	p.api = p.newAPI(p.directory, policy)
	return p, nil
}

func (p *parts) buildAuth(ctx context.Context) (err error) {
	p.auth, err = auth.New(auth.Config{
		Tokens: p.store, Applications: p.store, IDs: p.ids, Random: rand.Reader, Clock: p.Clock,
		JWTSecret: p.config.JWTSecret, JWTOrganization: p.config.Organization,
	})
	if err != nil {
		return err
	}
	p.admin, err = p.auth.EnsureAdmin(ctx, p.config.AdminToken.Reveal())
	p.showAdmin()
	return err
}

// policy says where endpoints may point: never to this server itself.
func (b *base) policy() (egress.Policy, error) {
	local, err := egress.LocalAddrs()
	if err != nil {
		return egress.Policy{}, err
	}
	o := egress.Options{
		AllowNetworks: b.config.AllowNetworks.Strings(), AllowHTTP: b.config.AllowHTTP,
		Listeners: []netip.AddrPort{addrPort(b.listener)}, LocalAddrs: local,
	}
	if b.config.PublicURL != "" {
		o.OwnURLs = []string{b.config.PublicURL}
	}
	return egress.NewPolicy(o)
}

// limits derives the engine's bounds from the settings.
func (b *base) limits() deliver.Limits {
	c, workers := b.config, atMost(maxWorkers, divide(openFiles()).Requests)
	if !c.Roles.Has(config.RoleDeliver) {
		workers = 0
	}
	return deliver.Limits{
		InFlight: c.MaxInFlight, Window: max(2*c.MaxInFlight, 256), Workers: workers,
		Queue: c.Queue, Lane: max(c.Queue/4, 100), Bytes: int(c.Memory),
	}
}

// maxWorkers bounds the requests on the wire in all; each costs a goroutine and a socket.
const maxWorkers = 4096

// maxIdle bounds the connections that are kept open to endpoints.
const maxIdle = 2048

func (p *parts) newEngine() *deliver.Engine {
	return deliver.New(
		deliver.Parts{Store: p.store, Directory: p.directory, Sender: p.client, IDs: p.ids, Lease: &p.lease},
		deliver.Config{
			Limits: p.limits(), Policy: p.config.RetrySchedule.Policy, Timeout: p.config.AttemptTimeout,
			Names:  dialect.NamesOf(p.config.SignatureHeaders),
			Chance: mathrand.Float64, Skew: p.skew(), Clock: p.Clock, Log: p.Log,
		},
	)
}

func (p *parts) newAPI(directory *directory.Directory, policy egress.Policy) *api.API {
	strict := p.config.EventTypes == "strict"
	schemas := catalog.NewSchemas()
	applications := catalog.NewApplications(p.store, p.ids, p.Clock, directory)
	p.types = catalog.NewEventTypes(p.store, schemas, p.Clock, directory)
	endpoint := catalog.EndpointConfig{Box: p.box, Policy: policy, IDs: p.ids, Random: rand.Reader, Clock: p.Clock, Changes: directory}
	if strict {
		endpoint.Types = p.store
	}
	messages := publish.New(publish.Parts{
		Directory: directory, Applications: applications, Types: p.types, Schemas: schemas,
		Journal: p.store, Dispatcher: p.engine, IDs: p.ids,
	}, publish.Config{Strict: strict, Clock: p.Clock})
	p.sources = catalog.NewSources(p.store, catalog.SourceConfig{
		Applications: applications, Providers: all.Catalog(), Box: p.box, IDs: p.ids, Random: rand.Reader, Clock: p.Clock,
		MaxBody: int64(p.config.MaxBody), Forwards: receive.Forwards, Changes: told{p.engine, p},
	})
	p.receiver = p.newReceiver(messages)
	return api.New(api.Config{
		Applications: applications, Endpoints: catalog.NewEndpoints(p.store, endpoint), EventTypes: p.types,
		Sources: p.sources, Inbox: p.store, InboundURL: p.inboundURL(), History: p.store, Answers: p.store, Engine: p.store, Publisher: countedPublisher{publisher{messages}, p.published},
		Replayer: replayer{p.engine, messages}, Auth: p.auth, Box: p.box, IDs: p.ids, Clock: p.Clock, Log: p.Log,
		PublicURL: p.publicURL(), MaxBody: int64(p.config.MaxBody), Budget: p.budget,
	})
}

// inboundURL is what the address of every source begins with.
func (b *base) inboundURL() string { return strings.TrimSuffix(b.publicURL(), "/") + inbound.Path }

func (b *base) publicURL() string {
	if b.config.PublicURL != "" {
		return b.config.PublicURL
	}
	return reachable(addrPort(b.listener))
}
