package store_test

import (
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/store"
)

func TestWhatWaitsIsBoundedInBytesUntilItLeaves(t *testing.T) {
	t.Parallel()
	q := store.NewCommitQueue(clock.Clock{}, 1<<20)
	enter := func(payload int) (*store.CommitWaiter, error) {
		w := &store.CommitWaiter{}
		return w, q.Enter(w, payload)
	}

	large, err := enter(2 << 20) // alone, it may exceed the bound
	if err != nil {
		t.Fatal(err)
	}
	_, err = enter(0)
	if fault.CodeOf(err) != "store_busy" || fault.KindOf(err) != fault.Unavailable {
		t.Errorf("beside a large one: %v", err)
	}
	q.Leave(large)
	n := 0
	for err = nil; err == nil && n < 1000; n++ {
		_, err = enter(0)
	}

	if n < 100 || n > 300 || q.Bytes() > 1<<20 {
		t.Errorf("%d without a payload fit, with %d bytes", n, q.Bytes())
	}
}

func TestTheAgeOfWhatWaitsIsThatOfTheOldest(t *testing.T) {
	t.Parallel()
	var now time.Duration
	q := store.NewCommitQueue(clock.Clock{}.Keeping(func() time.Duration { return now }), 0)
	var all [3]store.CommitWaiter
	for i := range all {
		now = time.Duration(i) * time.Second
		if err := q.Enter(&all[i], 1); err != nil {
			t.Fatal(err)
		}
	}
	now = 6 * time.Second
	late := q.Late(&all[0])
	for _, step := range []struct {
		leave int
		want  time.Duration
	}{{1, 6 * time.Second}, {0, 4 * time.Second}, {2, 0}} {
		q.Leave(&all[step.leave])
		if got := q.Oldest(); got != step.want {
			t.Errorf("after %d left, the oldest has waited %s, want %s", step.leave, got, step.want)
		}
	}
	if fault.CodeOf(late) != "store_slow" || q.Bytes() != 0 {
		t.Errorf("got %v, %d bytes", late, q.Bytes())
	}
}
