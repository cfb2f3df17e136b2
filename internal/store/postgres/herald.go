package postgres

import (
	"context"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/store"
)

// herald says that there is work for whoever delivers what is stored. Commits that notify wait for each
// other, so it does so beside them, at most every heraldPause; a row for those who poll once a second.
type herald struct {
	came  chan struct{} // holds a token when there is work
	ended sync.WaitGroup
}

const (
	heraldPause = 20 * time.Millisecond
	rowPause    = time.Second
)

func (h *herald) start(s *Store) {
	h.came = make(chan struct{}, 1)
	h.ended.Go(func() { h.loop(s) })
}

// work is called after the commit.
func (h *herald) work() {
	select {
	case h.came <- struct{}{}:
	default:
	}
}

func (h *herald) loop(s *Store) {
	var row time.Time
	for {
		select {
		case <-s.life.Done():
			return
		case <-h.came:
		}
		now := s.clock.Now()
		withRow := now.Sub(row).Abs() >= rowPause
		if withRow {
			row = now
		}
		h.tell(s.life, s, withRow)
		if pause(s.life, heraldPause) != nil {
			return
		}
	}
}

// tell is a hint: whoever misses it finds the work by looking.
func (h *herald) tell(ctx context.Context, s *Store, withRow bool) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	b := &pgx.Batch{}
	b.Queue(wake, channel, workWord)
	if withRow {
		b.Queue(insertChange, int16(store.WorkArrived), 0, 0, "")
	}
	_ = s.prompt.SendBatch(ctx, b).Close()
}

func (h *herald) close() { h.ended.Wait() }
