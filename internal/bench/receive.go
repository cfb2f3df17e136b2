package bench

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/posthorn/posthorn/internal/bench/load"
	"github.com/posthorn/posthorn/internal/bench/sender"
	"github.com/posthorn/posthorn/internal/bench/sink"
	"github.com/posthorn/posthorn/internal/fault"
)

// Receive measures the receiving side: it sends signed webhooks to a source made for it, holds what was acknowledged
// against what the API lists, and then sends forged ones. It writes the report to s.Out and returns it. When
// something that was acknowledged is not stored, it returns the report and an error with the code "messages_lost".
func Receive(ctx context.Context, c Config, s Streams) (ReceiveReport, error) {
	l, err := newReceiveLab(c, s)
	if err != nil {
		return ReceiveReport{}, err
	}
	report := ReceiveReport{Settings: l.receiveSettings(), Machine: thisMachine()}
	if err := l.withServer(ctx, func(server *subject) error { return l.receive(ctx, server, &report) }); err != nil {
		return report, err
	}
	if err := report.write(s.Out, c.JSON); err != nil {
		return report, fmt.Errorf("write the report: %w", err)
	}
	return report, report.broken()
}

// newReceiveLab prepares a run against the receiving side.
func newReceiveLab(c Config, s Streams) (*lab, error) {
	c.Provider = orElse(c.Provider, "github")
	if !slices.Contains(sender.Providers(), c.Provider) {
		return nil, fault.In("provider", "unknown_provider", "The benchmark cannot sign as %q does; choose from %s.",
			c.Provider, strings.Join(sender.Providers(), ", "))
	}
	c.PayloadSize = max(orElse(c.PayloadSize, 1024)-sender.Extra, 2)
	c.FanOut, c.HangingShare = 1, 0
	l, err := newLab(c, s)
	if err != nil {
		return nil, err
	}
	l.body, err = l.config.payload()
	return l, err
}

// receive fills the report.
func (l *lab) receive(ctx context.Context, server *subject, report *ReceiveReport) error {
	s, err := l.listen(ctx, shape{healthy: 1})
	if err != nil {
		return err
	}
	defer s.Close()
	src, err := l.newSource(ctx, server, s)
	if err != nil {
		return err
	}
	defer src.client.Close()
	report.Received.Source = src.id
	sent, err := l.genuine(ctx, src, s, report)
	if err == nil && !l.config.NoForged {
		err = l.forged(ctx, src, sent, report)
	}
	if report.Received.Lost == 0 { // otherwise what is stored says which ones are missing
		l.clearSource(ctx, src)
	}
	return err
}

// genuine sends what the source takes, and returns it.
func (l *lab) genuine(ctx context.Context, src *source, s *sink.Sink, report *ReceiveReport) ([]load.Sent, error) {
	plan, err := l.plan(src, src.secret)
	if err != nil {
		return nil, err
	}
	warm, err := l.warmSource(ctx, plan, s)
	if err != nil {
		return nil, err
	}
	costs, err := newCosts(ctx, src.on)
	if err != nil {
		return nil, err
	}
	watch := l.watchAnswers("received")
	began, already := l.elapsed(), s.Received()
	result, err := load.Run(ctx, plan, &watch.live)
	watch.stop()
	if err != nil {
		return nil, fmt.Errorf("send to the source: %w", err)
	}
	f := &report.Received
	f.of(result, began)
	f.delivered(l.awaitForwarded(ctx, s, already, len(result.Sent)), s, began)
	var used Figures
	if err := costs.into(ctx, &used); err != nil {
		return nil, err
	}
	f.Process, f.Database = used.Process, used.Database
	all := slices.Concat(warm, result.Sent)
	return all, l.holdAgainst(ctx, src, all, f)
}

// plan returns what sends to a source, signed with a secret that is its own or, for forgeries, another one.
func (l *lab) plan(src *source, secret string) (load.Plan, error) {
	plan := l.config.plan(l.elapsed, nil)
	plan.Addresses = src.on.addresses()
	options := sender.Options{
		Provider: l.config.Provider, Secret: secret, Path: src.path, Payload: l.body, Now: l.config.Clock.Now,
	}
	if _, ok := sender.New(options); !ok {
		return plan, fault.New(fault.Internal, "no_sender", "The benchmark's own secret cannot be used.")
	}
	plan.Maker = func(address string) load.Maker {
		options.Host = address
		s, _ := sender.New(options) // as above
		return webhook{Sender: s, genuine: secret == src.secret}
	}
	return plan, nil
}

// warmSource sends for a while without measuring.
func (l *lab) warmSource(ctx context.Context, plan load.Plan, s *sink.Sink) ([]load.Sent, error) {
	if l.config.Warmup <= 0 {
		return nil, nil
	}
	plan.Messages, plan.Duration = 0, l.config.Warmup
	watch := l.watchAnswers("warm-up")
	defer watch.stop()
	result, err := load.Run(ctx, plan, &watch.live)
	if err != nil {
		return nil, fmt.Errorf("warm up: %w", err)
	}
	l.awaitForwarded(ctx, s, 0, len(result.Sent))
	return result.Sent, nil
}

// Providers returns the names of those whose signatures Receive can make.
func Providers() []string { return sender.Providers() }
