package fetch_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/provider/fetch"
)

// site answers each address with its status, 404 if it has none, and counts. Its clock is set by hand.
type site struct {
	mutex  sync.Mutex
	status map[string]int
	calls  map[string]int
	now    time.Time
}

func newSite(there ...string) *site {
	s := &site{status: map[string]int{}, calls: map[string]int{}, now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	for _, a := range there {
		s.status[a] = http.StatusOK
	}
	return s
}

func (s *site) source() *fetch.Source {
	return fetch.New(s, clock.Func(func() time.Time { return s.now }))
}

// Get implements fetch.Door. A status of -1 is no answer.
func (s *site) Get(_ context.Context, address string, _ int) (int, []byte, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.calls[address]++
	switch status, ok := s.status[address]; {
	case !ok:
		return http.StatusNotFound, nil, nil
	case status < 0:
		return 0, nil, http.ErrServerClosed
	default:
		return status, []byte(address), nil
	}
}

func (s *site) wait(d time.Duration) { s.now = s.now.Add(d) }

// got asks for a document that must be had.
func got(t *testing.T, s *fetch.Source, address string, hosts []string) {
	t.Helper()
	if text, err := s.Fetch(t.Context(), address, hosts); err != nil || string(text) != address {
		t.Errorf("%s: %q, %v", address, text, err)
	}
}

// away asks for a document that cannot be had now.
func away(t *testing.T, text []byte, err error) {
	t.Helper()
	if text != nil || fault.KindOf(err) != fault.Unavailable {
		t.Errorf("%q, %v", text, err)
	}
}
