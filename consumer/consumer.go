// Package consumer is for a program that receives webhooks itself: an http.Handler, or a middleware, that verifies what a
// provider sends, answers its handshakes, recognises repetitions, hands each event to a function, and answers in time.
//
// It exists so that a receiver needs no server beside it and still gets right what receivers get wrong: the signature
// is checked over the bytes that came, before anything parses them; what cannot be verified is refused, also when a
// secret failed to load; an event that was not taken is not acknowledged, so the sender tries again; and one that was
// taken is not taken twice.
//
// Every provider of Posthorn can be named, such as "stripe", "github" or "standard-webhooks"; the reference of the
// providers lists them with their options. The body of the events is never changed.
package consumer

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
)

// Func takes an event. It should do no more than put the event where work is waiting: a queue, a table. Nil means that
// the event is safe and need not be sent again. The context ends at the deadline; a function that goes on nevertheless
// keeps its event from being handled a second time until it returns.
type Func func(ctx context.Context, e Event) error

// Config says whose webhooks are taken and what becomes of them.
type Config struct {
	Provider string   // such as "stripe"
	Secrets  []Secret // as the provider shows them, the newest first; several while one is being replaced
	Options  map[string]string
	// PublicURL is what the provider was given as the address: scheme, host and path. It is needed by providers that
	// sign the address, and it is what they are checked against: behind a proxy a request does not know it.
	PublicURL string

	// Routes are functions by type of event; Fallback takes every other type. What has neither is acknowledged and
	// dropped: the sender cannot know what is of interest. A batch of several events goes where the first of its types
	// does that has a route. Some providers do not sign the type; what a function does with an event must not become
	// dangerous by another type's name on it.
	Routes   map[string]Func
	Fallback Func
	// Synchronous lets the error of the function decide the status: see StatusError. Otherwise every error is
	// a 503, so that the sender tries again.
	Synchronous bool

	MaxBody  int64         // bytes; 1 MiB if zero
	Deadline time.Duration // from the arrival of a request until it is answered; 15 s if zero
	// Ledger remembers which events were taken. Nil is one like NewLedger(0, 0), for as long as the provider's page says,
	// mostly three days. It is gone after a restart and known to this process only: where a repetition must never be
	// taken twice, give one that your database keeps.
	Ledger Ledger
	// Client fetches certificates and key sets, of providers that publish them, from hosts of that provider only; its
	// redirects are not followed. Nil is a client of our own that reaches public addresses only and uses no proxy.
	Client *http.Client //nolint:forbidigo // the caller's own, for a network where only his reaches out
	// Learn keeps the secret that some providers (asana, notion) tell in a handshake. With it, New takes such a
	// provider without a secret; whoever asks first then tells it, so register the webhook at once.
	Learn func(ctx context.Context, s Secret) error

	Log *slog.Logger     // what is refused and why, and what failed; nothing if nil
	Now func() time.Time // for tests; the machine's clock if nil
}

// The defaults of a Config.
const (
	DefaultMaxBody  = 1 << 20
	DefaultDeadline = 15 * time.Second // what Posthorn, like most senders, waits for an answer
)

// Consumer is the handler. It may be used concurrently, and by several routes of a mux.
type Consumer struct {
	*gate
	routes      map[string]Func
	fallback    Func
	synchronous bool
}

// New returns a handler. It fails if the provider is unknown, if a secret or an option is missing or malformed, and if
// nothing would take the events.
func New(c Config) (*Consumer, error) {
	if c.Fallback == nil && len(c.Routes) == 0 {
		return nil, wrong("give a Fallback, or at least one of the Routes")
	}
	routes := make(map[string]Func, len(c.Routes))
	for kind, f := range c.Routes {
		if f == nil {
			return nil, wrong("the route of %q has no function", kind)
		}
		routes[kind] = f
	}
	g, err := newGate(c)
	if err != nil {
		return nil, err
	}
	return &Consumer{g, routes, c.Fallback, c.Synchronous}, nil
}

// ServeHTTP takes one request. It never panics.
func (c *Consumer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer c.rescue(w)
	// A sender that hangs up does not stop what has begun: it would send again what may be half done.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), c.deadline)
	defer cancel()
	e, ok := c.open(ctx, w, r)
	if !ok {
		return
	}
	f := c.route(e)
	if f == nil {
		c.log.DebugContext(ctx, "event has no route", "type", e.Type)
		c.thank(w)
		return
	}
	if err := c.once(ctx, e, f); err != nil {
		c.fail(ctx, w, e, c.statusOf(err), err)
		return
	}
	c.thank(w)
}

// route returns the function for an event. A batch goes to that of the first of its types that has one.
func (c *Consumer) route(e Event) Func {
	for _, kind := range append([]string{e.Type}, e.Types...) {
		if f, ok := c.routes[kind]; ok {
			return f
		}
	}
	return c.fallback
}

// Drain waits for functions that went on after their deadline. Call it after http.Server.Shutdown, which waits for
// requests only.
func (c *Consumer) Drain(ctx context.Context) error {
	select {
	case <-c.running.gone():
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func clockOf(now func() time.Time) clock.Clock {
	if now == nil {
		return clock.Clock{}
	}
	return clock.Func(now)
}
