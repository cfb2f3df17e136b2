package api_test

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/api"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

// keeper keeps every publication, as dispatch keeps messages that wait.
type keeper struct {
	echo
	kept []api.Publication
}

func (k *keeper) Publish(ctx context.Context, p api.Publication) (store.Receipt, error) {
	k.kept = append(k.kept, p)
	return k.echo.Publish(ctx, p)
}

// heap returns the bytes that are reachable.
func heap() uint64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

//nolint:paralleltest // it measures memory that all tests share
func TestMessageHoldsNoMoreMemoryThanItsPayload(t *testing.T) {
	const each, n = 48 << 10, 400
	blank := strings.Repeat(" ", each)
	for name, c := range map[string]struct{ path, body string }{
		"white space before the payload":     {"/api/v1/app/a/msg", `{"eventType":"x",` + blank + `"payload":{"a":1}}`},
		"white space among the channels":     {"/api/v1/app/a/msg", `{"eventType":"x","payload":{},"channels":["a",` + blank + `"b"]}`},
		"white space beside the raw payload": {"/api/v1/app/a/msg", `{"eventType":"x","payload":{},"transformationsParams":{"rawPayload":"{}",` + blank + `"headers":{"content-type":` + blank + `"a/b"}}}`},
		"a payload beside the raw one":       {"/api/v1/app/a/msg", `{"eventType":"x","payload":{` + blank + `},"transformationsParams":{"rawPayload":"{}"}}`},
		"a raw payload full of escapes":      {"/api/v1/app/a/msg", `{"eventType":"x","payload":{},"transformationsParams":{"rawPayload":"` + strings.Repeat(`\u0061`, each/24) + `"}}`},
		"a long query":                       {"/api/v1/app/a/msg?" + strings.Repeat("with_content=true&", each/18), `{"eventType":"x","payload":{}}`},
	} {
		k := &keeper{}
		h := api.New(api.Config{Publisher: k, Auth: k, IDs: id.NewSource(rand.Reader), Log: slog.New(slog.DiscardHandler)}).Handler()
		before := heap()

		for range n {
			w := httptest.NewRecorder()
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, c.path, strings.NewReader(c.body))
			r.Header.Set("Authorization", "Bearer x")
			h.ServeHTTP(w, r)
			if w.Code != http.StatusAccepted {
				t.Fatalf("%s: got %d %s", name, w.Code, w.Body)
			}
		}

		if held := int64(heap()) - int64(before); held > n*each/4 { //nolint:gosec // far below 8 EiB
			t.Errorf("%s: %d messages hold %d bytes", name, len(k.kept), held)
		}
		runtime.KeepAlive(k)
	}
}

// silent is a body that never comes. It notes how much room there was for it.
type silent struct{ room int }

func (s *silent) Read(p []byte) (int, error) {
	s.room = max(s.room, len(p))
	return 0, io.ErrUnexpectedEOF
}

func TestLengthThatIsOnlyStatedTakesNoMemory(t *testing.T) {
	t.Parallel()
	h := api.New(api.Config{Publisher: echo{}, Auth: echo{}, IDs: id.NewSource(rand.Reader), Log: slog.New(slog.DiscardHandler)}).Handler()
	body := &silent{}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/v1/app/a/msg", body)
	r.ContentLength = 1 << 20
	r.Header.Set("Authorization", "Bearer x")
	w := httptest.NewRecorder()

	h.ServeHTTP(w, r)

	if w.Code != http.StatusBadRequest || body.room > 64<<10 {
		t.Errorf("got %d, and room for %d bytes", w.Code, body.room)
	}
}
