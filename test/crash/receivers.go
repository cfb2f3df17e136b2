package crash

import (
	"context"
	"encoding/json"
	"hash/fnv"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// The kinds of endpoint.
const (
	healthy = "healthy" // answers at once
	flaky   = "flaky"   // refuses the first request of three messages in ten with 500
	slow    = "slow"    // takes up to a second
)

// receivers is one HTTP server on loopback behind all endpoints; the path says which one is meant.
type receivers struct {
	record *recorder
	server *http.Server
	base   string
	wait   sync.WaitGroup

	mu        sync.Mutex
	endpoints map[string]Endpoint // by path
}

// listen starts the receivers.
func listen(ctx context.Context, r *recorder) (*receivers, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	rs := &receivers{record: r, base: "http://" + l.Addr().String(), endpoints: map[string]Endpoint{}}
	rs.server = &http.Server{Handler: rs, ReadHeaderTimeout: 10 * time.Second}
	rs.wait.Go(func() { _ = rs.server.Serve(l) }) // ends with close
	return rs, nil
}

// close stops the receivers.
func (rs *receivers) close() {
	_ = rs.server.Close() // nobody is interested in what still comes
	rs.wait.Wait()
}

// add makes path stand for an endpoint.
func (rs *receivers) add(path string, e Endpoint) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	rs.endpoints[path] = e
}

// at returns the endpoint at path.
func (rs *receivers) at(path string) Endpoint {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	return rs.endpoints[path]
}

// ServeHTTP notes the request and answers as the endpoint's kind does.
func (rs *receivers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	at := rs.record.elapsed()
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return // the server was killed while sending: not a request that was received
	}
	var payload struct {
		Key string `json:"key"`
	}
	_ = json.Unmarshal(body, &payload) // a body that is not ours has no key, which the checker will see
	endpoint := rs.at(r.URL.Path)
	a := Arrival{Message: r.Header.Get("webhook-id"), Endpoint: endpoint.ID, Key: payload.Key, At: at}
	number, first := rs.record.arrived(a)
	status := rs.answer(r.Context(), endpoint.Kind, a.Message, first)
	rs.record.answered(number, status)
	if status == 0 {
		panic(http.ErrAbortHandler) // the sender is gone: close without an answer
	}
	w.WriteHeader(status)
}

// answer waits as long as an endpoint of this kind does and returns its status; 0 if the sender left.
func (rs *receivers) answer(ctx context.Context, kind, message string, first bool) int {
	dice := roll(message)
	switch kind {
	case flaky:
		if first && dice%10 < 3 {
			return http.StatusInternalServerError
		}
	case slow:
		timer := time.NewTimer(time.Duration(dice%1000) * time.Millisecond)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return 0
		}
	}
	return http.StatusNoContent
}

// roll returns a number that is the same for every request of a message.
func roll(message string) uint32 {
	h := fnv.New32a()
	_, _ = io.Copy(h, strings.NewReader(message))
	return h.Sum32()
}
