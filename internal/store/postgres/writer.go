package postgres

import (
	"context"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/store"
)

const (
	maxGroup = 512 // members of a transaction, so that the first in it does not wait for thousands behind it
	// settlersRest is how long settlements are gathered when there are few: nobody waits for them, and at a thousand a
	// second it saves a third of the transactions.
	settlersRest = 4 * time.Millisecond
	settlers     = 1 // writers of settlements; more made the groups smaller and settled less, measured on two processors
)

func (s *Store) startWriters() {
	s.herald.start(s)
	s.publisher = gather(s.clock, maxGroup, (*publication).weight, s.commitPublications)
	s.startSettlers(settlers)
	s.receiver = gather(s.clock, maxGroup, (*arrival).weight, s.commitArrivals)
	s.concluder = gather(s.clock, maxGroup, nil, s.commitConclusions)
}

func (s *Store) startSettlers(n int) {
	for i := range n {
		open := doubts{}
		s.settlers = append(s.settlers, gatherSlowly(s.clock, maxGroup, settlersRest, func(all []*settlement) { s.commitSettlements(i, open, all) }))
	}
}

// queued adds one to the next group and waits until it is answered. Until then it counts as waiting.
func queued[T interface{ Waiter() *store.CommitWaiter }](s *Store, work store.Work, to *gatherer[T], one T, payload int, done <-chan error) error {
	queue := s.queues[work]
	if err := queue.Enter(one.Waiter(), payload); err != nil {
		return err
	}
	defer queue.Leave(one.Waiter())
	if !to.add(one) {
		return errStopped()
	}
	if work == store.Publishing || work == store.Receiving {
		return awaitCommit(done)
	}
	return <-done
}

// commit stores a group and answers everybody in it. If the group fails for a reason that lies in one of
// its members, each is tried alone, so that only the one at fault hears of it.
func commit[T interface{ answer(error) }](all []T, do func([]T) error) {
	if len(all) == 0 {
		return
	}
	err := do(all)
	if err == nil || len(all) == 1 || fault.KindOf(err) == fault.Unavailable {
		for _, one := range all {
			one.answer(err)
		}
		return
	}
	for i := range all {
		all[i].answer(do(all[i : i+1]))
	}
}

func (s *Store) commitPublications(all []*publication) {
	all = store.RefuseLate(s.queues[store.Publishing], all, (*publication).answer)
	commit(all, func(some []*publication) error { return s.publishAll(context.WithoutCancel(s.life), some) })
}

func (s *Store) commitSettlements(writer int, open doubts, all []*settlement) {
	// What became of settlements need not be known at once: they come again. Who waits for them may want to end.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.life), patience)
	defer cancel()
	open.recall(all)
	commit(all, func(some []*settlement) error {
		err := s.settleAll(ctx, writer, some)
		open.learn(some, err)
		return err
	})
}

func (s *Store) commitArrivals(all []*arrival) {
	all = store.RefuseLate(s.queues[store.Receiving], all, (*arrival).answer)
	commit(all, func(some []*arrival) error { return s.receiveAll(context.WithoutCancel(s.life), some) })
}

func (s *Store) commitConclusions(all []*conclusion) {
	commit(all, func(some []*conclusion) error { return s.concludeAll(context.WithoutCancel(s.life), some) })
}
