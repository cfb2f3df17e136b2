package api_test

import (
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/api"
	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/id"
)

func TestNodeWithoutTheAPIAnswersForItselfOnly(t *testing.T) {
	t.Parallel()
	aside := api.New(api.Config{
		Engine: &engine{}, Auth: echo{}, IDs: id.NewSource(rand.Reader), Log: slog.New(slog.DiscardHandler), Clock: clock.Clock{},
	}).Aside()
	for path, want := range map[string]int{
		"/api/v1/health": 200, "/api/v1/health/ping": 204, "/api/v1/app": 503, "/api/v1/nodes/x": 503, "/ingest/api/v1/source": 503,
	} {
		w := httptest.NewRecorder()
		aside.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))

		if w.Code != want || want == 503 && !strings.Contains(w.Body.String(), "no_api_here") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}
