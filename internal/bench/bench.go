// Package bench is the engine behind `posthorn bench`: it publishes to a server at full speed or at a
// fixed rate, receives everything itself, and says what was delivered, how fast, and what was lost. In
// the same run it measures a forwarder that stores nothing, because a number from one machine means
// little beside a number from another, while the ratio of the two travels well.
package bench

import (
	"context"
	"fmt"
	"io"

	"github.com/posthorn/posthorn/internal/bench/forward"
	"github.com/posthorn/posthorn/internal/fault"
)

// Run measures what c asks for, writes the report to s.Out and returns it. When something that was
// acknowledged did not arrive, it returns the report and an error with the code "messages_lost".
func Run(ctx context.Context, c Config, s Streams) (Report, error) {
	l, err := newLab(c, s)
	if err != nil {
		return Report{}, err
	}
	report := Report{Settings: l.settings(), Machine: thisMachine()}
	if err := l.measure(ctx, &report); err != nil {
		return report, err
	}
	if err := report.write(s.Out, c.JSON); err != nil {
		return report, fmt.Errorf("write the report: %w", err)
	}
	return report, report.lost()
}

// measure fills the report: the server first, then, once it has ended, the forwarder.
func (l *lab) measure(ctx context.Context, report *Report) error {
	err := l.withServer(ctx, func(server *subject) error {
		if l.config.hanging() > 0 {
			without, err := l.round(ctx, server, l.withoutHanging())
			if err != nil {
				return err
			}
			report.WithoutHanging = &without
		}
		var err error
		report.Server, err = l.round(ctx, server, l.shape())
		return err
	})
	if err != nil || l.config.NoForwarder || l.config.hanging() > 0 {
		return err
	}
	figures, err := l.forwarder(ctx, l.shape())
	if err != nil {
		return err
	}
	report.Forwarder = &figures
	return nil
}

// lost returns the error that makes the command fail when an acknowledged message did not arrive.
func (r Report) lost() error {
	if r.Server.Lost == 0 {
		return nil
	}
	return fault.New(fault.Conflict, "messages_lost",
		"%d acknowledged deliveries never arrived at the sink; look at the attempts of the application %s.",
		r.Server.Lost, r.Server.Application)
}

// Forward runs the forwarder that stores nothing until ctx ends. It is what the hidden command behind
// Config.ForwarderArgs calls; args are the ones that follow those.
func Forward(ctx context.Context, args []string, _ io.Writer) error {
	o, err := forwardOptions(args)
	if err != nil {
		return err
	}
	return forward.Run(ctx, o)
}
