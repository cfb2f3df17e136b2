// Package deliver brings messages to endpoints. What was just published it sends from memory; what
// waits for a retry, or found no room in memory, it reads back from the store. It decides when to try,
// when to try again and when to give up, and records every request that left.
package deliver

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/dialect"
	"github.com/posthorn/posthorn/internal/directory"
	"github.com/posthorn/posthorn/internal/egress"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/retry"
	"github.com/posthorn/posthorn/internal/store"
)

// Store is what the engine needs of the store.
type Store interface {
	store.Journal
	store.Backlog
}

// Sender makes one request; egress.Client is one.
type Sender interface {
	Do(ctx context.Context, r egress.Request) egress.Response
}

// Directory knows endpoints as they are now; directory.Directory is one.
type Directory interface {
	// Route returns the endpoint ready for sending, fault.NotFound if it is deleted.
	Route(ctx context.Context, application, endpoint hook.Key) (*directory.Snapshot, *directory.Route, error)
	// SetHealth remembers how an endpoint is doing after that was committed.
	SetHealth(application, endpoint hook.Key, h hook.Health)
	directory.Changes
}

// Config is what the engine may be told.
type Config struct {
	Limits  Limits
	Policy  retry.Policy
	Timeout time.Duration  // of a whole attempt
	Names   dialect.Names  // of the headers that name and sign messages
	Chance  func() float64 // in [0,1), spreads retries
	Skew    time.Duration  // how far the clocks of other nodes on the store may be from this one's; zero if there are none
	Clock   clock.Clock
	Log     *slog.Logger
}

// Parts are what an Engine is made of.
type Parts struct {
	Store     Store
	Directory Directory
	Sender    Sender
	IDs       *id.Source
	Lease     Lease // nil if nobody else can take this run's work over
}

// Lease says how long this run may act on what it holds.
type Lease interface {
	// Await returns once a request that begins now ends before the lease does, or with an error if ctx ends or
	// the lease is lost for good. It reports whether it had to wait: what was known of the endpoint may be old by then.
	Await(ctx context.Context) (waited bool, err error)
}

// Engine delivers. Use New.
type Engine struct {
	parts    Parts
	config   Config
	schedule *schedule
	totals   totals

	workers  sync.WaitGroup // those who send
	helpers  sync.WaitGroup // those who fill, rescue and recover; started under the schedule's lock once Run runs
	ready    chan struct{}
	again    chan struct{}      // holds a token when others may have left work in the store
	searches chan time.Duration // holds the slack of a search for what waits too long
	stop     chan struct{}
	told     sync.Once       // to stop
	ctx      context.Context //nolint:containedctx // of helpers; set by Run, for recoveries that outlive their request
	lost     atomic.Int64    // attempts that left and could not be stored
	outage   outage          // of the store, as those see it who settle
	warnings clock.Throttle  // of log lines that each worker would repeat
}

// New returns an engine that takes work at once and sends once it runs.
func New(p Parts, c Config) *Engine {
	return &Engine{parts: p, config: c, schedule: newSchedule(c.Limits), ready: make(chan struct{}), again: make(chan struct{}, 1),
		searches: make(chan time.Duration, 1), stop: make(chan struct{})}
}

// Ready is closed when the engine sends and everything it found in the store is on its schedule.
func (e *Engine) Ready() <-chan struct{} { return e.ready }

// Deferred implements publish.Dispatcher.
func (e *Engine) Deferred(targets []hook.Key, size int) []hook.Key {
	return e.schedule.full(targets, size)
}

// Dispatch implements publish.Dispatcher.
func (e *Engine) Dispatch(m hook.Message, deferred []hook.Key) {
	fan := len(m.Targets) - len(deferred)
	p := newParcel(m)
	p.fan, p.left = fan, fan
	e.schedule.add(p, deferred, e.config.Clock.Now())
}

// Stop makes Run take no more work and return once the requests on the wire have ended. It does not wait
// and may be called more than once.
func (e *Engine) Stop() { e.told.Do(func() { close(e.stop) }) }

// Run sends until Stop is called, and then lets requests on the wire finish. A context that ends cuts them off.
// It returns when everything it started has ended; what is still queued stays in the store. An error says that
// attempts were made that could not be stored: the run must then not be closed as one that ended in good order,
// so that the next one finds them.
func (e *Engine) Run(ctx context.Context) error {
	helpers, stop := context.WithCancel(ctx)
	defer stop()
	e.open(ctx, helpers)
	select {
	case <-e.stop:
	case <-ctx.Done():
	}
	stop()
	e.schedule.close()
	e.workers.Wait()
	e.helpers.Wait()
	if lost := e.lost.Load(); lost > 0 {
		return fault.New(fault.Unavailable, "attempts_lost", "%d attempts could not be stored; the next start finds them.", lost)
	}
	return nil
}

// open starts the helpers and lets workers be hired, for what came before Run too.
func (e *Engine) open(attempts, helpers context.Context) {
	e.schedule.mu.Lock()
	defer e.schedule.mu.Unlock()
	e.ctx = helpers
	if e.config.Limits.away() {
		close(e.ready)
		return
	}
	e.schedule.hire = func() { e.workers.Go(func() { e.work(attempts) }) }
	for range e.schedule.line.len() {
		e.schedule.call()
	}
	e.helpers.Go(func() { e.keepTime(helpers) })
	for range fillers {
		e.helpers.Go(func() { e.fillLanes(helpers) })
	}
	e.helpers.Go(func() { e.keepUp(helpers) })
}

// help runs f beside the engine. It reports false if the engine does not run, or is stopping.
func (e *Engine) help(f func(context.Context)) bool {
	e.schedule.mu.Lock()
	defer e.schedule.mu.Unlock()
	if e.ctx == nil || e.schedule.closed {
		return false
	}
	e.helpers.Go(func() { f(e.ctx) })
	return true
}

func (e *Engine) work(ctx context.Context) {
	for back := false; ; back = true {
		j := e.schedule.next(back, e.config.Clock.Now)
		if j == nil {
			return
		}
		e.deliver(ctx, j)
	}
}
