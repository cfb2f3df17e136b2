// Package membudget bounds the memory that requests hold together: bodies that come in and answers that go out, of the
// API and of sources. Each request has a lease, which grows before its memory does. A lease that cannot grow ends its
// request with 503, so that clients that send slowly or do not read cannot use up the memory of the process.
package membudget

import (
	"sync"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
)

// Free is how many bytes of each lease are not counted. A connection costs as much by itself, and short requests, which
// most are, succeed while the budget is used up by long ones.
const Free = 16 << 10

// RetryAfter is how long a client that was refused for lack of memory should wait.
const RetryAfter = 5 * time.Second

// Code is the code of the error of a lease that cannot grow.
const Code = "busy"

// Kind tells owners of different kinds apart.
type Kind uint8

// The kinds of owners.
const (
	Server      Kind = iota // all tokens of the whole server together: at most half of the budget
	Application             // all tokens of one application together: at most a quarter
	Source                  // all requests to one source together: at most a quarter
)

// share is the part of the budget that one owner of this kind may hold: one in so many.
func (k Kind) share() int64 {
	if k == Server {
		return 2
	}
	return 4
}

// Owner identifies the requests that share a part of the budget.
type Owner struct {
	Kind Kind
	Key  int64
}

// Budget is the memory that all leases share. A nil Budget has no bound.
type Budget struct {
	total int64

	mu     sync.Mutex
	held   int64
	owners map[Owner]int64
}

// New returns a budget of so many bytes.
func New(bytes int64) *Budget { return &Budget{total: bytes, owners: map[Owner]int64{}} }

// Held returns how many bytes are held at present.
func (b *Budget) Held() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.held
}

// Lease returns a lease that holds nothing yet. Release must be called once its memory is no longer referred to.
func (b *Budget) Lease(of Owner) Lease { return Lease{budget: b, owner: of} }

// Lease is the memory of one request. It is not safe for concurrent use. The zero value has no bound.
type Lease struct {
	budget *Budget
	owner  Owner
	held   int64 // bytes that the holder says it has
}

// Held returns how many bytes the lease holds.
func (l *Lease) Held() int64 { return l.held }

// Resize makes the lease hold so many bytes in all. It returns fault.Unavailable and changes nothing if they would exceed
// the budget or the owner's share of it. A lease that is alone may exceed both: a single large request is never refused.
func (l *Lease) Resize(bytes int64) error {
	more := counted(bytes) - counted(l.held)
	if l.budget != nil && more != 0 {
		if err := l.budget.add(l.owner, counted(l.held), more); err != nil {
			return err
		}
	}
	l.held = bytes
	return nil
}

// Add makes the lease hold so many bytes more.
func (l *Lease) Add(bytes int64) error { return l.Resize(l.held + bytes) }

// Release gives everything back.
func (l *Lease) Release() { _ = l.Resize(0) } // becoming smaller cannot fail

func counted(bytes int64) int64 { return max(bytes-Free, 0) }

// add counts more bytes of the owner for a lease that has some already.
func (b *Budget) add(owner Owner, has, more int64) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	own := b.owners[owner]
	switch {
	case more <= 0:
	case b.held > has && b.held+more > b.total:
		return fault.New(fault.Unavailable, Code,
			"The requests and answers of all clients hold as much memory as the setting memory allows: try again in a moment.")
	case own > has && own+more > b.total/owner.Kind.share():
		return fault.New(fault.Unavailable, Code,
			"Requests and answers of one application or source hold as much memory as it may use: read the answers, and send fewer at once.")
	}
	b.held += more
	if own += more; own == 0 {
		delete(b.owners, owner)
	} else {
		b.owners[owner] = own
	}
	return nil
}
