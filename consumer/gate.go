package consumer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/provider"
	"github.com/posthorn/posthorn/internal/provider/all"
	"github.com/posthorn/posthorn/internal/provider/fetch"
)

// gate lets events in: everything that handler and middleware have in common.
type gate struct {
	provider  provider.Provider
	options   provider.Options
	publicURL string
	maxBody   int64
	deadline  time.Duration
	log       *slog.Logger
	clock     clock.Clock
	keys      *fetch.Source
	learn     func(context.Context, Secret) error

	secrets  atomic.Pointer[[]provider.Secret]
	learning sync.Mutex

	ledger  Ledger
	desk    desk
	running crew
}

func newGate(c Config) (*gate, error) {
	p, err := all.Catalog().ByName(c.Provider)
	if err != nil {
		return nil, wrong("no provider is called %q", c.Provider)
	}
	if err := check(p, c); err != nil {
		return nil, err
	}
	g := &gate{
		provider: p, options: maps.Clone(c.Options), publicURL: c.PublicURL, maxBody: cmp.Or(c.MaxBody, DefaultMaxBody),
		deadline: cmp.Or(c.Deadline, DefaultDeadline), log: c.Log, clock: clockOf(c.Now), ledger: c.Ledger, learn: c.Learn,
	}
	if g.log == nil {
		g.log = slog.New(slog.DiscardHandler)
	}
	if g.ledger == nil {
		g.ledger = newMemory(0, p.RememberFor(c.Options, 0), g.clock)
	}
	secrets := secretsOf(c.Secrets)
	g.secrets.Store(&secrets)
	g.keys = fetch.New(doorOf(c.Client, g.clock), g.clock)
	return g, nil
}

// check refuses a configuration under which something would be let in unverified, or nothing at all.
func check(p provider.Provider, c Config) error {
	if err := p.Setup(secretsOf(c.Secrets), c.Options); err != nil {
		return unusable(p, err)
	}
	facts, err := p.FactsOf(c.Options)
	if err != nil {
		return unusable(p, err)
	}
	tells := slices.ContainsFunc(p.Handshakes, func(h provider.Handshake) bool { return !h.Learn.None() })
	switch {
	case facts.Keyed && len(c.Secrets) == 0 && tells && c.Learn == nil:
		return wrong("%s tells its secret in a handshake: give the one that was told, or a Learn that keeps it", p.Name)
	case facts.Keyed && len(c.Secrets) == 0 && !tells:
		return wrong("%s needs a secret: %s, %s", p.Name, p.Secret.Name, p.Secret.Hint)
	case c.MaxBody < 0 || c.Deadline < 0:
		return wrong("a negative bound lets nothing in")
	case c.PublicURL == "" && facts.Covers(provider.Address()):
		return wrong("%s signs the address, so PublicURL must say which one it was given", p.Name)
	case c.PublicURL != "" && !plainURL(c.PublicURL):
		return wrong("PublicURL is not http or https with a host and a path and nothing else")
	}
	return nil
}

// plainURL reports whether text is scheme, host and path.
func plainURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil &&
		u.RawQuery == "" && !u.ForceQuery && u.Fragment == ""
}

// unusable makes one sentence of what the provider says about secrets and options. It may name itself, and its cause says
// the same once more.
func unusable(p provider.Provider, err error) error {
	text := err.Error()
	if problem := (*fault.Error)(nil); errors.As(err, &problem) {
		text = problem.Detail
	}
	text = strings.TrimSuffix(text, ".")
	if strings.HasPrefix(text, p.Title+" ") {
		return wrong("%s", text)
	}
	if rest, ok := strings.CutPrefix(text, "The "); ok {
		text = "the " + rest
	}
	return wrong("%s: %s", p.Name, text)
}

func wrong(format string, args ...any) error { return fmt.Errorf("consumer: "+format, args...) }

// doorOf returns the caller's client without its redirects, which may lead anywhere, or the guarded door.
func doorOf(c *http.Client, now clock.Clock) fetch.Door { //nolint:forbidigo // see Config
	if c == nil {
		return fetch.Guarded(now)
	}
	plain := *c
	plain.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	plain.Jar = nil
	return fetch.Through(&plain)
}
