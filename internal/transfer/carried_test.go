package transfer_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
)

func TestWhatMessagesCarryMovesWithThem(t *testing.T) {
	t.Parallel()
	from, to := full(t), newPlace(t)

	_, err := to.load(from.export())
	check(t, err)

	after, loaded := archived(t, to), 0
	for i, m := range archived(t, from) {
		if diff := cmp.Diff(m.Carried, after[i].Carried); diff != "" {
			t.Errorf("message %d: lost (-), made up (+):\n%s", i, diff)
		}
		if !m.Carried.IsZero() {
			loaded++
		}
	}
	if loaded != 1 {
		t.Errorf("%d messages carry something", loaded)
	}
}

func TestImportTakesNoMoreThanAMessageMayCarry(t *testing.T) {
	t.Parallel()
	from, to := newPlace(t), newPlace(t)
	from.begin()
	a := from.application("")
	from.publish(a, carriesMuch)

	_, err := to.load(from.export())
	check(t, err)

	if got := archived(t, to)[0].Carried; len(got.Headers) != 1 || got.Hops != 1 || got.ContentType != "application/json" {
		t.Errorf("it carries %d headers, %d hops and content type %q", len(got.Headers), got.Hops, got.ContentType)
	}
}

func carriesMuch(p *store.Publication) {
	p.Message.Carried = hook.Carried{Hops: 1, ContentType: "a/b\r\nX: y", Headers: map[string][]string{"X-A": {"b"}, "X-Much": make([]string, hook.MaxCarriedHeaders)}}
}
