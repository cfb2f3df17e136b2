package cluster_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/posthorn/posthorn/test/harness"
)

// statuses counts answers.
type statuses struct {
	mu    sync.Mutex
	count map[int]int
}

func (s *statuses) add(status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count[status]++
}

func (s *statuses) of(status int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count[status]
}

func TestMemoryIsBoundedWhileALockHoldsTheMessagesFor20Seconds(t *testing.T) {
	t.Parallel()
	database := fresh(t)
	s := harness.StartLimited(t, 512<<20, "POSTHORN_DATABASE_URL="+database)
	n := &nodes{t: t, all: []*harness.Server{s}}
	app := "/api/v1/app/" + create(t, s, "/api/v1/app", object{"name": "Acme"})
	conn := connect(t, database)
	lock, err := conn.Begin(t.Context())
	harness.Check(t, err)
	_, err = lock.Exec(t.Context(), "LOCK TABLE message")
	harness.Check(t, err)

	stop, answers := make(chan struct{}), &statuses{count: map[int]int{}}
	var publishers sync.WaitGroup
	for range 300 {
		publishers.Go(func() { publishUntil(t, s, app, stop, answers) })
	}
	n.notReady("does not answer in time")
	n.pause(20 * time.Second)
	refused, acknowledged := answers.of(http.StatusServiceUnavailable), answers.of(http.StatusAccepted)
	harness.Check(t, lock.Rollback(t.Context()))
	n.await("publishes are acknowledged", func() bool { return answers.of(http.StatusAccepted) > 0 })
	close(stop)
	publishers.Wait()
	n.ready()

	peak, known := s.PeakMemory()
	t.Logf("%d refused and %d acknowledged while locked; in all %v; at most %d MiB", refused, acknowledged, answers.count, peak>>20)
	if refused == 0 || acknowledged > 0 || known && peak > 400<<20 {
		t.Error("want refusals alone, within 400 MiB")
	}
	for status := range answers.count {
		if status != http.StatusAccepted && status != http.StatusServiceUnavailable {
			t.Errorf("status %d", status)
		}
	}
	if lines := strings.Count(s.Log(), "request refused"); lines > 150 {
		t.Errorf("%d log lines about refusals in half a minute", lines)
	}
}

// publishUntil publishes messages of 256 KB, one after the other, until stop is closed.
func publishUntil(t *testing.T, s *harness.Server, app string, stop <-chan struct{}, answers *statuses) {
	body := `{"eventType": "some", "payload": {"text": "` + strings.Repeat("x", 256<<10) + `"}}`
	for {
		select {
		case <-stop:
			return
		default:
		}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+app+"/msg", strings.NewReader(body))
		if err != nil {
			t.Error(err)
			return
		}
		request.Header.Set("Authorization", "Bearer "+harness.AdminToken)
		request.Header.Set("Content-Type", "application/json")
		response, err := s.Client().Do(request)
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
		if response.StatusCode == http.StatusServiceUnavailable && response.Header.Get("Retry-After") == "" {
			t.Error("a refusal without Retry-After")
		}
		answers.add(response.StatusCode)
		if response.StatusCode == http.StatusServiceUnavailable { // as a client does, only sooner
			select {
			case <-stop:
			case <-time.After(200 * time.Millisecond):
			}
		}
	}
}
