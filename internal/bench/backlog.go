package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/posthorn/posthorn/internal/bench/load"
	"github.com/posthorn/posthorn/internal/bench/sink"
)

// backlog is what one run of the backlog scenario found.
type backlog struct {
	kept    float64 // publish rate with the backlog as a share of the rate without
	rss     float64
	restart float64 // milliseconds from the start of the process to the first delivery of the backlog
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
	restart, err := l.restart(ctx, server, stuck)
	return backlog{
		kept: after.AckedPerSecond / max(before.AckedPerSecond, 1), rss: float64(usage.RSSBytes), restart: restart,
	}, err
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
// takes from its start to the first request of the backlog.
func (l *lab) restart(ctx context.Context, server *subject, stuck *sink.Sink) (float64, error) {
	server.kill()
	stuck.Release()
	pause(ctx, 100*time.Millisecond) // for requests that were still in the kernel
	held, began := stuck.Held(), l.elapsed()
	if err := l.launch(ctx, server); err != nil {
		return 0, err
	}
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
	took := l.elapsed() - began
	server.kill() // its data is thrown away: it need not deliver the rest
	return took.Seconds() * 1000, nil
}
