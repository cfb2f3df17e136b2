package receive_test

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/receive"
	"github.com/posthorn/posthorn/internal/store"
)

// memory is a store that can be taken away, and counts what it is asked.
type memory struct {
	mu       sync.Mutex
	sources  map[hook.Key]hook.Source
	received []hook.Received
	same     map[[16]byte]id.ID
	ended    []store.Conclusion
	counts   map[string]int64
	samples  []hook.Refused
	refusals int // calls of Refuse
	lookups  int // calls of SourceByURL
	away     error
	purged   []hook.Key
	stuck    []time.Time
	lives    []store.ReceivedLife
}

func newMemory() *memory {
	return &memory{sources: map[hook.Key]hook.Source{}, same: map[[16]byte]id.ID{}, counts: map[string]int64{}}
}

func (m *memory) lock() func() {
	m.mu.Lock()
	return m.mu.Unlock
}

func (m *memory) SourceByKey(_ context.Context, key hook.Key) (hook.Source, error) {
	defer m.lock()()
	if s, ok := m.sources[key]; ok || m.away != nil {
		return s, m.away
	}
	return hook.Source{}, fault.Missing("source")
}

func (m *memory) SourceByURL(_ context.Context, hash [32]byte) (hook.Source, error) {
	defer m.lock()()
	m.lookups++
	for _, s := range m.sources {
		if s.URLHash == hash {
			return s, m.away
		}
	}
	return hook.Source{}, fault.Missing("source")
}

func (m *memory) ListSources(_ context.Context, application hook.Key, _ store.Page[id.ID]) (store.List[hook.Source, id.ID], error) {
	defer m.lock()()
	all := slices.SortedFunc(maps.Values(m.sources), func(a, b hook.Source) int { return cmp.Compare(a.Key, b.Key) })
	if application != 0 {
		all = slices.DeleteFunc(all, func(s hook.Source) bool { return s.ApplicationKey != application })
	}
	return store.List[hook.Source, id.ID]{Items: all, Done: true}, m.away
}

func (m *memory) Receive(_ context.Context, a store.Arrival) (store.Arrived, error) {
	defer m.lock()()
	if m.away != nil {
		return store.Arrived{}, m.away
	}
	if first, ok := m.same[a.Same]; ok && a.Same != [16]byte{} {
		return store.Arrived{Received: hook.Received{ID: first}, Repeated: true}, nil
	}
	r := a.Received
	r.Key = hook.Key(len(m.received) + 1)
	if a.Taken {
		r.Status, r.Attempts = hook.IntakeProcessing, 1
	}
	m.same[a.Same] = r.ID
	m.received = append(m.received, r)
	if a.Stored != nil {
		a.Stored(r)
	}
	return store.Arrived{Received: r}, nil
}

func (m *memory) Take(_ context.Context, now time.Time, n int) (taken []hook.Received, err error) {
	defer m.lock()()
	for i := range m.received {
		if r := &m.received[i]; r.Status == hook.IntakeNew && !r.DueAt.After(now) && len(taken) < n {
			r.Status, r.ChangedAt = hook.IntakeProcessing, now
			r.Attempts++
			taken = append(taken, *r)
		}
	}
	return taken, m.away
}

func (m *memory) NextArrival(context.Context) (next time.Time, found bool, err error) {
	defer m.lock()()
	for _, r := range m.received {
		if r.Status == hook.IntakeNew && (!found || r.DueAt.Before(next)) {
			next, found = r.DueAt, true
		}
	}
	return next, found, m.away
}

func (m *memory) Conclude(_ context.Context, c store.Conclusion) error {
	defer m.lock()()
	if m.away != nil {
		return m.away
	}
	m.ended = append(m.ended, c)
	r := &m.received[c.Key-1]
	if r.Status == hook.IntakeProcessing && r.ChangedAt.Equal(c.Begun) {
		r.Status, r.DueAt, r.Reason, r.Message = c.Status, c.DueAt, c.Reason, c.Message
	}
	return nil
}

func (m *memory) Refuse(_ context.Context, _ hook.Key, counts []store.RefusalCount, samples []hook.Refused) error {
	defer m.lock()()
	m.refusals++
	if m.away != nil {
		return m.away
	}
	for _, c := range counts {
		m.counts[c.Cause] += c.Count
	}
	m.samples = append(m.samples, samples...)
	return nil
}

func (m *memory) ReturnStuck(_ context.Context, before, now time.Time, _ int) (returned int, err error) {
	defer m.lock()()
	m.stuck = append(m.stuck, before)
	for i := range m.received {
		if r := &m.received[i]; r.Status == hook.IntakeProcessing && r.ChangedAt.Before(before) {
			r.Status, r.DueAt, r.ChangedAt = hook.IntakeNew, now, now
			returned++
		}
	}
	return returned, m.away
}

func (m *memory) PullInReceived(_ context.Context, w store.Waits, now time.Time) (pulled int, err error) {
	defer m.lock()()
	for i := range m.received {
		r := &m.received[i]
		if latest, longer := w.Longer(r.Attempts, r.DueAt, now); longer && r.Status == hook.IntakeNew {
			r.DueAt, pulled = latest, pulled+1
		}
	}
	return pulled, m.away
}

func (m *memory) PurgeReceived(_ context.Context, source hook.Key, life store.ReceivedLife, _ time.Time, _ int) (int, error) {
	defer m.lock()()
	m.purged, m.lives = append(m.purged, source), append(m.lives, life)
	return 0, m.away
}

func (m *memory) setAway(err error) {
	defer m.lock()()
	m.away = err
}

// conclusions returns what was concluded so far.
func (m *memory) conclusions() []store.Conclusion {
	defer m.lock()()
	return slices.Clone(m.ended)
}

// stored returns what was received so far.
func (m *memory) stored() []hook.Received {
	defer m.lock()()
	return slices.Clone(m.received)
}

// press publishes into memory.
type press struct {
	mu       sync.Mutex
	ids      *id.Source
	messages []receive.Message
	once     map[string]id.ID
	fail     error
	first    func() error // what happens to the first message instead
}

func (p *press) Publish(_ context.Context, m receive.Message) (id.ID, error) {
	if first := p.takeFirst(); first != nil {
		return id.ID{}, first()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fail != nil {
		return id.ID{}, p.fail
	}
	if first, ok := p.once[m.Once]; ok {
		return first, nil
	}
	made := p.ids.New(time.Unix(1_800_000_000, 0))
	p.once[m.Once] = made
	p.messages = append(p.messages, m)
	return made, nil
}

func (p *press) takeFirst() func() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	first := p.first
	p.first = nil
	return first
}

func (p *press) setFail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fail = err
}

func (p *press) made() []receive.Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.messages)
}
