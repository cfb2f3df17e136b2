package sink_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/bench/sink"
	"github.com/posthorn/posthorn/internal/clock"
)

func TestSinkNotesWhichMessageReachedWhichEndpoint(t *testing.T) {
	t.Parallel()
	s := listen(t, sink.Options{HangFrom: 10})

	post(t, t.Context(), s.URL(0), "msg_a")
	post(t, t.Context(), s.URL(3), "msg_b")

	got := map[uint64]int32{}
	for _, a := range s.Arrivals() {
		got[a.Message] = a.Endpoint
	}
	if len(got) != 2 || got[sink.Key([]byte("msg_a"))] != 0 || got[sink.Key([]byte("msg_b"))] != 3 {
		t.Fatalf("noted %v", got)
	}
	if s.Received() != 2 {
		t.Fatalf("counted %d", s.Received())
	}
}

func TestHangingEndpointAnswersOnlyOnceReleased(t *testing.T) {
	t.Parallel()
	s := listen(t, sink.Options{HangFrom: 1, HangFor: time.Minute})
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		post(t, t.Context(), s.URL(1), "msg_hang")
	}()
	post(t, t.Context(), s.URL(0), "msg_quick")

	select {
	case <-answered:
		t.Fatal("answered before it was released")
	default:
	}
	s.Release()
	<-answered

	if s.Received() != 1 {
		t.Fatalf("a hanging endpoint was counted as received: %d", s.Received())
	}
}

func TestSinkCountsRequestsThatDoNotVerify(t *testing.T) {
	t.Parallel()
	s := listen(t, sink.Options{HangFrom: 1, Verify: func(id, _, _ string, body []byte) bool {
		return id == "msg_good" && string(body) == "{}"
	}})

	post(t, t.Context(), s.URL(0), "msg_good")
	post(t, t.Context(), s.URL(0), "msg_bad")

	if s.Unsigned() != 1 {
		t.Fatalf("%d requests failed verification", s.Unsigned())
	}
}

func listen(t *testing.T, o sink.Options) *sink.Sink {
	t.Helper()
	start := clock.Clock{}.Now()
	o.Elapsed = func() time.Duration { return clock.Clock{}.Now().Sub(start) }
	s, err := sink.Listen(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func post(t *testing.T, ctx context.Context, url, id string) {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader("{}"))
	if err != nil {
		t.Error(err)
		return
	}
	r.Header.Set("Webhook-Id", id)
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(r)
	if err != nil {
		t.Error(err)
		return
	}
	if err := answer.Body.Close(); err != nil || answer.StatusCode != http.StatusNoContent {
		t.Errorf("status %d, error %v", answer.StatusCode, err)
	}
}
