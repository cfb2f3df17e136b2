package catalog

import (
	"context"
	"sync"

	"github.com/posthorn/posthorn/internal/hook"
)

// turns lets one caller of each application proceed at a time, so that the calls of one application never stand in front
// of those of another by more than one. The zero value is ready to use.
type turns struct {
	mu    sync.Mutex
	taken map[hook.Key]*turn
}

type turn struct {
	free    chan struct{} // holds one element while the turn is taken
	callers int           // that hold it or wait for it
}

// take waits for the application's turn and returns a function that gives it back, which must be called once. It
// returns the context's error if ctx ends first.
func (t *turns) take(ctx context.Context, application hook.Key) (release func(), err error) {
	own := t.join(application)
	select {
	case own.free <- struct{}{}:
		return func() { <-own.free; t.leave(application, own) }, nil
	case <-ctx.Done():
		t.leave(application, own)
		return nil, ctx.Err()
	}
}

func (t *turns) join(application hook.Key) *turn {
	t.mu.Lock()
	defer t.mu.Unlock()
	own := t.taken[application]
	if own == nil {
		if t.taken == nil {
			t.taken = map[hook.Key]*turn{}
		}
		own = &turn{free: make(chan struct{}, 1)}
		t.taken[application] = own
	}
	own.callers++
	return own
}

func (t *turns) leave(application hook.Key, own *turn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if own.callers--; own.callers == 0 {
		delete(t.taken, application)
	}
}
