package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/posthorn/posthorn/internal/bench/load"
	"github.com/posthorn/posthorn/internal/bench/sink"
)

// backlog is what one run of the backlog scenario found.
type backlog struct {
	kept    float64 // publish rate with the backlog as a share of the rate without
	rss     float64
	restart float64 // milliseconds from the start of the process to the first delivery of the backlog
	ready   float64 // the same to its first ready answer, when it knows all that was open
}

// backlogScenario asks what a great number of open deliveries does to everything else. It runs once:
// a million messages take minutes, and what it measures hardly varies.
func (s *suite) backlogScenario(ctx context.Context) error {
	c := s.config.Config
	c.Duration, c.NoForwarder = s.config.Measured, true
	_, _ = fmt.Fprintf(s.streams.Err, "%s: backlog of %s\n", s.report.Columns[s.now], thousands(float64(s.config.Backlog)))
	l, err := newLab(c, s.streams)
	if err != nil {
		return err
	}
	var b backlog
	err = l.withServer(ctx, func(server *subject) error {
		var err error
		b, err = s.backlog(ctx, l, server)
		return err
	})
	with := " with " + thousands(float64(s.config.Backlog)) + " open deliveries"
	s.add("publish rate kept"+with, "80 %", showPercent, []float64{b.kept})
	s.add("memory"+with, "500 MB", showBytes, []float64{b.rss})
	s.add("kill -9 and restart to the first delivery"+with, "10 s", showMillis, []float64{b.restart})
	s.add("kill -9 and restart to ready"+with, "", showMillis, []float64{b.ready})
	return err
}

// backlog measures a server before, with, and restarted with a backlog for an endpoint that hangs.
func (s *suite) backlog(ctx context.Context, l *lab, server *subject) (backlog, error) {
	before, err := l.round(ctx, server, l.shape())
	if err != nil {
		return backlog{}, err
	}
	stuck, err := sink.Listen(ctx, sink.Options{Elapsed: l.elapsed, HangFor: time.Hour})
	if err != nil {
		return backlog{}, err
	}
	defer stuck.Close()
	if err := l.pileUp(ctx, server, stuck, s.config.Backlog); err != nil {
		return backlog{}, err
	}
	after, err := l.round(ctx, server, l.shape())
	if err != nil {
		return backlog{}, err
	}
	s.report.Lost += before.Lost + after.Lost
	usage, _ := server.usage() // without /proc the figure is missing
	b := backlog{kept: after.AckedPerSecond / max(before.AckedPerSecond, 1), rss: float64(usage.RSSBytes)}
	b.restart, err = l.restart(ctx, server, stuck)
	b.ready = server.readyAfter()
	return b, err
}

// pileUp publishes n messages to an application whose only endpoint hangs.
func (l *lab) pileUp(ctx context.Context, server *subject, stuck *sink.Sink, n int) error {
	app, err := l.furnish(ctx, server, stuck, 1)
	if err != nil {
		return err
	}
	plan := l.shape().plan
	plan.Addresses, plan.Token, plan.Path = server.addresses(), server.token, "/api/v1/app/"+app+"/msg"
	plan.Messages, plan.Duration = n, 0
	watch := l.watch("backlog", stuck)
	defer watch.stop()
	_, err = load.Run(ctx, plan, &watch.live)
	return err
}

// restart kills the server, lets the endpoint answer, and returns how many milliseconds the server
// takes from its start to the first request of the backlog. That it is ready is for publishers to wait for.
func (l *lab) restart(ctx context.Context, server *subject, stuck *sink.Sink) (float64, error) {
	server.kill()
	stuck.Release()
	pause(ctx, 100*time.Millisecond) // for requests that were still in the kernel
	held, began := stuck.Held(), l.elapsed()
	group, both := errgroup.WithContext(ctx)
	var took time.Duration
	group.Go(func() error { return l.launch(both, server) })
	group.Go(func() (err error) { took, err = l.firstAfter(both, stuck, held, began); return err })
	if err := group.Wait(); err != nil {
		return 0, err
	}
	server.kill() // its data is thrown away: it need not deliver the rest
	return took.Seconds() * 1000, nil
}

// firstAfter waits for the first request after those that were held, and returns how long after began it came.
func (l *lab) firstAfter(ctx context.Context, stuck *sink.Sink, held int64, began time.Duration) (time.Duration, error) {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for stuck.Held() == held {
		if l.elapsed()-began > 2*time.Minute {
			return 0, errors.New("nothing of the backlog was delivered within two minutes of the restart")
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
	return l.elapsed() - began, nil
}
