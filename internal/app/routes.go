package app

import (
	"context"
	"errors"
	"net/http"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/posthorn/posthorn/internal/config"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/httpd"
	"github.com/posthorn/posthorn/internal/web"
)

// server returns the HTTP server with everything that it serves. It is ready until ctx ends.
func (p *parts) server(ctx context.Context) *httpd.Server {
	routes := httpd.Routes{
		API:     p.apiHandler(),
		Portal:  web.Handler(),
		Live:    says(func(*http.Request) (int, string) { return http.StatusOK, "alive\n" }),
		Ready:   says(func(r *http.Request) (int, string) { return readiness(ctx, r, p.api.Healthy) }),
		Metrics: promhttp.HandlerFor(p.metrics(), promhttp.HandlerOpts{}),
		Debug:   profiles(),
		Admins:  p.api.Admins,
	}
	if p.config.Roles.Has(config.RoleReceive) {
		routes.Inbound = p.inbound()
	}
	return httpd.New(httpd.Config{
		Listener: p.listener, Handler: routes.Handler(), Log: p.Log, Most: divide(openFiles()).Clients,
	})
}

// apiHandler serves the API if that is a role of this node.
func (p *parts) apiHandler() http.Handler {
	if p.config.Roles.Has(config.RoleAPI) {
		return p.api.Handler()
	}
	return p.api.Aside()
}

// readiness says whether new work is taken. A server that drains answers no on open connections; one that could not
// acknowledge a publish says why, so that publishes go to another node.
func readiness(ctx context.Context, r *http.Request, healthy func(context.Context) error) (int, string) {
	if ctx.Err() != nil {
		return http.StatusServiceUnavailable, "draining\n"
	}
	if err := healthy(r.Context()); err != nil {
		var problem *fault.Error
		if errors.As(err, &problem) && problem.Kind == fault.Unavailable {
			return http.StatusServiceUnavailable, problem.Detail + "\n"
		}
		return http.StatusServiceUnavailable, "The database cannot be read.\n"
	}
	return http.StatusOK, "ready\n"
}

func says(what func(*http.Request) (int, string)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, text := what(r)
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(text)) // the asker went away
	})
}
