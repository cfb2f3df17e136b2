package bench

import "context"

// receiveScenario asks how much comes in from other people's systems: verified, stored and flushed before the
// answer; the same with everything handed on to an endpoint; and how quickly forgeries are turned away.
func (s *suite) receiveScenario(ctx context.Context) error {
	c := s.config.Config
	c.Duration = s.config.Measured
	var received, ack, refused []float64
	err := s.repeatReceive(ctx, "receive", c, func(r ReceiveReport) {
		received, ack = append(received, r.Received.ReceivedPerSecond), append(ack, millis(r.Received.Ack.P99))
		refused = append(refused, r.Forged.RefusedPerSecond)
	})
	if err != nil {
		return err
	}
	s.add("received per second, verified and stored", "8,000", thousands, received)
	s.add("ack p99 of these", "", showMillis, ack)
	c.Forward, c.NoForged = true, true
	var delivered []float64
	err = s.repeatReceive(ctx, "receive and deliver", c, func(r ReceiveReport) {
		delivered = append(delivered, r.Received.DeliveredPerSecond)
	})
	s.add("received, and delivered to an endpoint, per second", "", thousands, delivered)
	s.add("forged webhooks refused per second, nothing stored", "5,000", thousands, refused)
	return err
}

// repeatReceive calls take with what each run against the receiving side found.
func (s *suite) repeatReceive(ctx context.Context, name string, c Config, take func(ReceiveReport)) error {
	return s.repeatWith(ctx, name, func() error {
		l, err := newReceiveLab(c, s.streams)
		if err != nil {
			return err
		}
		var r ReceiveReport
		if err := l.withServer(ctx, func(server *subject) error { return l.receive(ctx, server, &r) }); err != nil {
			return err
		}
		s.report.Lost += r.Received.Lost
		take(r)
		return r.forgeries()
	})
}
