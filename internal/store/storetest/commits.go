package storetest

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
)

// CommitOptions are options of engines that the tests of commits set.
type CommitOptions struct {
	Clock      clock.Clock
	MaxWaiting int64
	Observer   store.Observer
}

// RunCommits runs the tests of what waits to be committed. open returns an empty store whose Begin was called.
func RunCommits(t *testing.T, open func(t *testing.T, o CommitOptions) store.Store) {
	for sentence, run := range map[string]func(*testing.T, *commits){
		"past the bound of waiting bytes messages and webhooks are refused": waitingIsBounded,
		"a check fails while the oldest commit waits for too long":          checkSeesTheOldest,
		"what has waited for too long is refused when its turn comes":       lateIsRefused,
		"each transaction that writes is observed":                          observed,
	} {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			c := &commits{}
			c.fixture = newFixture(t, open(t, CommitOptions{
				Clock: clock.Clock{}.Keeping(func() time.Duration { return time.Duration(c.steady.Load()) }), MaxWaiting: 1 << 20, Observer: c,
			}))
			run(t, c)
		})
	}
}

// commits is a store whose commits a test can hold up.
type commits struct {
	*fixture
	steady   atomic.Int64 // its clock
	observed atomic.Int64
	waiting  sync.WaitGroup
}

func (c *commits) Committed(took time.Duration, err error) {
	if took >= 0 && err == nil {
		c.observed.Add(1)
	}
}

// hold makes whatever shares transactions with messages wait until the returned function is called.
func (c *commits) hold(a hook.Application) (release func()) {
	held, let := make(chan struct{}), make(chan struct{})
	p := c.publication(a, nil)
	p.Committed = func(hook.Message) { close(held); <-let }
	c.waiting.Go(func() { _, _ = c.Publish(c.t.Context(), p) })
	<-held
	return sync.OnceFunc(func() { close(let) })
}

// start publishes in the background and returns its error once there is one.
func (c *commits) start(p store.Publication) <-chan error {
	before, done := c.Load().Waits[store.Publishing].Bytes, make(chan error, 1)
	go func() { _, err := c.Publish(c.t.Context(), p); done <- err }()
	for c.Load().Waits[store.Publishing].Bytes == before && len(done) == 0 { // until it waits or was refused
		runtime.Gosched()
	}
	return done
}

func waitingIsBounded(t *testing.T, c *commits) {
	a := c.application()
	large := func(m *hook.Message) { m.Payload = make([]byte, 400<<10) }
	release := c.hold(a)
	defer release()

	first, second := c.start(c.publication(a, nil, large)), c.start(c.publication(a, nil, large))
	_, err := c.Publish(t.Context(), c.publication(a, nil, large))
	refused(t, err, fault.Unavailable, "store_busy")
	if waits := c.Load().Waits[store.Publishing].Bytes; waits < 800<<10 || waits > 1<<20 {
		t.Errorf("%d bytes wait", waits)
	}
	release()
	check(t, <-first)
	check(t, <-second)
	c.waiting.Wait()
	c.message(a, nil, large)
	equal(t, c.Load().Waits[store.Publishing], store.Wait{})
}

func checkSeesTheOldest(t *testing.T, c *commits) {
	a := c.application()
	release := c.hold(a)
	defer release()
	equal(t, c.Load().Waits[store.Publishing].Oldest, 0)

	c.steady.Add(int64(store.MaxOldest + time.Second))
	equal(t, c.Load().Waits[store.Publishing].Oldest, store.MaxOldest+time.Second)
	refused(t, c.Check(t.Context(), c.now), fault.Unavailable, "store_slow")

	release()
	c.waiting.Wait()
	check(t, c.Check(t.Context(), c.now))
}

func lateIsRefused(t *testing.T, c *commits) {
	a := c.application()
	release := c.hold(a)
	defer release()
	late := c.start(c.publication(a, nil))
	c.steady.Add(int64(store.MaxWait + time.Second))
	inTime := c.start(c.publication(a, nil))

	release()

	refused(t, <-late, fault.Unavailable, "store_slow")
	check(t, <-inTime)
	c.waiting.Wait()
}

func observed(t *testing.T, c *commits) {
	before := c.observed.Load()
	a := c.application()
	m := c.message(a, nil)
	if m.Key == 0 || c.observed.Load() < before+2 {
		t.Errorf("%d of 2 transactions were observed", c.observed.Load()-before)
	}
}
