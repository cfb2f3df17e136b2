package api_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/api"
	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/membudget"
	"github.com/posthorn/posthorn/internal/store"
)

// full refuses every message, as while the disk is full.
type full struct{ echo }

func (full) Publish(context.Context, api.Publication) (store.Receipt, error) {
	return store.Receipt{}, fault.New(fault.Unavailable, "disk_full", "The disk is full.")
}

func TestRefusalsAreLoggedOnceASecondWithTheirNumber(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	now := time.Unix(1_800_000_000, 0)
	h := api.New(api.Config{
		Publisher: full{}, Auth: full{}, IDs: id.NewSource(rand.Reader), Log: slog.New(slog.NewTextHandler(&log, nil)),
		Clock: clock.Func(func() time.Time { return now }),
	}).Handler()

	for _, burst := range []int{1000, 1} {
		for range burst {
			if w := post(t, h, `{"eventType":"x","payload":{}}`); w.Code != http.StatusServiceUnavailable {
				t.Fatalf("got %d %s", w.Code, w.Body)
			}
		}
		now = now.Add(time.Second)
	}

	if n := strings.Count(log.String(), "request refused"); n != 2 || !strings.Contains(log.String(), "not_logged=999") {
		t.Errorf("%d lines:\n%s", n, &log)
	}
}

// post publishes a body.
func post(t *testing.T, h http.Handler, body string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/v1/app/a/msg", strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer x")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// holder keeps what holds memory for a request from being given back while it is asked.
type holder struct {
	echo
	during func()
}

func (h holder) Publish(ctx context.Context, p api.Publication) (store.Receipt, error) {
	h.during()
	return h.echo.Publish(ctx, p)
}

func TestBodyIsHeldInTheBudgetUntilItsRequestIsAnswered(t *testing.T) {
	t.Parallel()
	budget := membudget.New(1 << 20)
	var during int64
	publisher := holder{during: func() { during = budget.Held() }}
	h := api.New(api.Config{
		Publisher: publisher, Auth: publisher, IDs: id.NewSource(rand.Reader), Log: slog.New(slog.DiscardHandler), Budget: budget,
	}).Handler()
	const size = 200 << 10

	w := post(t, h, `{"eventType":"x","payload":{"a":"`+strings.Repeat("x", size)+`"}}`)

	if w.Code != http.StatusAccepted || during < size-membudget.Free || during > 2*size || budget.Held() != 0 {
		t.Errorf("got %d; %d bytes were held, and %d are", w.Code, during, budget.Held())
	}
	if want := size + 100; w.Body.Len() < want {
		t.Errorf("the answer has %d bytes", w.Body.Len())
	}
	if stated := w.Header().Get("Content-Length"); stated != strconv.Itoa(w.Body.Len()) {
		t.Errorf("the stated length is %s of %d", stated, w.Body.Len())
	}
}
