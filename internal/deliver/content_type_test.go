package deliver_test

import (
	"slices"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/publish"
)

func TestContentTypeOfAMessageIsSentAtOnceAndAgain(t *testing.T) {
	t.Parallel()
	s := newScript(always(500))
	h := newHouse(t, scripted(s))
	a := h.application()
	e := h.endpoint(a)

	m := h.publish(a, carrying(hook.Carried{ContentType: "text/plain"}), func(in *publish.Input) { in.Payload = []byte("hello") })
	h.reaches(m, e, hook.Waiting)
	h.quietButWaiting(1, s)
	s.set(always(200))
	h.later(2 * time.Minute) // the second is read back from the store
	h.reaches(m, e, hook.Delivered)

	for _, c := range s.all() {
		if !slices.Equal(c.header["Content-Type"], []string{"text/plain"}) || string(c.body) != "hello" {
			t.Errorf("sent %q with %v", c.body, c.header)
		}
	}
	if s.count() != 2 {
		t.Errorf("%d requests", s.count())
	}
}
