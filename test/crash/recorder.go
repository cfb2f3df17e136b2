package crash

import (
	"slices"
	"sync"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
)

// recorder collects what is seen while it happens.
type recorder struct {
	clock clock.Clock
	start time.Time

	mu        sync.Mutex
	publishes []Publish
	arrivals  []Arrival
	seen      map[pair]bool
	faults    []Fault
}

// newRecorder starts the time scale of a run.
func newRecorder(c clock.Clock) *recorder {
	return &recorder{clock: c, start: c.Now(), seen: map[pair]bool{}}
}

// elapsed is the time since the start of the run.
func (r *recorder) elapsed() time.Duration { return r.clock.Now().Sub(r.start) }

// published notes one request to publish.
func (r *recorder) published(p Publish) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.publishes = append(r.publishes, p)
}

// arrived notes a request and returns its number and whether it is the first of its delivery.
func (r *recorder) arrived(a Arrival) (number int, first bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	d := pair{a.Message, a.Endpoint}
	first = !r.seen[d]
	r.seen[d] = true
	r.arrivals = append(r.arrivals, a)
	return len(r.arrivals) - 1, first
}

// answered notes how request number was answered.
func (r *recorder) answered(number, status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.arrivals[number].Answered, r.arrivals[number].Status = r.elapsed(), status
}

// faulted notes a fault that is over.
func (r *recorder) faulted(f Fault) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.faults = append(r.faults, f)
}

// fill copies what was seen into h.
func (r *recorder) fill(h *History) {
	r.mu.Lock()
	defer r.mu.Unlock()
	h.Publishes = slices.Clone(r.publishes)
	h.Arrivals = slices.Clone(r.arrivals)
	h.Faults = slices.Clone(r.faults)
}
