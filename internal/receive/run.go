package receive

import (
	"context"
	"sync"
	"time"
)

const (
	batch     = 50              // webhooks that are taken from the database at a time (C45)
	poll      = time.Second     // between looks at it; C45 asks for every minute at most
	lastFlush = 5 * time.Second // for the last counts when the service ends
)

// Run processes webhooks until Stop is called and what it holds is done, or until ctx ends. What is left then is
// found by others.
func (s *Service) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	drained := make(chan struct{})
	var workers, feeder, writer sync.WaitGroup
	for range s.config.Workers {
		workers.Go(func() { s.work(ctx, drained) })
	}
	feeder.Go(func() { s.feed(ctx) })
	writer.Go(func() { s.write(ctx) })
	close(s.ready)
	feeder.Wait() // ends with Stop or ctx
	close(drained)
	workers.Wait()
	cancel()
	writer.Wait()
	return nil
}

// work processes webhooks until the line is empty and nothing is put in it any more.
func (s *Service) work(ctx context.Context, drained <-chan struct{}) {
	for {
		select {
		case r := <-s.queue.waiting:
			s.process(ctx, r)
		case <-ctx.Done():
			return
		case <-drained:
			select {
			case r := <-s.queue.waiting:
				s.process(ctx, r)
			default:
				return
			}
		}
	}
}

// feed puts in line what waits in the database, whenever something is due there and there is room.
func (s *Service) feed(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.stop:
			return
		case <-timer.C:
		case <-s.wake:
		}
		wait, err := s.FeedOnce(ctx)
		if err != nil && ctx.Err() == nil {
			s.config.Log.WarnContext(ctx, "received webhooks cannot be read; trying again", "error", err)
		}
		timer.Reset(wait)
	}
}

// FeedOnce takes one batch of due webhooks and returns when to look again.
func (s *Service) FeedOnce(ctx context.Context) (time.Duration, error) {
	now := s.config.Clock.Now()
	due, any, err := s.Store.NextArrival(ctx)
	if err != nil || !any {
		return poll, err
	}
	if due.After(now) {
		return min(due.Sub(now), poll), nil
	}
	n := s.queue.room(batch)
	if n == 0 {
		s.awaitRoom(ctx)
		return 0, nil
	}
	taken, err := s.Store.Take(ctx, now, n)
	var size int64
	for _, r := range taken {
		size += int64(len(r.Body))
	}
	s.queue.settle(n, len(taken), size)
	for _, r := range taken {
		s.queue.push(r)
	}
	if err != nil || len(taken) == 0 {
		return poll, err
	}
	return 0, nil
}

// awaitRoom waits until a webhook is done.
func (s *Service) awaitRoom(ctx context.Context) {
	select {
	case <-s.queue.freed:
	case <-s.stop:
	case <-ctx.Done():
	}
}

// write writes down what was refused, every few seconds and a last time when ctx ends.
func (s *Service) write(ctx context.Context) {
	ticks := time.NewTicker(flushEvery)
	defer ticks.Stop()
	for {
		select {
		case <-ticks.C:
			s.Flush(ctx)
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastFlush)
			defer cancel()
			s.Flush(last)
			return
		}
	}
}

// Flush writes down what was refused since the last time.
func (s *Service) Flush(ctx context.Context) {
	s.strangers.forget(s.config.Clock.Now())
	for source, refused := range s.tally.take() {
		if err := s.Store.Refuse(ctx, source, refused.list(), refused.samples); err != nil {
			s.tally.giveBack(source, refused)
			s.config.Log.WarnContext(ctx, "refusals could not be written down; they are kept for later", "error", err)
		}
	}
}
