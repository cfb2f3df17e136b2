package consumer_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posthorn/posthorn/consumer"
)

func TestLedgerForgetsInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := consumer.NewLedger(0, time.Hour)
		check(t, l.Mark(t.Context(), "a"))

		<-time.After(time.Hour - time.Second)
		equal(t, "before", seen(t, l, "a"), true)
		<-time.After(time.Second)
		equal(t, "after", seen(t, l, "a"), false)
		check(t, l.Mark(t.Context(), "a"))
		equal(t, "marked again", seen(t, l, "a"), true)
	})
}

func TestLedgerForgetsTheOldestWhenItIsFull(t *testing.T) {
	t.Parallel()
	l := consumer.NewLedger(3, time.Hour)
	for n := range 5 {
		check(t, l.Mark(t.Context(), fmt.Sprint(n)))
		check(t, l.Mark(t.Context(), fmt.Sprint(n))) // takes no second place
	}

	for n := range 5 {
		equal(t, fmt.Sprint(n), seen(t, l, fmt.Sprint(n)), n > 1)
	}
}

func seen(t *testing.T, l consumer.Ledger, key string) bool {
	t.Helper()
	found, err := l.Seen(t.Context(), key)
	check(t, err)
	return found
}

// shelf is a ledger that fails where it is told to.
type shelf struct {
	seen, mark error
	panics     bool
	mutex      sync.Mutex
	keys       []string
}

func (s *shelf) Seen(context.Context, string) (bool, error) {
	if s.panics {
		panic("bug")
	}
	return false, s.seen
}

func (s *shelf) Mark(ctx context.Context, key string) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.keys = append(s.keys, key)
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.mark
}

func TestLedgerThatFails(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		shelf *shelf
		want  int
		calls int
	}{
		"to answer":   {&shelf{seen: errFull}, http.StatusServiceUnavailable, 0},
		"to remember": {&shelf{mark: errFull}, http.StatusOK, 1},
		"badly":       {&shelf{panics: true}, http.StatusServiceUnavailable, 0},
	} {
		for _, synchronous := range []bool{false, true} {
			b := &box{}
			h := github(t, b, func(g *consumer.Config) { g.Ledger, g.Synchronous = c.shelf, synchronous && !c.shelf.panics })

			equal(t, name, send(h, push(`{}`)).Code, c.want)
			equal(t, name+": calls", b.called(), c.calls)
		}
	}
}

func TestProvidersThatShareALedgerAreKeptApart(t *testing.T) {
	t.Parallel()
	l, b := consumer.NewLedger(0, 0), &box{}
	of := func(name string) http.Handler {
		return build(t, consumer.Config{Provider: name, Secrets: []consumer.Secret{secret}, Ledger: l, Fallback: b.put})
	}
	send(of("github"), push(`{}`))
	r := push(`{}`)
	r.Header.Set("X-Hub-Signature", r.Header.Get("X-Hub-Signature-256"))
	r.Header.Set("X-Request-UUID", "72d3162e")
	r.Header.Set("X-Event-Key", "push")

	equal(t, "answer", send(of("bitbucket"), r).Code, http.StatusOK)
	equal(t, "calls", b.called(), 2)
}

// A sender whose proof does not cover the body, and that names no id, may say the same thing twice and mean it.
func TestNothingTellsARepetitionOfWhatNobodySigns(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]consumer.Config{
		"nothing": {Provider: "none"},
		"a token": {Provider: "api-key", Secrets: []consumer.Secret{secret}},
	} {
		b := &box{}
		c.Fallback = b.put
		h := build(t, c)
		say := func() int {
			r := push(`{"on":true}`)
			r.Header.Set("Authorization", "Bearer "+string(secret))
			return send(h, r).Code
		}

		equal(t, name, say(), http.StatusOK)
		equal(t, name, say(), http.StatusOK)

		equal(t, name+": calls", b.called(), 2)
	}
}

// Whoever has caught a request of GitHub's cannot make a second event of it: the type is not signed.
func TestCaughtRequestIsNoOtherEventUnderAnotherType(t *testing.T) {
	t.Parallel()
	b := &box{}
	h := build(t, consumer.Config{Provider: "github", Secrets: []consumer.Secret{secret}, Fallback: b.put})
	send(h, push(`{}`))
	again := push(`{}`)
	again.Header.Set("X-GitHub-Event", "delete")

	equal(t, "answer", send(h, again).Code, http.StatusOK)

	equal(t, "calls", b.called(), 1)
}
