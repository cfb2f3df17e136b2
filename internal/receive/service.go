package receive

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/directory"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/provider"
	"github.com/posthorn/posthorn/internal/store"
)

// Store is what receiving reads and writes.
type Store interface {
	SourceByKey(ctx context.Context, key hook.Key) (hook.Source, error)
	SourceByURL(ctx context.Context, hash [32]byte) (hook.Source, error)
	ListSources(ctx context.Context, application hook.Key, page store.Page[id.ID]) (store.List[hook.Source, id.ID], error)
	Receive(ctx context.Context, a store.Arrival) (store.Arrived, error)
	Take(ctx context.Context, now time.Time, n int) ([]hook.Received, error)
	NextArrival(ctx context.Context) (time.Time, bool, error)
	Conclude(ctx context.Context, c store.Conclusion) error
	Refuse(ctx context.Context, source hook.Key, counts []store.RefusalCount, samples []hook.Refused) error
}

// Publisher makes messages.
type Publisher interface {
	// Publish stores the message for the endpoints of its application and returns its id once it is flushed. The
	// same Once makes no second message: it returns the first one's id.
	Publish(ctx context.Context, m Message) (id.ID, error)
}

// Message is what a webhook becomes.
type Message struct {
	Application hook.Key
	EventType   string
	Channels    []string
	Payload     []byte
	Carried     hook.Carried
	Once        string // names the webhook and its processing
}

// Learner keeps a secret that a provider told in a handshake.
type Learner interface {
	// Learn makes the secret the source's. One that has a secret already is fault.Conflict.
	Learn(ctx context.Context, source hook.Key, secret provider.Secret) error
}

// Visitor visits an address that a provider wants visited as a confirmation.
type Visitor interface {
	// Visit makes one guarded GET to the address, which lies on one of the hosts.
	Visit(ctx context.Context, address string, hosts []string) error
}

// Parts are what a Service is made of.
type Parts struct {
	Store     Store
	Providers provider.Catalog
	Vault     directory.SourceVault
	Publisher Publisher
	Learner   Learner
	IDs       *id.Source
	Visitor   Visitor            // nil refuses handshakes that want a visit
	Keys      provider.KeySource // nil refuses what needs a fetched key
}

// Config is what receiving may be told. Zero values choose the defaults.
type Config struct {
	MaxBody int64           // bytes of a body, whatever a source says
	Workers int             // webhooks that are processed at a time
	Queue   int             // webhooks held in memory for processing
	Bytes   int64           // of their bodies
	Retries []time.Duration // before each repetition of a processing that could not be done
	Clock   clock.Clock
	Log     *slog.Logger
}

// Defaults of Config.
const (
	DefaultMaxBody = 1 << 20
	defaultWorkers = 256 // as many as senders at a time: each waits for a group like they do, or it would fall behind
	defaultQueue   = 4096
	defaultBytes   = 32 << 20
)

// DefaultRetries is when a processing that found the database away is tried again (C43).
func DefaultRetries() []time.Duration {
	return []time.Duration{
		time.Minute, 5 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour, 36 * time.Hour, 48 * time.Hour, 60 * time.Hour, 72 * time.Hour,
	}
}

// Service receives.
type Service struct {
	Parts
	config    Config
	table     *table
	tally     *tally
	strangers *strangers
	queue     *queue
	warnings  clock.Throttle // of log lines
	runs      atomic.Int64   // nodes that receive, this one among them

	received, repeated, refused, processed, failed atomic.Int64

	ready    chan struct{}
	stop     chan struct{}
	stopping sync.Once
	wake     chan struct{}
}

// New returns the service made of p.
func New(p Parts, c Config) *Service {
	c = c.withDefaults()
	s := &Service{
		Parts: p, config: c, tally: newTally(), strangers: newStrangers(), queue: newQueue(c.Queue, c.Bytes),
		ready: make(chan struct{}), stop: make(chan struct{}), wake: make(chan struct{}, 1),
	}
	s.runs.Store(1)
	s.table = newTable(p.Store, s.door)
	return s
}

func (c Config) withDefaults() Config {
	if c.MaxBody == 0 {
		c.MaxBody = DefaultMaxBody
	}
	if c.Workers == 0 {
		c.Workers = defaultWorkers
	}
	if c.Queue == 0 {
		c.Queue = defaultQueue
	}
	if c.Bytes == 0 {
		c.Bytes = defaultBytes
	}
	if c.Retries == nil {
		c.Retries = DefaultRetries()
	}
	return c
}

// Among tells the service how many nodes receive, itself one of them: the rate limits of sources are shared.
func (s *Service) Among(runs int) {
	if n := int64(max(runs, 1)); s.runs.Swap(n) != n {
		s.table.forgetDoors()
	}
}

// SourceChanged makes what is known of the source follow a committed change.
func (s *Service) SourceChanged(source hook.Key) { s.table.changed(source) }

// ApplicationChanged makes what is known of the application's sources follow a committed change.
func (s *Service) ApplicationChanged(application hook.Key) { s.table.changedIn(application) }

// AnythingChanged forgets everything that is known of sources, because changes may have been missed.
func (s *Service) AnythingChanged() { s.table.anythingChanged() }

// LookAgain makes the service look for due webhooks now.
func (s *Service) LookAgain() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Ready is closed once webhooks are processed.
func (s *Service) Ready() <-chan struct{} { return s.ready }

// Stop makes Run process what it holds and return. It does not wait and may be called more than once.
func (s *Service) Stop() { s.stopping.Do(func() { close(s.stop) }) }

// Numbers are what the service holds, and what it did since it began.
type Numbers struct {
	Queued    int // webhooks in memory, those under way among them
	Bytes     int64
	Received  int64 // stored
	Repeated  int64 // known already
	Refused   int64 // at a source that exists
	Processed int64
	Failed    int64 // to be processed, for good
}

// Numbers returns the numbers as they are now.
func (s *Service) Numbers() Numbers {
	n := s.queue.numbers()
	n.Received, n.Repeated, n.Refused = s.received.Load(), s.repeated.Load(), s.refused.Load()
	n.Processed, n.Failed = s.processed.Load(), s.failed.Load()
	return n
}
