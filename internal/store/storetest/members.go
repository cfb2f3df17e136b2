package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/store"
)

func members() []test {
	return []test{
		{"the run is a member and says who it is and what it holds", memberHolds},
		{"a store that begins again is one member, not two", memberBeginsAgain},
		{"a run that renews its lease is not buried", memberRenews},
		{"whoever follows does so until its context ends", followEnds},
		{"the first value agreed on stays", agreedStays},
		{"a value agreed on gives way to one whose author knows it", agreedGivesWay},
	}
}

// node is a run with everything that people should know of it.
func node(key int64) store.Run {
	return store.Run{Window: 64, Lease: time.Minute, Key: keyOf(key),
		Node: store.Node{Name: "alpha", Address: "10.0.0.1:8071", Version: "1.2.3", Roles: []string{"api", "deliver"}}}
}

func memberHolds(t *testing.T, f *fixture) {
	want := node(4711)
	check(t, f.Begin(t.Context(), want, f.now))
	check(t, f.Renew(t.Context(), store.Held{Queued: 7, Wire: 3}))

	all, err := f.Members(t.Context())

	check(t, err)
	equal(t, len(all), 1)
	equal(t, all[0].Run, want)
	equal(t, all[0].Held, store.Held{Queued: 7, Wire: 3})
	equal(t, all[0].Own, true)
	if all[0].SeenAt.IsZero() || all[0].StartedAt.IsZero() {
		t.Errorf("seen at %s, started at %s", all[0].SeenAt, all[0].StartedAt)
	}
}

func memberBeginsAgain(t *testing.T, f *fixture) {
	check(t, f.Begin(t.Context(), node(4711), f.now))
	check(t, f.Begin(t.Context(), node(4712), f.now))

	all, err := f.Members(t.Context())

	check(t, err)
	equal(t, len(all), 1)
	equal(t, all[0].Key, keyOf(4712))
}

func memberRenews(t *testing.T, f *fixture) {
	check(t, f.Begin(t.Context(), node(4711), f.now))

	buried, err := f.Bury(t.Context())
	check(t, err)
	check(t, f.Renew(t.Context(), store.Held{}))

	equal(t, buried, 0)
}

func followEnds(t *testing.T, f *fixture) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		f.Follow(ctx, func(store.Change) {})
	}()
	select {
	case <-ended:
		t.Error("it returned while its context lived")
	default:
	}

	cancel()

	select {
	case <-ended:
	case <-time.After(longest):
		t.Error("it goes on")
	}
}

// longest is how long a test waits for what comes at its own time.
const longest = 20 * time.Second

func agreedStays(t *testing.T, f *fixture) {
	first, err := f.Agree(t.Context(), "salt", []byte("one"), nil)
	check(t, err)
	second, err := f.Agree(t.Context(), "salt", []byte("two"), nil)
	check(t, err)
	other, err := f.Agree(t.Context(), "pepper", []byte("three"), nil)
	check(t, err)

	equal(t, []string{string(first), string(second), string(other)}, []string{"one", "one", "three"})
}

func agreedGivesWay(t *testing.T, f *fixture) {
	_, err := f.Agree(t.Context(), "salt", []byte("one"), nil)
	check(t, err)

	wrong, err := f.Agree(t.Context(), "salt", []byte("two"), []byte("zero"))
	check(t, err)
	right, err := f.Agree(t.Context(), "salt", []byte("two"), []byte("one"))
	check(t, err)

	equal(t, []string{string(wrong), string(right)}, []string{"one", "two"})
}
