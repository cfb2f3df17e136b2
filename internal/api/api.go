package api

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"

	"github.com/posthorn/posthorn/internal/auth"
	"github.com/posthorn/posthorn/internal/catalog"
	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/membudget"
	"github.com/posthorn/posthorn/internal/secret"
	"github.com/posthorn/posthorn/internal/store"
)

// DefaultMaxBody is the most bytes of a request's body unless the configuration says otherwise.
const DefaultMaxBody = 1 << 20

// Authenticator says who is calling.
type Authenticator interface {
	// Authenticate returns whose bearer token this is, or fault.Unauthenticated.
	Authenticate(ctx context.Context, bearer string) (auth.Identity, error)
	// IssuePortal makes a portal token of the application.
	IssuePortal(ctx context.Context, application hook.Key, ttl time.Duration) (token string, expires time.Time, err error)
	// Logout revokes the token that the caller came with.
	Logout(ctx context.Context, who auth.Identity) error
}

// Publication is a message as a caller sent it.
type Publication struct {
	Application    string            // id or uid from the path
	Create         *hook.Application // made if there is no such application; nil for none
	EventType      string
	EventID        string
	Channels       []string
	Tags           []string
	Payload        []byte        // exactly the bytes to deliver, in memory of its own
	ContentType    string        // that the payload is delivered under; empty for a payload that is JSON and delivered as such
	PayloadLife    time.Duration // zero for the default
	IdempotencyKey string
	Body           [16]byte // hash of the request's body
	Tenant         hook.Key // application of the caller's token; zero for a server token
}

// Publisher takes messages.
type Publisher interface {
	// Publish returns once the message is flushed.
	Publish(ctx context.Context, p Publication) (store.Receipt, error)
}

// Replayer sends again.
type Replayer interface {
	// Resend makes the delivery of the message to the endpoint due now.
	Resend(ctx context.Context, application hook.Key, message hook.Message, endpoint hook.Endpoint) error
	// Recover makes all failed deliveries of messages published in [since, until) due, in the background.
	Recover(ctx context.Context, endpoint hook.Endpoint, since, until time.Time) (task id.ID, err error)
	// SendExample publishes the example of the type with this index, or a made-up message, to this endpoint alone.
	SendExample(ctx context.Context, application hook.Application, endpoint hook.Endpoint, eventType string, index int) (hook.Message, error)
}

// Engine is what health asks.
type Engine interface {
	// Check writes and flushes.
	Check(ctx context.Context, now time.Time) error
	// Describe returns facts about the engine.
	Describe(ctx context.Context) (store.Description, error)
	// Members returns who is alive on the database.
	Members(ctx context.Context) ([]store.Member, error)
}

// Config is what an API is built from. All fields but the last three must be set.
type Config struct {
	Applications *catalog.Applications
	Endpoints    *catalog.Endpoints
	EventTypes   *catalog.EventTypes
	Sources      *catalog.Sources
	Inbox        Inbox
	History      store.History
	Answers      store.Answers
	Engine       Engine
	Publisher    Publisher
	Replayer     Replayer
	Auth         Authenticator
	Box          *secret.Box // seals remembered answers
	IDs          *id.Source
	Clock        clock.Clock
	Log          *slog.Logger
	InboundURL   string            // what the addresses of sources begin with, such as "https://hooks.example.com/in/"
	PublicURL    string            // where people reach this server, such as "https://hooks.example.com"; links are built from it
	MaxBody      int64             // zero is DefaultMaxBody
	Budget       *membudget.Budget // of the memory that requests hold; nil is without bound
}

// API serves the interface. It is an http.Handler for everything below /api and /ingest/api.
type API struct {
	Config
	router   chi.Router
	huma     huma.API
	health   health
	scopes   []Route
	refusals clock.Throttle // of log lines

	embedded *huma.Schema // of the application that a published message may bring along
}

// New returns the API with all its operations.
func New(c Config) *API {
	if c.MaxBody == 0 {
		c.MaxBody = DefaultMaxBody
	}
	a := &API{Config: c, router: chi.NewRouter()}
	a.router.NotFound(a.notFound)
	a.router.MethodNotAllowed(a.methodNotAllowed)
	a.huma = huma.NewAPI(document(), adapter{a})
	a.routeHealth()
	a.routeNodes()
	a.routeApplications()
	a.routeEndpoints()
	a.routeEndpointParts()
	a.routeEventTypes()
	a.routeMessages()
	a.routeAttempts()
	a.routeAuthentication()
	a.routePublish()
	a.routeSources()
	a.routeSourceEndpoints()
	a.routeReceived()
	a.routeRefused()
	a.routeLater()
	a.finish()
	return a
}

// Handler returns the API as it is put into a server.
func (a *API) Handler() http.Handler { return a.frame(a.router) }
