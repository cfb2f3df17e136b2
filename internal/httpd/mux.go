package httpd

import (
	"net/http"
)

// Routes are the handlers behind one address.
type Routes struct {
	API     http.Handler // below /api/ and /ingest/
	Inbound http.Handler // below /in/: what others send
	Portal  http.Handler // everything else; nil answers 404
	Live    http.Handler // /livez: the process is there
	Ready   http.Handler // /readyz: it can do its work
	Metrics http.Handler // /metrics, for admins
	Debug   http.Handler // /debug/, for admins
	// Admins lets only admins through to a handler, and answers the others. Without it nobody gets through.
	Admins func(http.Handler) http.Handler
}

// inbound is what the addresses of sources begin with. What follows is a secret.
const inbound = "/in"

// Handler returns the handler that serves them all. Routes that are nil are not there.
func (r Routes) Handler() http.Handler {
	mux := &mux{routes: r}
	return mux
}

type mux struct{ routes Routes }

// ServeHTTP picks the handler. It is no http.ServeMux, which would answer a path with dots in it with a
// redirect before the API could refuse it.
func (m *mux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h := m.pick(r.URL.Path); h != nil {
		h.ServeHTTP(w, r)
		return
	}
	refuse(w, http.StatusNotFound, "not_found", "There is nothing at this path.")
}

func (m *mux) pick(path string) http.Handler {
	switch {
	case below(path, "/api"), below(path, "/ingest"):
		return m.routes.API
	case below(path, inbound):
		return m.routes.Inbound
	case path == "/livez":
		return m.routes.Live
	case path == "/readyz":
		return m.routes.Ready
	case path == "/metrics":
		return m.admins(m.routes.Metrics)
	case below(path, "/debug"):
		return m.admins(m.routes.Debug)
	}
	return m.routes.Portal
}

// below reports whether path is prefix or in it.
func below(path, prefix string) bool {
	return len(path) >= len(prefix) && path[:len(prefix)] == prefix && (len(path) == len(prefix) || path[len(prefix)] == '/')
}

// admins lets only admins through: numbers and profiles tell about every tenant.
func (m *mux) admins(h http.Handler) http.Handler {
	if h == nil || m.routes.Admins == nil {
		return nil
	}
	return m.routes.Admins(h)
}
