// Package fetch gets the documents that providers publish: certificates, sets of public keys. It exists because every
// program that verifies webhooks needs them, and because the address may come from a forged request: whoever asks, only
// hosts of the provider are asked, through the guarded door or a client that the caller trusts, so many times a second
// and no more, and what is got is bounded.
package fetch

import (
	"context"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/provider"
)

// Door sends one GET and follows no redirect. It returns at most limit+1 bytes of the body.
type Door interface {
	Get(ctx context.Context, address string, limit int) (status int, body []byte, err error)
}

// Source is a provider.KeySource and a provider.KeyRenewer. It may be used concurrently.
type Source struct {
	door    Door
	clock   clock.Clock
	flights singleflight.Group

	mutex      sync.Mutex // holds for all below, and for what the publishers remember
	budget     budget     // of all publishers together
	publishers *lru[*publisher]
}

// New returns a source that goes through a door.
func New(d Door, c clock.Clock) *Source {
	return &Source{door: d, clock: c, budget: newBudget(perSecond, burst), publishers: newLRU[*publisher](mostPublishers)}
}

// patience is how old what is remembered may be instead of asking anew.
type patience struct{ page, passing, definite time.Duration }

// Fetch implements provider.KeySource. Where the publisher cannot be asked, a document is used a while longer; see
// longest.
func (s *Source) Fetch(ctx context.Context, address string, hosts []string) ([]byte, error) {
	text, err := s.look(ctx, address, hosts, patience{keep, failureKept, definiteKept})
	if err == nil {
		return text, nil
	}
	if old := s.stale(address, hosts); old != nil {
		return old, nil
	}
	return nil, err
}

// Renew implements provider.KeyRenewer. It asks once a minute and address, whatever the answer: forged requests that
// name a key which does not exist cost no more than that. An old document is no help here, so a failure is one.
func (s *Source) Renew(ctx context.Context, address string, hosts []string) ([]byte, error) {
	return s.look(ctx, address, hosts, patience{renewal, renewal, renewal})
}

// Visit asks for an address for the sake of asking, as the confirmation of a subscription does. Such an address is new
// every time, and whoever has an account at the provider can have one signed, so it is asked for as a stranger's.
func (s *Source) Visit(ctx context.Context, address string, hosts []string) error {
	if !provider.Allowed(address, hosts, "") {
		return foreign()
	}
	if !s.mayAsk(name(hosts), address) {
		return tooMany()
	}
	_, failed := s.send(ctx, address)
	if failed != nil {
		return failed.err
	}
	return nil
}

// look returns a document from memory if it is there and fresh enough, and from its publisher otherwise.
func (s *Source) look(ctx context.Context, address string, hosts []string, p patience) ([]byte, error) {
	if !provider.Allowed(address, hosts, "") {
		return nil, foreign()
	}
	who, address := name(hosts), plain(address)
	if text, err := s.recall(who, address, p); text != nil || err != nil {
		return text, err
	}
	return s.join(ctx, who, address, p)
}

// name tells publishers apart. It is the list of hosts and not the host: the list is part of a provider's declaration,
// while a forger makes up as many hosts as a star allows.
func name(hosts []string) string { return strings.Join(hosts, " ") }

// plain writes the host in one way, so that one document is not taken for many.
func plain(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	u.Host = strings.TrimSuffix(strings.TrimSuffix(strings.ToLower(u.Host), ":443"), ":")
	return u.String()
}

func foreign() error {
	return fault.New(fault.Forbidden, "foreign_host", "The document does not lie on a host of its provider.")
}

func tooMany() error {
	return fault.New(fault.Unavailable, "too_many_fetches", "Too many documents of providers were asked for.")
}
