package store

import (
	"context"
	"iter"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
)

// Archive moves what a store remembers into another one, whatever engine either is.
type Archive interface {
	// Snapshot calls read with everything as it is at one moment, whatever is written meanwhile. What read
	// got is of no use after it has returned.
	Snapshot(ctx context.Context, e Extent, read func(Snapshot) error) error
	// Restore stores rows of another store as they are, all or none. Applications, endpoints and sources get their
	// keys in place. Nobody may be at work on the store: neither a message nor a received webhook is handed to anybody.
	Restore(ctx context.Context, b Batch) error
	// Alone keeps everybody else away who would restore, also into another program's store on the same database, until
	// release is called, once. Somebody else who does is ErrRestoring.
	Alone(ctx context.Context) (release func(), err error)
	// MessageTime returns when a message, or a received webhook, with this key was taken in.
	MessageTime(key hook.Key) time.Time
	// MessageKey returns the key of a message, or of a received webhook, that was taken in at t and is restored behind
	// the one with the key last: the first that is free. Order and age survive a move by it.
	MessageKey(t time.Time, last hook.Key) hook.Key
}

// ErrRestoring is the answer to a second import into a database.
func ErrRestoring() error {
	return fault.New(fault.Conflict, "import_running", "Another import into this database is under way, and this one has changed nothing: "+
		"wait for the other to end.")
}

// Extent says how much a Snapshot shows.
type Extent struct {
	// History asks for all messages and what became of them. Without it there are only messages with open
	// deliveries and those whose idempotency key expires after Repeatable, both whole, and received webhooks that
	// have not ended.
	History    bool
	Repeatable time.Time
	Now        time.Time // claims, and events to be told apart, that are over by then are left out
}

// Snapshot shows everything in the order in which it can be restored. Each walk may be begun once, and several
// may be under way at a time. A walk ends with the first error. What belongs to an application that is gone is
// left out, unless it says otherwise.
type Snapshot interface {
	EventTypes(ctx context.Context) iter.Seq2[hook.EventType, error]        // rising by name
	AdHocEventTypes(ctx context.Context) iter.Seq2[AdHocEventType, error]   // rising by application and name
	Applications(ctx context.Context) iter.Seq2[hook.Application, error]    // rising by key
	Endpoints(ctx context.Context) iter.Seq2[hook.Endpoint, error]          // rising by key
	DeletedEndpoints(ctx context.Context) iter.Seq2[DeletedEndpoint, error] // rising by application and id
	Tokens(ctx context.Context) iter.Seq2[hook.Token, error]                // rising by id
	// Messages rise by key.
	Messages(ctx context.Context) iter.Seq2[ArchivedMessage, error]
	// Deliveries are the rows of Messages, and maybe of others, rising by message and endpoint.
	Deliveries(ctx context.Context) iter.Seq2[hook.Delivery, error]
	// Attempts are those of Messages, and maybe of others, rising by message, endpoint and id, without the
	// key of the application.
	Attempts(ctx context.Context) iter.Seq2[hook.Attempt, error]
	// Claims are those that are valid, rising by message: first those of other operations that have an answer.
	Claims(ctx context.Context) iter.Seq2[ArchivedClaim, error]
	Tallies(ctx context.Context) iter.Seq2[Tally, error]     // rising by endpoint and hour; none without history
	Events(ctx context.Context) iter.Seq2[hook.Event, error] // rising by id; none without history
	InboxSnapshot
}

// InboxSnapshot is the part of a Snapshot that shows what receives. What hangs on a source may be of one that is
// gone, too.
type InboxSnapshot interface {
	Sources(ctx context.Context) iter.Seq2[hook.Source, error]                // rising by key
	Received(ctx context.Context) iter.Seq2[hook.Received, error]             // with content, rising by key
	Seen(ctx context.Context) iter.Seq2[Seen, error]                          // rising by hash
	RefusalCounts(ctx context.Context) iter.Seq2[ArchivedRefusalCount, error] // rising by source, hour and cause; none without history
	Refused(ctx context.Context) iter.Seq2[hook.Refused, error]               // rising by source and id; none without history
}

// ArchivedMessage is a message with whether it is in the memory of a run: then its targets that have neither
// an attempt nor a delivery are open. Otherwise those were delivered and their attempts are gone.
type ArchivedMessage struct {
	hook.Message
	InMemory bool
}

// ArchivedClaim is an idempotency key with what it stands for.
type ArchivedClaim struct {
	Claim
	MessageKey hook.Key // of a publish; the message may be gone. Zero for other operations
	Answer     []byte   // of other operations, sealed
	ReservedAt time.Time
}

// GoneMessage is the key of no message: a claim that has it stands for one that was published and is gone.
const GoneMessage hook.Key = 1

// Tally is how many deliveries of an endpoint ended within an hour.
type Tally struct {
	EndpointKey               hook.Key
	Hour                      time.Time
	Success, Failed, Canceled int64
}

// Seen is an event that was received, and is told apart from those to come until its time is over.
type Seen struct {
	Same     [16]byte // as Arrival.Same
	Received id.ID    // the first webhook that said it; it may be gone
	Until    time.Time
}

// ArchivedRefusalCount is a RefusalCount with its source.
type ArchivedRefusalCount struct {
	SourceKey hook.Key
	RefusalCount
}

// Batch is rows to restore. What refers to a message has the key that MessageKey made for it.
type Batch struct {
	EventTypes      []hook.EventType
	Applications    []hook.Application
	AdHocEventTypes []AdHocEventType
	Endpoints       []hook.Endpoint
	// DeletedEndpoints have keys that no endpoint of the store has or will have: negative ones.
	DeletedEndpoints []DeletedEndpoint
	Tokens           []hook.Token
	Messages         []hook.Message
	Deliveries       []hook.Delivery
	Attempts         []hook.Attempt
	Claims           []ArchivedClaim
	Tallies          []Tally
	Events           []hook.Event

	Sources       []hook.Source
	Received      []hook.Received // in nobody's hands
	Seen          []Seen
	RefusalCounts []ArchivedRefusalCount
	Refused       []hook.Refused
}

// Bound is what the answer that is kept for the claim is sealed to.
func (c Claim) Bound() []byte { return append([]byte("answer:"), c.Key[:]...) }
