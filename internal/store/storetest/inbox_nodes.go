package storetest

import (
	"sync"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
)

func nodesInboxFence(t *testing.T, p pair) {
	s := p.first.source(p.first.application())
	p.first.receive(s)
	p.dies(func() {})

	_, err := p.first.Receive(t.Context(), p.first.arrival(s, p.first.same(1)))
	refused(t, err, fault.Unavailable, "lease_lost")
	_, err = p.first.Take(t.Context(), p.first.now, 10)
	refused(t, err, fault.Unavailable, "lease_lost")

	p.second.now = p.first.now
	equal(t, len(p.second.given(p.second.now, 10)), 1)
	p.second.receive(s, p.second.same(1)) // the key was not kept
}

func nodesInboxLate(t *testing.T, p pair) {
	s := p.first.source(p.first.application())
	var early, late hook.Received
	p.dies(func() { early, late = p.first.receive(s, taken), p.first.receive(s, taken) })
	p.second.now = p.first.now

	check(t, p.first.Conclude(t.Context(), store.Conclusion{Key: early.Key, Begun: early.ChangedAt, Status: hook.IntakeDone}))
	equal(t, p.second.unstuck(p.second.now.Add(-time.Hour), 10), 1)
	again := p.second.given(p.second.now, 10)
	equal(t, len(again), 1)
	check(t, p.first.Conclude(t.Context(), store.Conclusion{Key: late.Key, Begun: late.ChangedAt, Status: hook.IntakeDone}))

	equal(t, p.second.one(early).Status, hook.IntakeDone)
	equal(t, p.second.one(late), again[0])
}

func nodesInboxStuck(t *testing.T, p pair) {
	s := p.first.source(p.first.application())
	p.second.now = p.first.now
	long := p.first.now.Add(-time.Hour)
	mine := p.second.receive(s, taken)
	alive := p.first.receive(s, taken)
	equal(t, p.second.unstuck(long, 10), 0)
	equal(t, p.second.one(alive), alive)
	var held []hook.Received
	p.dies(func() { held = append(held, p.first.receive(s, taken), p.first.receive(s, taken)) })

	back := p.second.unstuck(long, 10)

	equal(t, back, 3) // those of both runs that the first was
	for _, r := range append(held, alive) {
		equal(t, p.second.one(r).Status, hook.IntakeNew)
	}
	equal(t, p.second.one(mine), mine)
}

func nodesInboxTake(t *testing.T, p pair) {
	s := p.first.source(p.first.application())
	for range 40 {
		p.first.receive(s)
	}
	now := p.first.now.Add(time.Second)
	var mu sync.Mutex
	times := map[hook.Key]int{}

	atOnce(t, 6, func(i int) error {
		for {
			all, err := p.either(i).Take(t.Context(), now, 3)
			if err != nil || len(all) == 0 {
				return err
			}
			mu.Lock()
			for _, r := range all {
				times[r.Key]++
			}
			mu.Unlock()
		}
	})

	equal(t, len(times), 40)
	for key, n := range times {
		if n != 1 {
			t.Errorf("%d was taken %d times", key, n)
		}
	}
}

func nodesInboxSame(t *testing.T, p pair) {
	s := p.first.source(p.first.application())
	arrivals := make([]store.Arrival, 40)
	for i := range arrivals {
		arrivals[i] = p.first.arrival(s, p.first.same(byte(i%4)))
		arrivals[i].Same[15] = 1 // the zero is never the same
	}

	atOnce(t, len(arrivals), func(i int) error {
		_, err := p.either(i).Receive(t.Context(), arrivals[i])
		return err
	})

	equal(t, p.first.receivedIDs(s), 4)
}

func nodesSources(t *testing.T, p pair) {
	a := p.first.application()
	changed := func(c store.Change) bool { return c.Kind == store.SourceChanged && c.Application == a.Key }
	s := p.first.source(a)
	p.second.told(func() {
		_, err := p.first.UpdateSource(t.Context(), byID(s.ID), func(s *hook.Source) error { s.Rules.RateLimit++; return nil })
		check(t, err)
	}, changed)

	times := map[hook.Key]int{} // a source comes, a source goes, and the last one goes with its application
	p.second.told(func() {
		tenant := p.first.application()
		removed := p.first.source(tenant)
		p.first.source(tenant)
		_, err := p.first.DeleteSource(t.Context(), byID(removed.ID))
		check(t, err)
		_, err = p.first.DeleteApplication(t.Context(), byID(tenant.ID))
		check(t, err)
	}, func(c store.Change) bool {
		if c.Kind == store.SourceChanged {
			times[c.Application]++
		}
		return times[c.Application] == 4
	})
}
