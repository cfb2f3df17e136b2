package load_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/bench/load"
	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
)

// api is a server that acknowledges publishes, except for what a test makes it do.
type api struct {
	mu    sync.Mutex
	keys  map[string]int
	count atomic.Int64
	odd   func(n int64, w http.ResponseWriter) bool // true if it has answered
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	a.mu.Lock()
	a.keys[r.Header.Get("Idempotency-Key")]++
	a.mu.Unlock()
	n := a.count.Add(1)
	if a.odd != nil && a.odd(n, w) {
		return
	}
	w.WriteHeader(http.StatusAccepted)
	_, _ = fmt.Fprintf(w, `{"payload":%s,"id":"msg_%d"}`, body, n)
}

func TestEveryMessageHasItsOwnKeyAndItsOwnId(t *testing.T) {
	t.Parallel()
	a, plan := start(t, nil)
	plan.Publishers, plan.Messages = 4, 200

	result, err := load.Run(t.Context(), plan, &load.Live{})

	ids := map[uint64]bool{}
	for _, s := range result.Sent {
		ids[s.Message] = true
	}
	if err != nil || len(ids) != 200 || len(a.keys) != 200 {
		t.Fatalf("%d ids, %d keys, error %v", len(ids), len(a.keys), err)
	}
}

func TestPublishIsRepeatedUnderTheSameKey(t *testing.T) {
	t.Parallel()
	a, plan := start(t, func(n int64, w http.ResponseWriter) bool {
		if n <= 2 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		return n <= 2
	})
	plan.Messages = 1

	result, err := load.Run(t.Context(), plan, &load.Live{})

	if err != nil || len(result.Sent) != 1 || result.Retried != 2 || len(a.keys) != 1 {
		t.Fatalf("%d sent, %d retried, %d keys, error %v", len(result.Sent), result.Retried, len(a.keys), err)
	}
}

func TestAnswerThatNoRepetitionChangesEndsTheRun(t *testing.T) {
	t.Parallel()
	_, plan := start(t, func(_ int64, w http.ResponseWriter) bool {
		w.WriteHeader(http.StatusUnauthorized)
		return true
	})
	plan.Publishers, plan.Messages = 3, 1000

	_, err := load.Run(t.Context(), plan, &load.Live{})

	if fault.KindOf(err) != fault.Unauthenticated {
		t.Fatalf("ended with %v", err)
	}
}

func TestStallIsChargedWithEverythingThatShouldHaveBeenSentDuringIt(t *testing.T) {
	t.Parallel()
	stalled := make(chan struct{})
	_, plan := start(t, func(n int64, _ http.ResponseWriter) bool {
		if n == 10 {
			<-stalled
		}
		return false
	})
	plan.Rate, plan.Messages = 200, 100 // 100 messages take half a second
	timer := time.AfterFunc(400*time.Millisecond, func() { close(stalled) })
	defer timer.Stop()

	result, err := load.Run(t.Context(), plan, &load.Live{})

	if err != nil {
		t.Fatal(err)
	}
	slow := 0
	for _, s := range result.Sent {
		if s.Acked-s.Intended > 50*time.Millisecond {
			slow++
		}
	}
	if slow < 40 {
		t.Fatalf("only %d of 100 messages were charged for a stall that delayed most of them", slow)
	}
}

func start(t *testing.T, odd func(int64, http.ResponseWriter) bool) (*api, load.Plan) {
	t.Helper()
	a := &api{keys: map[string]int{}, odd: odd}
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	began := clock.Clock{}.Now()
	return a, load.Plan{
		Addresses: []string{server.Listener.Addr().String()}, Path: "/api/v1/app/app_x/msg", Token: "ph_x",
		Body: []byte(`{"id":"not this one"}`), Publishers: 1, Timeout: 5 * time.Second,
		Elapsed: func() time.Duration { return clock.Clock{}.Now().Sub(began) },
	}
}
