package receive

import (
	"sync"

	"github.com/posthorn/posthorn/internal/hook"
)

// queue holds the webhooks that this node processes, those under way among them. Its room is bounded; what finds
// none waits in the database.
type queue struct {
	waiting chan hook.Received

	mu    sync.Mutex
	count int
	bytes int64
	most  int
	size  int64
	freed chan struct{} // there may be room again
}

func newQueue(most int, size int64) *queue {
	return &queue{waiting: make(chan hook.Received, most), most: most, size: size, freed: make(chan struct{}, 1)}
}

// reserve takes room for a body of n bytes if there is any. An empty queue takes one of any size.
func (q *queue) reserve(n int64) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.count >= q.most || q.count > 0 && q.bytes+n > q.size {
		return false
	}
	q.count++
	q.bytes += n
	return true
}

// room returns how many webhooks of unknown size may be taken from the database, at most n, and takes their places.
func (q *queue) room(n int) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.bytes >= q.size {
		return 0
	}
	n = min(n, q.most-q.count)
	q.count += n
	return n
}

// settle exchanges n places for what was found: so many webhooks of so many bytes in all.
func (q *queue) settle(n, found int, bytes int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.count -= n - found
	q.bytes += bytes
}

// push puts a webhook whose place is taken in line. It never blocks, since there are as many places.
func (q *queue) push(r hook.Received) { q.waiting <- r }

// release gives the place of a body of n bytes back.
func (q *queue) release(n int64) {
	q.mu.Lock()
	q.count--
	q.bytes -= n
	q.mu.Unlock()
	select {
	case q.freed <- struct{}{}:
	default:
	}
}

func (q *queue) numbers() Numbers {
	q.mu.Lock()
	defer q.mu.Unlock()
	return Numbers{Queued: q.count, Bytes: q.bytes}
}
