package catalog

import (
	"context"

	"github.com/posthorn/posthorn/internal/hook"
)

// Turns are the turns of applications, for tests.
type Turns struct{ turns }

// Take waits for the turn of an application.
func (t *Turns) Take(ctx context.Context, application hook.Key) (release func(), err error) {
	return t.take(ctx, application)
}

// Taken returns how many applications have calls that hold a turn or wait for one.
func (t *Turns) Taken() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.taken)
}
