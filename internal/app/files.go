package app

import (
	"context"
	"time"

	"github.com/posthorn/posthorn/internal/app/group"
)

// intactEvery is how often the files of the database are looked at while nothing is written.
const intactEvery = time.Second

// fileWatch says in the log when the files of the database are no longer at their paths. The store refuses writes from
// then on.
type fileWatch struct {
	*base
	intact func() error
	ready  chan struct{}
}

// watching returns the watch of the files, if the database has any here.
func (p *parts) watching() []group.Named {
	files, ok := p.store.(interface{ Intact() error })
	if !ok {
		return nil
	}
	ready := make(chan struct{})
	close(ready)
	return []group.Named{{Name: "files", Service: &fileWatch{base: p.base, intact: files.Intact, ready: ready}}}
}

// Ready implements group.Service.
func (w *fileWatch) Ready() <-chan struct{} { return w.ready }

// Run implements group.Service.
func (w *fileWatch) Run(ctx context.Context) error {
	ticks := time.NewTicker(intactEvery)
	defer ticks.Stop()
	for lost := false; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-ticks.C:
		}
		err := w.intact()
		switch {
		case err != nil && !lost:
			w.Log.ErrorContext(ctx, "database files removed or replaced, refusing writes", "error", err)
		case err == nil && lost:
			w.Log.WarnContext(ctx, "database files are back, accepting writes")
		}
		lost = err != nil
	}
}
