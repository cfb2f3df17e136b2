package consumer

import (
	"context"
	"crypto/sha256"
	"sync"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
)

// Ledger remembers which events were taken. It is asked by one process about one event at a time, and by several
// processes at once only if they share it; then two of them may both be told that an event is new. It may be used
// concurrently.
type Ledger interface {
	// Seen reports whether Mark was called with the key. On an error the request is answered with 503, so that the sender
	// tries again: taking an event twice is for the owner of the ledger to risk, not for us.
	Seen(ctx context.Context, key string) (bool, error)
	// Mark remembers a key. It is called after the event was taken, and may be called twice. If it fails, the event stays
	// taken, and a repetition may be taken again.
	Mark(ctx context.Context, key string) error
}

// The defaults of NewLedger.
const (
	DefaultKept = 65_536
	DefaultTTL  = 72 * time.Hour // as long as the most patient of the known senders repeats an event
)

// NewLedger returns a ledger in memory that forgets an event after ttl, and the oldest one when it holds more than kept.
// It takes about a hundred bytes for each. It is gone after a restart.
func NewLedger(kept int, ttl time.Duration) Ledger { return newMemory(kept, ttl, clock.Clock{}) }

// memory is a ring of digests in the order in which they came, which is also the order in which they are forgotten.
type memory struct {
	clock clock.Clock
	ttl   time.Duration
	kept  int

	mutex sync.Mutex
	until map[digest]time.Time
	ring  []digest
	next  int
}

type digest [16]byte

func newMemory(kept int, ttl time.Duration, c clock.Clock) *memory {
	if kept <= 0 {
		kept = DefaultKept
	}
	if ttl <= 0 {
		ttl = DefaultTTL
	}
	return &memory{clock: c, ttl: ttl, kept: kept, until: map[digest]time.Time{}}
}

// Seen implements Ledger.
func (m *memory) Seen(_ context.Context, key string) (bool, error) {
	d, now := digestOf(key), m.clock.Now()
	m.mutex.Lock()
	defer m.mutex.Unlock()
	until, ok := m.until[d]
	return ok && until.After(now), nil
}

// Mark implements Ledger.
func (m *memory) Mark(_ context.Context, key string) error {
	d, until := digestOf(key), m.clock.Now().Add(m.ttl)
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if _, known := m.until[d]; !known {
		m.push(d)
	}
	m.until[d] = until
	return nil
}

// push puts d into the ring, over the oldest one if it is full. What has expired lies there until then, and is not seen.
func (m *memory) push(d digest) {
	if len(m.ring) < m.kept {
		m.ring = append(m.ring, d)
		return
	}
	delete(m.until, m.ring[m.next])
	m.ring[m.next] = d
	m.next = (m.next + 1) % m.kept
}

func digestOf(key string) digest {
	sum := sha256.Sum256([]byte(key))
	return digest(sum[:len(digest{})])
}
