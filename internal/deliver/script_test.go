package deliver_test

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"github.com/posthorn/posthorn/internal/egress"
)

// call is a request that was made.
type call struct {
	url    string
	header http.Header
	body   []byte
	fresh  bool
}

func (c call) message() string { return c.header.Get("Webhook-Id") }

// script answers requests as it was told, and remembers them.
type script struct {
	mu     sync.Mutex
	answer func(context.Context, call) egress.Response
	calls  []call
	busy   map[string]int // requests on the wire, by URL
	most   map[string]int // most of them at a time
}

func newScript(answer func(context.Context, call) egress.Response) *script {
	if answer == nil {
		answer = always(200)
	}
	return &script{answer: answer, busy: map[string]int{}, most: map[string]int{}}
}

// Do implements deliver.Sender.
func (s *script) Do(ctx context.Context, r egress.Request) egress.Response {
	c := call{url: r.Target.String(), header: r.Header, body: r.Body, fresh: r.Fresh}
	s.mu.Lock()
	s.calls = append(s.calls, c)
	s.busy[c.url]++
	s.most[c.url] = max(s.most[c.url], s.busy[c.url])
	answer := s.answer
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.busy[c.url]--
	}()
	return answer(ctx, c)
}

func (s *script) set(answer func(context.Context, call) egress.Response) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

func (s *script) all() []call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]call(nil), s.calls...)
}

func (s *script) count() int { return len(s.all()) }

// times says how often each message was sent to each URL.
func (s *script) times() map[[2]string]int {
	times := map[[2]string]int{}
	for _, c := range s.all() {
		times[[2]string{c.url, c.message()}]++
	}
	return times
}

func (s *script) mostTo(url string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.most[url]
}

func answered(status int) egress.Response {
	return egress.Response{Outcome: egress.Answered, Status: status, Body: []byte("thanks"),
		Header: http.Header{"X-Receiver": {"a", "b"}}}
}

func always(status int) func(context.Context, call) egress.Response {
	return func(context.Context, call) egress.Response { return answered(status) }
}

// hanging answers nothing until release is closed or the attempt is given up.
func hanging(release <-chan struct{}) func(context.Context, call) egress.Response {
	return func(ctx context.Context, _ call) egress.Response {
		select {
		case <-release:
			return answered(200)
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return egress.Response{Outcome: egress.Timeout, Detail: "too slow"}
			}
			return egress.Response{Outcome: egress.Interrupted, Detail: "cut off"}
		}
	}
}
