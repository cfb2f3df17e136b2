package deliver_test

import (
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
)

// lines is a log that several write to.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func TestWhatWeCannotSendWaitsAndCostsTheEndpointNothing(t *testing.T) {
	t.Parallel()
	s, log := newScript(nil), &lines{}
	h := newHouse(t, scripted(s), func(h *house) { h.config.Log = slog.New(slog.NewTextHandler(log, nil)) })
	a := h.application()
	e := h.endpoint(a)
	right := h.box
	check(t, h.stop())
	h.box = newBox(t)
	h.start()

	many := h.publishMany(a, 20)
	h.reaches(many[19], e, hook.Waiting)
	first := strings.Count(log.String(), "cannot be sent to")
	h.later(hook.GiveUpAfter + time.Hour)
	eventually(t, "a second look", func() bool { return strings.Count(log.String(), "cannot be sent to") == 2 })
	waits, health := h.delivery(many[0], e), h.current(e)
	attempts := h.attempts(many[0])
	check(t, h.stop())
	h.box = right
	h.start()
	h.later(time.Hour)
	for _, m := range many {
		h.reaches(m, e, hook.Delivered)
	}

	if first != 1 || !strings.Contains(log.String(), "endpoint="+epText(e)) {
		t.Errorf("%d complaints:\n%s", first, log)
	}
	if waits.State != hook.Waiting || waits.Attempts != 0 || len(attempts) != 0 || health.Disabled || !health.FailingSince.IsZero() {
		t.Errorf("%+v of %+v, attempts %+v", waits, health, attempts)
	}
}
