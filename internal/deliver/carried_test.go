package deliver_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/publish"
)

func carrying(c hook.Carried) func(*publish.Input) {
	return func(in *publish.Input) { in.Carried = c }
}

func TestCarriedHeadersAreSentAtOnceAndAgain(t *testing.T) {
	t.Parallel()
	s := newScript(always(500))
	h := newHouse(t, scripted(s))
	a := h.application()
	e := h.endpoint(a)

	m := h.publish(a, carrying(hook.Carried{Hops: 2, Headers: map[string][]string{
		"X-Github-Event": {"push"}, "Webhook-Id": {"forged"}, "Authorization": {"Bearer x"}, "Transfer-Encoding": {"gzip"}, "X-Bad": {"a\r\nX-B: c"},
	}}))
	h.reaches(m, e, hook.Waiting)
	h.quietButWaiting(1, s)
	s.set(always(200))
	h.later(2 * time.Minute) // the second comes from the store
	h.reaches(m, e, hook.Delivered)

	for _, c := range s.all() {
		if !slices.Equal(c.header["X-Github-Event"], []string{"push"}) || c.message() != idText(m) || !slices.Equal(c.header["Posthorn-Sent"], []string{"3"}) ||
			c.header["Authorization"] != nil || c.header["Transfer-Encoding"] != nil || c.header["X-Bad"] != nil {
			t.Errorf("sent %v", c.header)
		}
	}
	if s.count() != 2 {
		t.Errorf("%d requests", s.count())
	}
}

func TestCarriedHeadersCountAsMemory(t *testing.T) {
	t.Parallel()
	gate := make(chan struct{})
	s := newScript(hanging(gate))
	h := newHouse(t, scripted(s), func(h *house) { h.config.Limits.Bytes = 64 << 10 })
	a := h.application()
	h.endpoint(a)
	large := hook.Carry(map[string][]string{"A": {strings.Repeat("x", 4000)}, "B": {strings.Repeat("x", 4000)}, "C": {strings.Repeat("x", 4000)}}, 0)

	for range 20 {
		h.publish(a, carrying(large))
	}
	held := h.engine.Numbers()
	close(gate)
	eventually(t, "all of it sent", func() bool { return s.count() == 20 })
	h.quiet()

	// Publishes fill three quarters of the memory, four messages with such headers; a few more are read back beside them.
	if held.Queued > 5 || held.QueuedBytes < 12_000 || held.QueuedBytes > 128<<10 {
		t.Errorf("in memory: %+v", held)
	}
	for _, c := range s.all() {
		if len(c.header.Get("B")) != 4000 {
			t.Errorf("sent %d bytes of a header", len(c.header.Get("B")))
		}
	}
	h.nothingOpen()
}
