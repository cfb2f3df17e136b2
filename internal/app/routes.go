package app

import (
	"context"
	"net/http"
	"strings"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/httpd"
	"github.com/posthorn/posthorn/internal/web"
)

// server returns the HTTP server with everything that it serves. It is ready until ctx ends.
func (p *parts) server(ctx context.Context) *httpd.Server {
	routes := httpd.Routes{
		API:     p.api.Handler(),
		Portal:  web.Handler(),
		Live:    says(func() (int, string) { return http.StatusOK, "alive\n" }),
		Ready:   says(func() (int, string) { return readiness(ctx) }),
		Metrics: promhttp.HandlerFor(p.metrics(), promhttp.HandlerOpts{}),
		Debug:   profiles(),
		Admin:   p.isAdmin,
	}
	return httpd.New(httpd.Config{Listener: p.listener, Handler: routes.Handler(), Log: p.Log})
}

// readiness says whether new work is taken. A server that drains answers no to who asks on an open
// connection.
func readiness(ctx context.Context) (int, string) {
	if ctx.Err() != nil {
		return http.StatusServiceUnavailable, "draining\n"
	}
	return http.StatusOK, "ready\n"
}

func says(what func() (int, string)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		status, text := what()
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(text)) // the asker went away
	})
}

// isAdmin reports whether a request carries a token that reaches everything. The numbers and profiles of
// a server tell about all tenants.
func (p *parts) isAdmin(r *http.Request) bool {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return false
	}
	who, err := p.auth.Authenticate(r.Context(), strings.TrimSpace(token))
	return err == nil && who.Scope == hook.ScopeServer
}
