package bench

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/posthorn/posthorn/internal/bench/load"
	"github.com/posthorn/posthorn/internal/bench/sink"
)

// watch shows on a terminal how a round goes. Elsewhere it only counts.
type watch struct {
	live load.Live
	end  chan struct{}
	wait sync.WaitGroup
}

// watch starts to show the round called name.
func (l *lab) watch(name string, s *sink.Sink) *watch {
	w := &watch{end: make(chan struct{})}
	if !isTerminal(l.streams.Err) {
		return w
	}
	w.wait.Go(func() { w.show(l.streams.Err, name, "delivered", s.Received, l.elapsed) })
	return w
}

// watchAnswers starts to show a round whose answers are all there is to count.
func (l *lab) watchAnswers(name string) *watch {
	w := &watch{end: make(chan struct{})}
	if !isTerminal(l.streams.Err) {
		return w
	}
	w.wait.Go(func() { w.show(l.streams.Err, name, "answered", w.live.Acked.Load, l.elapsed) })
	return w
}

// show draws one line again and again until the round ends.
func (w *watch) show(out io.Writer, name, what string, count func() int64, elapsed func() time.Duration) {
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	last, at := count(), elapsed()
	for {
		select {
		case <-w.end:
			_, _ = io.WriteString(out, "\r\x1b[K")
			return
		case <-tick.C:
		}
		now, then := count(), elapsed()
		_, _ = fmt.Fprintf(out, "\r\x1b[K%s: %s acknowledged, %s %s, %s/s", name,
			thousands(float64(w.live.Acked.Load())), thousands(float64(now)), what, thousands(perSecond(int(now-last), then-at)))
		if failed := w.live.Failed.Load(); failed > 0 {
			_, _ = fmt.Fprintf(out, ", %d not acknowledged", failed)
		}
		last, at = now, then
	}
}

// stop wipes the line.
func (w *watch) stop() {
	close(w.end)
	w.wait.Wait()
}

// isTerminal says whether w is a terminal.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
