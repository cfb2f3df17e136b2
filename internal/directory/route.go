package directory

import (
	"net/textproto"
	"sync"
	"sync/atomic"
	"time"

	"github.com/posthorn/posthorn/internal/egress"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/secret"
	"github.com/posthorn/posthorn/signature"
)

// Route is an endpoint as the directory keeps it. What a request to it needs is parsed and opened when the
// first one is made: to find out to whom a message goes, ten thousand secrets need not be opened.
type Route struct {
	Endpoint hook.Endpoint
	vault    Vault
	once     sync.Once
	parts    Parts
	problem  error
	health   atomic.Pointer[hook.Health]
}

// Parts are what a request to an endpoint needs. They never change.
type Parts struct {
	Target egress.Target
	Header map[string][]string // the caller's own headers and credentials, by canonical name
	// Echo replaces the secret values of Header in what the receiver answers.
	Echo secret.Redactor
	keys []timedKey
}

// Open returns what a request needs, or why nothing can be sent, such as a secret that does not open. It does
// the work once.
func (r *Route) Open() (*Parts, error) {
	r.once.Do(func() { r.problem = r.vault.fill(r.Endpoint, &r.parts) })
	return &r.parts, r.problem
}

// Health returns how the endpoint is doing as far as this process knows.
func (r *Route) Health() hook.Health { return *r.health.Load() }

type timedKey struct {
	key   signature.Key
	until time.Time // zero for ever
}

// Keys returns the keys that sign at now, the newest first.
func (p *Parts) Keys(now time.Time) []signature.Key { return live(p.keys, now) }

func live(all []timedKey, now time.Time) []signature.Key {
	keys := make([]signature.Key, 0, len(all))
	for _, k := range all {
		if k.until.IsZero() || k.until.After(now) {
			keys = append(keys, k.key)
		}
	}
	return keys
}

func (v Vault) route(e hook.Endpoint) *Route {
	r := &Route{Endpoint: e, vault: v}
	r.health.Store(&hook.Health{FailingSince: e.FailingSince, Disabled: e.DisabledReason})
	return r
}

// fill parses and opens what a request to e needs.
func (v Vault) fill(e hook.Endpoint, p *Parts) (err error) {
	if p.keys, err = v.openKeys(e.ID, e.Secrets); err != nil {
		return err
	}
	if p.Header, err = v.header(e); err != nil {
		return err
	}
	p.Echo = echo(p.Header)
	p.Target, err = egress.ParseTarget(e.URL)
	return err
}

func echo(header map[string][]string) secret.Redactor {
	var hidden []string
	for name, values := range header {
		if secret.HiddenHeader(name) {
			hidden = append(hidden, values...)
		}
	}
	return secret.RedactHeader(hidden...)
}

func (v Vault) header(e hook.Endpoint) (map[string][]string, error) {
	own, err := v.Headers(e)
	if err != nil {
		return nil, err
	}
	authorization, err := v.Authorization(e)
	if err != nil {
		return nil, err
	}
	header := make(map[string][]string, len(own)+1)
	if authorization != "" {
		header["Authorization"] = []string{authorization}
	}
	for name, value := range own {
		header[textproto.CanonicalMIMEHeaderKey(name)] = []string{value}
	}
	return header, nil
}
