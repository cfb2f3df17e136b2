package load

import (
	"context"
	"time"

	"github.com/posthorn/posthorn/internal/bench/rawhttp"
)

// tries is how often a publisher sends a message before it gives up, as the client libraries do.
const tries = 4

// publisher is one client: one connection, one request at a time.
type publisher struct {
	plan   Plan
	live   *Live
	client rawhttp.Client
	maker  Maker
	result Result
}

// newPublisher returns a publisher to one of the addresses.
func newPublisher(p Plan, address string, live *Live) *publisher {
	client := rawhttp.Client{Address: address, Timeout: p.Timeout, Now: p.Clock.Now}
	maker := p.Maker
	if maker == nil {
		maker = p.messages
	}
	return &publisher{plan: p, live: live, client: client, maker: maker(address)}
}

// run sends a message for every ticket until there are no more.
func (p *publisher) run(ctx context.Context, next func() (time.Duration, bool)) error {
	defer p.client.Close()
	for {
		intended, ok := next()
		if !ok {
			return nil
		}
		if p.plan.Rate > 0 {
			p.result.Late.Record(p.plan.Elapsed() - intended)
		}
		if err := p.publish(ctx, intended); err != nil {
			return err
		}
	}
}

// publish sends one request, the same each time, until it is answered for good or there is no hope.
func (p *publisher) publish(ctx context.Context, intended time.Duration) error {
	request := p.maker.Next()
	for try := range tries {
		if try > 0 {
			p.result.Retried++
			pause(ctx, 50*time.Millisecond<<try)
		}
		status, body, err := p.client.Do(ctx, request)
		if err != nil || status == 429 || status >= 500 {
			continue
		}
		key, err := p.maker.Judge(status, body)
		if err != nil {
			return err
		}
		p.result.Sent = append(p.result.Sent, Sent{Message: key, Intended: intended, Acked: p.plan.Elapsed()})
		p.live.Acked.Add(1)
		return nil
	}
	p.result.Unacked++
	p.live.Failed.Add(1)
	return nil
}

// pause waits for d or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
