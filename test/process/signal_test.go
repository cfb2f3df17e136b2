package process_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/posthorn/posthorn/test/harness"
)

type object map[string]any

// create posts to the API and returns the id of what it made.
func create(t *testing.T, s *harness.Server, path string, body object) string {
	t.Helper()
	var out struct{ ID string }
	reply := s.Do(t, http.MethodPost, path, body)
	reply.JSON(t, &out)
	if out.ID == "" {
		t.Fatalf("POST %s: %d %s", path, reply.Status, reply.Body)
	}
	return out.ID
}

// load publishes from several sides until the server does not answer any more.
type load struct {
	publishers sync.WaitGroup
	mu         sync.Mutex
	taken      []string // messages that were acknowledged
}

func publish(t *testing.T, s *harness.Server, path string) *load {
	t.Helper()
	l := &load{}
	for range 8 {
		l.publishers.Go(func() {
			for l.one(s, s.Request(t, http.MethodPost, path, object{"eventType": "some", "payload": object{"a": 1}})) {
			}
		})
	}
	return l
}

func (l *load) one(s *harness.Server, request *http.Request) bool {
	response, err := s.Client().Do(request)
	if err != nil {
		return false
	}
	defer func() { _ = response.Body.Close() }()
	var out struct{ ID string }
	if response.StatusCode != http.StatusAccepted || json.NewDecoder(response.Body).Decode(&out) != nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.taken = append(l.taken, out.ID)
	return true
}

func (l *load) acknowledged() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.taken)
}

func TestSignalUnderLoadDrainsAndTheNextStartSendsTheRestOnce(t *testing.T) {
	t.Parallel()
	s, receiver := harness.Start(t, "POSTHORN_MAX_IN_FLIGHT=4"), harness.NewReceiver(t)
	receiver.Answer(func(harness.Arrival) harness.Answer { return harness.Answer{Delay: 5 * time.Millisecond} })
	app := "/api/v1/app/" + create(t, s, "/api/v1/app", object{"name": "Acme"})
	endpoint := create(t, s, app+"/endpoint", object{"url": receiver.URL})

	l := publish(t, s, app+"/msg")
	receiver.Wait(t, 50, harness.Any)
	code := s.Stop()
	l.publishers.Wait()
	before := len(receiver.Arrivals())
	s.Restart()
	times := map[string]int{}
	harness.Eventually(t, "everything acknowledged is delivered", func() bool {
		times = arrivals(receiver)
		return !slices.ContainsFunc(l.acknowledged(), func(message string) bool { return times[message] == 0 })
	})

	harness.Equal(t, "exit code", code, 0)
	if taken := len(l.acknowledged()); before >= taken {
		t.Errorf("%d of %d had arrived: nothing was left for the next start", before, taken)
	}
	for message, n := range times {
		if n != 1 {
			t.Errorf("%s was sent %d times", message, n)
		}
	}
	var failures struct{ Data []object }
	s.Do(t, http.MethodGet, app+"/attempt/endpoint/"+endpoint+"?status=2", nil).JSON(t, &failures)
	if len(failures.Data) > 0 {
		t.Errorf("attempts that were cut off: %v", failures.Data)
	}
}

func arrivals(r *harness.Receiver) map[string]int {
	times := map[string]int{}
	for _, a := range r.Arrivals() {
		times[a.MessageID()]++
	}
	return times
}

func TestSecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	s, receiver := harness.Start(t, "POSTHORN_ATTEMPT_TIMEOUT=60s", "POSTHORN_DRAIN_TIMEOUT=10m"), harness.NewReceiver(t)
	receiver.Answer(func(harness.Arrival) harness.Answer { return harness.Answer{Hang: true} })
	app := "/api/v1/app/" + create(t, s, "/api/v1/app", object{"name": "Acme"})
	create(t, s, app+"/endpoint", object{"url": receiver.URL})
	create(t, s, app+"/msg", object{"eventType": "some", "payload": object{"a": 1}})
	receiver.Wait(t, 1, harness.Any)

	s.Signal(syscall.SIGTERM)
	harness.Eventually(t, "it drains", func() bool { return strings.Contains(s.Log(), "stopping") })
	drains := !s.Exited()
	harness.Eventually(t, "it is gone", func() bool { // a second signal that comes too soon is one with the first
		s.Signal(syscall.SIGTERM)
		return s.Exited()
	})

	if code := s.Await(); !drains || code == 0 {
		t.Errorf("drains: %t, exit code %d", drains, code)
	}
}
