// Package store is the contract between Posthorn and the database that keeps its promise. It is made of
// small roles; each use case asks for the ones it needs. The drivers are in the folders beside it, and
// storetest holds the suite that each of them passes unchanged.
//
// Rules for all roles: a write that returns nil is committed and flushed. Nothing there is
// fault.NotFound, a taken uid or name is fault.Conflict with code "taken", no space or no database is
// fault.Unavailable and means that nothing was written. Times are kept to the microsecond. Methods are
// safe for concurrent use.
package store

import (
	"context"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
)

// Store is everything an engine offers. Use cases take roles, never this.
type Store interface {
	Applications
	Endpoints
	EventTypes
	Tokens
	Answers
	Journal
	Backlog
	History
	Sources
	Inbox
	Keeper
	Members
	Feed
	Archive
	// Load returns how busy the engine is.
	Load() Load
	// Close ends the store when nobody uses it any more. It may be called twice.
	Close() error
}

// Ref names an application, endpoint or message as a caller does: by id, or by the caller's own uid.
// A text that is an id is one; the uid is looked up otherwise.
type Ref struct {
	ID  id.ID
	UID string
}

// RefOf reads a path parameter that holds an id of kind k or a uid.
func RefOf(k id.Kind, text string) Ref {
	if parsed, err := k.Parse(text); err == nil {
		return Ref{ID: parsed}
	}
	return Ref{UID: text}
}

// Applications keeps the tenants.
type Applications interface {
	// CreateApplication stores a and returns it with its key.
	CreateApplication(ctx context.Context, a hook.Application) (hook.Application, error)
	// Application returns the application that ref names.
	Application(ctx context.Context, ref Ref) (hook.Application, error)
	// ApplicationByKey returns the application with the key.
	ApplicationByKey(ctx context.Context, key hook.Key) (hook.Application, error)
	// UpdateApplication reads the application, hands it to change and stores the result, all in one
	// transaction. change must not keep its argument, wait, or touch key, id and creation time. Its error
	// ends the update and is returned.
	UpdateApplication(ctx context.Context, ref Ref, change func(*hook.Application) error) (hook.Application, error)
	// DeleteApplication removes the application, its endpoints and sources with their secrets, its tokens and its
	// open work. Its history can no longer be read and is purged by and by.
	DeleteApplication(ctx context.Context, ref Ref) (hook.Application, error)
	// ListApplications returns a page, by id, of the applications that f keeps.
	ListApplications(ctx context.Context, f ApplicationFilter, page Page[id.ID]) (List[hook.Application, id.ID], error)
}

// Endpoints keeps the subscriptions of applications.
type Endpoints interface {
	// CreateEndpoint stores e and returns it with its key. A missing application is fault.NotFound. A DeletedEndpoint of the
	// same id is removed, so that an id names one thing.
	CreateEndpoint(ctx context.Context, e hook.Endpoint) (hook.Endpoint, error)
	// Endpoint returns the application's endpoint that ref names.
	Endpoint(ctx context.Context, application hook.Key, ref Ref) (hook.Endpoint, error)
	// EndpointByKey returns the application's endpoint with the key.
	EndpointByKey(ctx context.Context, application, key hook.Key) (hook.Endpoint, error)
	// EndpointsOf returns all endpoints of an application, rising by key: what routing is built from.
	EndpointsOf(ctx context.Context, application hook.Key) ([]hook.Endpoint, error)
	// UpdateEndpoint is to endpoints what UpdateApplication is to applications.
	UpdateEndpoint(ctx context.Context, application hook.Key, ref Ref, change func(*hook.Endpoint) error) (hook.Endpoint, error)
	// DeleteEndpoint removes the endpoint with its secrets and returns what it was. Its open deliveries
	// are ended by Backlog.Cancel; its attempts stay readable through their messages. What remains of it, in the same
	// transaction, is a DeletedEndpoint.
	DeleteEndpoint(ctx context.Context, application hook.Key, ref Ref) (hook.Endpoint, error)
	// ListEndpoints returns a page of the application's endpoints by id.
	ListEndpoints(ctx context.Context, application hook.Key, page Page[id.ID]) (List[hook.Endpoint, id.ID], error)
}

// EventTypes keeps the catalogue of event types, and beside it those that applications made by publishing.
type EventTypes interface {
	AdHocEventTypes
	// CreateEventType stores t. A name that exists, archived or not, is fault.Conflict.
	CreateEventType(ctx context.Context, t hook.EventType) (hook.EventType, error)
	// EventType returns the event type of this name, archived ones too.
	EventType(ctx context.Context, name string) (hook.EventType, error)
	// UpdateEventType is to event types what UpdateApplication is to applications.
	UpdateEventType(ctx context.Context, name string, change func(*hook.EventType) error) (hook.EventType, error)
	// ExpungeEventType removes the event type for good, and those of this name that applications made; archiving is
	// an update.
	ExpungeEventType(ctx context.Context, name string) error
	// ListEventTypes returns a page of event types by name.
	ListEventTypes(ctx context.Context, archived bool, page Page[string]) (List[hook.EventType, string], error)
}

// Tokens keeps the hashes of bearer tokens.
type Tokens interface {
	// CreateToken stores t. The same hash again is fault.Conflict.
	CreateToken(ctx context.Context, t hook.Token) error
	// TokenByHash returns the token with this hash, valid or not.
	TokenByHash(ctx context.Context, hash [32]byte) (hook.Token, error)
	// RevokeToken marks a token as revoked at now. Revoking twice keeps the first time.
	RevokeToken(ctx context.Context, token id.ID, now time.Time) error
	// Tokens returns all tokens, newest first, at most 10,000.
	Tokens(ctx context.Context) ([]hook.Token, error)
	// ServerTokens returns the tokens for the whole server that are not revoked, newest first, however many
	// others there are.
	ServerTokens(ctx context.Context) ([]hook.Token, error)
}

// Claim reserves an idempotency key.
type Claim struct {
	Key         [16]byte  // hash of the tenant, the operation and the caller's key
	Fingerprint [16]byte  // hash of the request's body
	ExpiresAt   time.Time // from when on the key may be used for something else
}

// Answers remembers the answers of operations other than publish, so that a repeated request gets the
// same one.
type Answers interface {
	// Reserve claims a key. The first caller gets nil and must Answer or Forget. Later ones get the stored
	// answer; fault.Conflict with code "idempotency_mismatch" if the fingerprint differs; with code
	// "idempotency_in_progress" while the first is at work, which is taken for dead after a minute, and at
	// once if its run is dead.
	Reserve(ctx context.Context, c Claim, now time.Time) ([]byte, error)
	// Answer stores the answer of a reserved key.
	Answer(ctx context.Context, key [16]byte, answer []byte) error
	// Forget releases a reserved key, because the operation failed and may be tried again.
	Forget(ctx context.Context, key [16]byte) error
}
