package harness

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
)

// Arrival is a request as it arrived at a receiver.
type Arrival struct {
	Method string
	Path   string
	Header http.Header
	Body   []byte
	At     time.Time
}

// MessageID returns the id of the delivered message, which is the same on every attempt.
func (a Arrival) MessageID() string { return a.Header.Get("webhook-id") }

// Answer is what a receiver gives back.
type Answer struct {
	Status int // zero means 204
	Header map[string]string
	Body   []byte
	Delay  time.Duration // before the status line
	Hang   bool          // never answer; ends when the sender or the test gives up
}

// Receiver is an HTTP server on loopback that keeps what it gets and answers as told.
type Receiver struct {
	URL string

	mu      sync.Mutex
	answer  func(Arrival) Answer
	got     []Arrival
	changed chan struct{} // closed and replaced at each arrival

	closing chan struct{}
}

// NewReceiver starts a receiver that answers 204 to everything until Answer says otherwise.
func NewReceiver(t testing.TB) *Receiver {
	t.Helper()
	r := &Receiver{
		answer:  func(Arrival) Answer { return Answer{} },
		changed: make(chan struct{}),
		closing: make(chan struct{}),
	}
	server := httptest.NewServer(r)
	r.URL = server.URL
	t.Cleanup(func() {
		close(r.closing)
		server.Close()
	})
	return r
}

// Answer sets how every request from now on is answered. The function is called at once from many
// goroutines, before the arrival can be seen by Wait.
func (r *Receiver) Answer(f func(Arrival) Answer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = f
}

// AnswerStatus answers every request from now on with one status.
func (r *Receiver) AnswerStatus(status int) {
	r.Answer(func(Arrival) Answer { return Answer{Status: status} })
}

// ServeHTTP records the request and answers it.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return // the sender went away in the middle; it did not arrive
	}
	arrival := Arrival{Method: req.Method, Path: req.URL.Path, Header: req.Header, Body: body, At: clock.Clock{}.Now()}
	answer := r.record(arrival)
	if !r.pause(req.Context(), answer) {
		return
	}
	for key, value := range answer.Header {
		w.Header().Set(key, value)
	}
	if answer.Status == 0 {
		answer.Status = http.StatusNoContent
	}
	w.WriteHeader(answer.Status)
	_, _ = w.Write(answer.Body) // a sender that does not read it is part of some tests
}

func (r *Receiver) record(a Arrival) Answer {
	r.mu.Lock()
	answer := r.answer
	r.mu.Unlock()
	given := answer(a) // outside the lock, because it may wait for other requests
	r.mu.Lock()
	defer r.mu.Unlock()
	r.got = append(r.got, a)
	close(r.changed)
	r.changed = make(chan struct{})
	return given
}

// pause waits as the answer says and reports whether to answer at all.
func (r *Receiver) pause(ctx context.Context, a Answer) bool {
	if a.Delay == 0 && !a.Hang {
		return true
	}
	timer := time.NewTimer(a.Delay)
	defer timer.Stop()
	due := timer.C
	if a.Hang {
		due = nil
	}
	select {
	case <-due:
		return true
	case <-ctx.Done():
	case <-r.closing:
	}
	return false
}

// Arrivals returns all requests so far, in the order of their arrival.
func (r *Receiver) Arrivals() []Arrival {
	got, _ := r.since(0)
	return got
}

// since returns the arrivals from number n on, and a channel that is closed at the next one. The
// slice is shared: arrivals are only ever appended.
func (r *Receiver) since(n int) ([]Arrival, <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.got[n:len(r.got):len(r.got)], r.changed
}

// Wait returns once n requests have arrived that match, counted from the start, and gives those. It
// fails the test after Patience.
func (r *Receiver) Wait(t testing.TB, n int, match func(Arrival) bool) []Arrival {
	t.Helper()
	deadline := time.NewTimer(Patience)
	defer deadline.Stop()
	var found []Arrival
	for seen := 0; ; {
		fresh, changed := r.since(seen)
		seen += len(fresh)
		for _, arrival := range fresh {
			if match(arrival) {
				found = append(found, arrival)
			}
		}
		if len(found) >= n {
			return found
		}
		select {
		case <-changed:
		case <-deadline.C:
			t.Fatalf("%d of %d expected requests arrived within %s (%d in all)", len(found), n, Patience, seen)
		}
	}
}

// Any matches every arrival.
func Any(Arrival) bool { return true }

// To matches arrivals at a path, so that one receiver can stand for several endpoints.
func To(path string) func(Arrival) bool {
	return func(a Arrival) bool { return a.Path == path }
}

// Of matches the attempts of one message.
func Of(messageID string) func(Arrival) bool {
	return func(a Arrival) bool { return a.MessageID() == messageID }
}
