package hostile_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/posthorn/posthorn/test/harness"
)

// replaysMakeNothing sends one event again as its sender does, and as somebody does who caught it and changes what the
// signature does not cover. A second event behind them shows when all would have been processed.
func replaysMakeNothing(t *testing.T, s *harness.Server) {
	in, receiver := newSource(t, s, "github", senderSecret), harness.NewReceiver(t)
	newEndpoint(t, s, in.app, receiver.URL)
	first, before := ofGitHub(senderSecret, event), repetitions(t, s)
	for what, w := range map[string]webhook{
		"again": first, "another id": first.with("X-GitHub-Delivery", "another"), "no id": first.with("X-GitHub-Delivery", ""), "another type": first.with("X-GitHub-Event", "ping"),
	} {
		wanted(t, "the first", in.try(t, s, first), http.StatusOK)
		wanted(t, what, in.try(t, s, w), http.StatusOK)
	}
	receiver.Wait(t, 1, harness.Any)

	wanted(t, "another event", in.try(t, s, ofGitHub(senderSecret, `{"n":2}`)), http.StatusOK)
	receiver.Wait(t, 2, harness.Any)

	harness.Equal(t, "received webhooks", len(in.received(t, s)), 2)
	harness.Equal(t, "messages", in.messages(t, s), 2)
	harness.Equal(t, "requests to the endpoint", len(receiver.Arrivals()), 2)
	if n := repetitions(t, s) - before; n < 7 { // other rows may repeat something meanwhile
		t.Errorf("%d repetitions are counted", n)
	}
}

// repetitions returns how many webhooks the server knew already.
func repetitions(t *testing.T, s *harness.Server) (n int) {
	t.Helper()
	numbers := do(t, s, http.MethodGet, "/metrics", nil, http.StatusOK)
	_, text, found := strings.Cut(string(numbers.Body), `posthorn_received_webhooks_total{answer="repeated"} `)
	if _, err := fmt.Sscan(text, &n); !found || err != nil {
		t.Fatalf("the number of repetitions is not there: %v", err)
	}
	return n
}

// forgedFloodLeavesNothing floods a source from a loopback address, of which none is shut out: behind one stands a proxy.
// What becomes of public addresses is for internal/receive to see.
func forgedFloodLeavesNothing(t *testing.T, s *harness.Server) {
	const senders, each = 10, 100
	in := newSource(t, s, "github", senderSecret)
	forged := ofGitHub("a guess", strings.Repeat("x", 10_000))
	var flood sync.WaitGroup
	for range senders {
		flood.Go(func() {
			for range each {
				if reply := in.try(t, s, forged); reply.Status != http.StatusUnauthorized {
					t.Errorf("got %d", reply.Status)
				}
			}
		})
	}
	wanted(t, "health meanwhile", s.Do(t, http.MethodGet, "/api/v1/health", nil), http.StatusOK)
	wanted(t, "a good one meanwhile", in.try(t, s, ofGitHub(senderSecret, event)), http.StatusOK)
	flood.Wait()

	in.wroteDownLittle(t, s, senders*each)
	harness.Equal(t, "received webhooks", len(in.received(t, s)), 1)
}

// wroteDownLittle waits until so many forged requests are counted, and looks at what else is kept of them.
func (i inlet) wroteDownLittle(t *testing.T, s *harness.Server, forged int) {
	t.Helper()
	const samples, beginning = 100, 4 << 10 // store.MostRefused of a source, and hook.MaxRefusedBody of each
	harness.Eventually(t, "the refusals to be written down", func() bool {
		var stats struct{ Refused map[string]int }
		do(t, s, http.MethodGet, i.path+"/stats", nil, http.StatusOK).JSON(t, &stats)
		return stats.Refused["no_match"] == forged
	})
	var refused struct {
		Counts  []struct{ Count int }
		Samples []struct{ Body string }
	}
	do(t, s, http.MethodGet, i.path+"/refused", nil, http.StatusOK).JSON(t, &refused)
	if hours := len(refused.Counts); hours > 2 {
		t.Errorf("there are %d rows of counts", hours)
	}
	if n := len(refused.Samples); n == 0 || n > samples || len(refused.Samples[0].Body) > beginning {
		t.Errorf("%d samples are kept", n)
	}
}
