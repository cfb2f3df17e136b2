package directory

import (
	"net/textproto"
	"sync/atomic"
	"time"

	"github.com/posthorn/posthorn/internal/egress"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/signature"
)

// Route is an endpoint with everything a request to it needs, parsed and opened once. It never changes,
// its health apart.
type Route struct {
	Endpoint hook.Endpoint
	Target   egress.Target
	Header   map[string][]string // the caller's own headers and credentials, by canonical name
	Problem  error               // why nothing can be sent, such as a secret that does not open; nil if all is well
	keys     []timedKey
	health   atomic.Pointer[hook.Health]
}

// Health returns how the endpoint is doing as far as this process knows.
func (r *Route) Health() hook.Health { return *r.health.Load() }

type timedKey struct {
	key   signature.Key
	until time.Time // zero for ever
}

// Keys returns the keys that sign at now, the newest first.
func (r *Route) Keys(now time.Time) []signature.Key { return live(r.keys, now) }

func live(all []timedKey, now time.Time) []signature.Key {
	keys := make([]signature.Key, 0, len(all))
	for _, k := range all {
		if k.until.IsZero() || k.until.After(now) {
			keys = append(keys, k.key)
		}
	}
	return keys
}

// route prepares e. What is wrong with it is kept in the route, so that one endpoint that cannot be
// sent to does not stop the others of its application.
func (v Vault) route(e hook.Endpoint) *Route {
	r := &Route{Endpoint: e}
	r.health.Store(&hook.Health{FailingSince: e.FailingSince, Disabled: e.DisabledReason})
	for _, prepare := range []func(*Route) error{v.fillKeys, v.fillHeader, parseTarget} {
		if err := prepare(r); err != nil {
			r.Problem = err
			return r
		}
	}
	return r
}

func (v Vault) fillKeys(r *Route) (err error) {
	r.keys, err = v.openKeys(r.Endpoint.ID, r.Endpoint.Secrets)
	return err
}

func (v Vault) fillHeader(r *Route) error {
	own, err := v.Headers(r.Endpoint)
	if err != nil {
		return err
	}
	authorization, err := v.Authorization(r.Endpoint)
	if err != nil {
		return err
	}
	r.Header = make(map[string][]string, len(own)+1)
	if authorization != "" {
		r.Header["Authorization"] = []string{authorization}
	}
	for name, value := range own {
		r.Header[textproto.CanonicalMIMEHeaderKey(name)] = []string{value}
	}
	return nil
}

func parseTarget(r *Route) (err error) {
	r.Target, err = egress.ParseTarget(r.Endpoint.URL)
	return err
}
