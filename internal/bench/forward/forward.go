// Package forward is what Posthorn is measured against: a program that takes the same publishes,
// parses, signs and sends them with the same library, and stores nothing. What it delivers a second is
// what this machine could do at most if durability were free; no webhook server can be faster, and the
// share of it that one reaches says more than a number from somebody else's machine.
package forward

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
)

// Options configure a forwarder.
type Options struct {
	Listen  string // host and port
	Target  string // every message goes to /0, /1 and so on below this address
	Targets int    // how many those are
	Secret  []byte
	Workers int // requests in flight
	Clock   clock.Clock
}

// queued bounds what has been accepted and not yet sent.
const queued = 1 << 16

// message is one publish on its way out.
type message struct {
	id, target string
	body       []byte
}

// forwarder is the handler and the pool behind it.
type forwarder struct {
	options Options
	queue   chan message
	count   atomic.Int64
	client  *http.Client
}

// Run forwards until ctx ends.
func Run(ctx context.Context, o Options) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	f := &forwarder{options: o, queue: make(chan message, queued), client: newClient(o.Workers)}
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", o.Listen)
	if err != nil {
		return fmt.Errorf("listen for publishes: %w", err)
	}
	server := &http.Server{Handler: f.routes(), ReadHeaderTimeout: 10 * time.Second}
	var wait sync.WaitGroup
	for range o.Workers {
		wait.Go(func() { f.work(ctx) })
	}
	wait.Go(func() {
		<-ctx.Done()
		_ = server.Close() // the run is over; nobody waits for an answer
	})
	err = server.Serve(listener)
	cancel()
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	wait.Wait()
	f.client.CloseIdleConnections()
	return err
}

// newClient returns a client that keeps as many connections as there are workers.
func newClient(workers int) *http.Client {
	return &http.Client{
		Timeout:   15 * time.Second,
		Transport: &http.Transport{MaxIdleConnsPerHost: workers, MaxConnsPerHost: workers, DisableCompression: true},
	}
}

// routes serves the two paths that the benchmark asks for.
func (f *forwarder) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /readyz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("POST /api/v1/app/{app}/msg", f.publish)
	return mux
}

// accepted is the answer to a publish; it has the size of Posthorn's.
type accepted struct {
	ID        string          `json:"id"`
	EventType string          `json:"eventType"`
	Payload   json.RawMessage `json:"payload"`
	Timestamp time.Time       `json:"timestamp"`
}

// publish takes a message, puts it into the queue in memory and acknowledges it.
func (f *forwarder) publish(w http.ResponseWriter, r *http.Request) {
	var in struct {
		EventType string          `json:"eventType"`
		Payload   json.RawMessage `json:"payload"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, `{"code":"invalid","detail":"not JSON"}`, http.StatusBadRequest)
		return
	}
	id := fmt.Sprintf("msg_%027d", f.count.Add(1))
	for n := range f.options.Targets {
		select {
		case f.queue <- message{id: id, target: f.options.Target + "/" + strconv.Itoa(n), body: in.Payload}:
		case <-r.Context().Done():
			return
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	out := accepted{ID: id, EventType: in.EventType, Payload: in.Payload, Timestamp: f.options.Clock.Now()}
	_ = json.NewEncoder(w).Encode(out) // the publisher has gone: nothing to do about it
}

// work sends what is in the queue.
func (f *forwarder) work(ctx context.Context) {
	for {
		select {
		case m := <-f.queue:
			_ = f.send(ctx, m) // it stores nothing and so retries nothing; the benchmark counts what is missing
		case <-ctx.Done():
			return
		}
	}
}

// send signs and sends one message.
func (f *forwarder) send(ctx context.Context, m message) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, m.target, bytes.NewReader(m.body))
	if err != nil {
		return err
	}
	timestamp := strconv.FormatInt(f.options.Clock.Now().Unix(), 10)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "forwarder")
	r.Header.Set("Webhook-Id", m.id)
	r.Header.Set("Webhook-Timestamp", timestamp)
	r.Header.Set("Webhook-Signature", Sign(f.options.Secret, m.id, timestamp, m.body))
	answer, err := f.client.Do(r)
	if err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<16))
	return answer.Body.Close()
}
