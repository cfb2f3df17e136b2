package deliver_test

import (
	"bytes"
	"log/slog"
	"sync"
	"testing"
	"time"
)

// logged is a log to look at while somebody writes to it.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) count(words string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Count(l.text.Bytes(), []byte(words))
}

func TestAFullDiskIsLoggedWhenItBeginsOnceAMinuteAndWhenItIsOver(t *testing.T) {
	t.Parallel()
	const refuses, again = "cannot store what became of deliveries", "is stored again"
	s := newScript(nil)
	var broken flag
	var log logged
	broken.Store(true)
	h := newHouse(t, scripted(s), flaky(&broken), func(h *house) { h.config.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	a := h.application()
	h.endpoint(a)

	h.publishMany(a, 20)
	eventually(t, "three tries of each", func() bool { return broken.hits.Load() >= 60 })
	first := log.count(refuses)
	h.later(2 * time.Minute)
	eventually(t, "a line after two minutes", func() bool { return log.count(refuses) > first })
	second := log.count(refuses)
	broken.Store(false)
	h.quiet()

	if first != 1 || second != 2 || log.count(again) != 1 {
		t.Errorf("%d lines at first, %d after two minutes, %d when it was over", first, second, log.count(again))
	}
}
