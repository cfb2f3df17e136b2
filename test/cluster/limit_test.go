package cluster_test

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/posthorn/posthorn/test/harness"
)

// meter is a receiver that measures how it is asked.
type meter struct {
	delay time.Duration

	mu        sync.Mutex
	now, most int // requests at a time
	times     []time.Time

	pace float64 // messages that were published a second, when all are
}

func (m *meter) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	m.enter()
	timer := time.NewTimer(m.delay)
	defer timer.Stop()
	<-timer.C
	m.mu.Lock()
	m.now--
	m.mu.Unlock()
	w.WriteHeader(http.StatusNoContent)
}

func (m *meter) enter() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now++
	m.most = max(m.most, m.now)
	m.times = append(m.times, time.Now())
}

// measured returns how many requests have come, how many a second, and the most at a time.
func (m *meter) measured() (count int, rate float64, most int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.times) > 1 {
		rate = float64(len(m.times)-1) / m.times[len(m.times)-1].Sub(m.times[0]).Seconds()
	}
	return len(m.times), rate, m.most
}

// flood publishes count messages on every node to one endpoint and returns its meter once all have arrived.
func flood(t *testing.T, n *nodes, delay time.Duration, endpoint object, count int) *meter {
	t.Helper()
	m := &meter{delay: delay}
	server := httptest.NewServer(m)
	t.Cleanup(server.Close)
	n.await("every node has counted the others", func() bool { return n.alive(n.all[0]) == len(n.all) })
	n.pause(lease / 5) // and has shared what there is
	app := "/api/v1/app/" + create(t, n.all[0], "/api/v1/app", object{"name": "Acme"})
	endpoint["url"] = server.URL
	create(t, n.all[0], app+"/endpoint", endpoint)
	var publishers sync.WaitGroup
	began := time.Now()
	for _, s := range n.all {
		publishers.Go(func() {
			for range count {
				if status := s.Do(t, http.MethodPost, app+"/msg", object{"eventType": "some", "payload": object{}}).Status; status != http.StatusAccepted {
					t.Errorf("status %d", status)
				}
			}
		})
	}
	publishers.Wait()
	m.pace = float64(count*len(n.all)) / time.Since(began).Seconds()
	n.await("all have arrived", func() bool { got, _, _ := m.measured(); return got == count*len(n.all) })
	return m
}

// share is the part of a limit that must be used, or of what is published if a busy machine cannot publish as fast as
// the limit allows. What was used of 60 a second: 96 to 98 % on a quiet machine, 92 % and more beside five programs that
// wanted two processors. Of the cap it was always all.
func share() float64 {
	if long() > 0 {
		return 0.9
	}
	return 0.8
}

func TestRateLimitHoldsAcrossNodes(t *testing.T) {
	t.Parallel()
	n := start(t, three(fresh(t))...)
	const limit = 60

	m := flood(t, n, 0, object{"throttleRate": limit}, 2*limit)

	_, rate, _ := m.measured()
	t.Logf("%.1f requests a second, %.1f were published", rate, m.pace)
	if rate > limit*1.1 || rate < share()*min(limit, m.pace) {
		t.Errorf("%.1f requests a second with a limit of %d", rate, limit)
	}
}

func TestCapOnRequestsInFlightHoldsAcrossNodes(t *testing.T) {
	t.Parallel()
	const limit = 12
	plan := three(fresh(t))
	for i := range plan {
		plan[i].settings = []string{"POSTHORN_MAX_IN_FLIGHT=12"}
	}
	n := start(t, plan...)

	const delay = 300 * time.Millisecond
	m := flood(t, n, delay, object{}, 60)

	_, _, most := m.measured()
	t.Logf("%d requests at a time, %.1f a second were published", most, m.pace)
	if float64(most) > limit*1.1 || float64(most) < share()*min(limit, m.pace*delay.Seconds()) {
		t.Errorf("%d requests at a time with a cap of %d", most, limit)
	}
	harness.Equal(t, "nodes", n.alive(n.all[0]), 3)
}
