// Package fetch gets the documents that providers publish: certificates, sets of public keys. It exists because every
// program that verifies webhooks needs them, and because the address may come from a forged request: whoever asks, only
// hosts of the provider are asked, through the guarded door or a client that the caller trusts, so many times a second
// and no more, and what is got is bounded.
package fetch

import (
	"context"
	"net/http"
	"time"

	"golang.org/x/time/rate"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/provider"
)

// What one source of documents may cost.
const (
	maxDocument = 256 << 10
	timeout     = 5 * time.Second
	perSecond   = 2
	burst       = 20
)

// Door sends one GET and follows no redirect. It returns at most limit+1 bytes of the body.
type Door interface {
	Get(ctx context.Context, address string, limit int) (status int, body []byte, err error)
}

// Source is a provider.KeySource. It may be used concurrently.
type Source struct {
	door  Door
	clock clock.Clock
	limit *rate.Limiter
	pages *pages
}

// New returns a source that goes through a door.
func New(d Door, c clock.Clock) *Source {
	return &Source{door: d, clock: c, limit: rate.NewLimiter(perSecond, burst), pages: newPages()}
}

// Fetch implements provider.KeySource.
func (s *Source) Fetch(ctx context.Context, address string, hosts []string) ([]byte, error) {
	now := s.clock.Now()
	if text := s.pages.get(address, now); text != nil {
		return text, nil
	}
	text, err := s.get(ctx, address, hosts)
	if err == nil {
		s.pages.put(address, text, now)
	}
	return text, err
}

// Visit asks for an address for the sake of asking, as the confirmation of a subscription does.
func (s *Source) Visit(ctx context.Context, address string, hosts []string) error {
	_, err := s.get(ctx, address, hosts)
	return err
}

func (s *Source) get(ctx context.Context, address string, hosts []string) ([]byte, error) {
	if !provider.Allowed(address, hosts, "") {
		return nil, fault.New(fault.Forbidden, "foreign_host", "The document does not lie on a host of its provider.")
	}
	if !s.limit.AllowN(s.clock.Now(), 1) {
		return nil, fault.New(fault.Unavailable, "too_many_fetches", "Too many documents of providers were asked for.")
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	status, body, err := s.door.Get(ctx, address, maxDocument)
	if err != nil || status != http.StatusOK || len(body) > maxDocument {
		return nil, fault.New(fault.Unavailable, "not_fetched", "The document of the provider could not be fetched; it answered %d.", status).Because(err)
	}
	return body, nil
}
