package api_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/api"
	"github.com/posthorn/posthorn/internal/auth"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

// echo takes every message and every token, so that what is measured is the handler alone.
type echo struct{}

func (echo) Publish(_ context.Context, p api.Publication) (store.Receipt, error) {
	return store.Receipt{Message: hook.Message{EventType: p.EventType, Payload: p.Payload, Carried: hook.Carried{ContentType: p.ContentType}, CreatedAt: time.Unix(1, 0)}}, nil
}

func (echo) Authenticate(context.Context, string) (auth.Identity, error) {
	return auth.Identity{Scope: hook.ScopeServer}, nil
}

func (echo) IssuePortal(context.Context, hook.Key, time.Duration) (string, time.Time, error) {
	return "", time.Time{}, nil
}

func (echo) Logout(context.Context, auth.Identity) error { return nil }

// BenchmarkPublish measures what the interface adds to a publish of 1 KB.
func BenchmarkPublish(b *testing.B) {
	h := api.New(api.Config{
		Publisher: echo{}, Auth: echo{}, IDs: id.NewSource(rand.Reader), Log: slog.New(slog.DiscardHandler),
	}).Handler()
	body := `{"eventType":"user.created","channels":["a"],"payload":{"text":"` + strings.Repeat("x", 1000) + `"}}`
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/api/v1/app/a/msg", strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer x")
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusAccepted {
			b.Fatal(w.Body)
		}
	}
}
