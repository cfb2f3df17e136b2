package id

import (
	"bufio"
	"encoding/binary"
	"io"
	"sync"
	"time"
)

// Source makes ids. Two ids of one source never compare equal and sort in the order in which they
// were made, also when the clock stands still or steps back. Safe for concurrent use.
type Source struct {
	mu     sync.Mutex
	random *bufio.Reader
	last   int64 // nanoseconds of the newest id
}

// NewSource returns a source that takes its randomness from r, crypto/rand.Reader outside of tests.
// A reader that fails is a broken machine: New panics.
func NewSource(r io.Reader) *Source {
	return &Source{random: bufio.NewReaderSize(r, 1200)}
}

// New returns the next id for a noun made at now.
func (s *Source) New(now time.Time) ID {
	s.mu.Lock()
	defer s.mu.Unlock()
	nano := max(now.UnixNano(), s.last+1)
	s.last = nano
	i := Floor(time.Unix(0, nano))
	if _, err := io.ReadFull(s.random, i[8:]); err != nil {
		panic("id: the source of randomness failed: " + err.Error())
	}
	return i
}

// Key returns 63 random bits for keys that must not be guessed or collide, such as a node's run.
func (s *Source) Key() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b [8]byte
	if _, err := io.ReadFull(s.random, b[:]); err != nil {
		panic("id: the source of randomness failed: " + err.Error())
	}
	return int64(binary.BigEndian.Uint64(b[:]) >> 1) //nolint:gosec // the shift clears the sign
}
