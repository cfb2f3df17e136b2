package bench

import (
	"context"
	"fmt"
)

// throughput is what the runs with one number of publishers found.
type throughput struct {
	delivered, forwarder, ratio, ack []float64
	prices                           [][]float64 // by the place in prices
}

// throughputScenario asks how much is delivered a second, beside a forwarder that stores nothing, and
// what a delivery costs.
func (s *suite) throughputScenario(ctx context.Context) error {
	for _, publishers := range []int{64, 256} {
		c := s.config.Config
		c.Publishers, c.Duration = publishers, s.config.Measured
		found := throughput{prices: make([][]float64, len(prices))}
		name := fmt.Sprintf("throughput, %d publishers", publishers)
		err := s.repeat(ctx, name, c, func(l *lab) error {
			var r Report
			if err := l.measure(ctx, &r); err != nil {
				return err
			}
			s.report.Lost += r.Server.Lost
			found.note(r)
			return nil
		})
		if err != nil {
			return err
		}
		s.addThroughput(fmt.Sprintf(", %d publishers", publishers), found)
		if publishers == 64 { // with more of them it is hardly different
			s.addPrices(found)
		}
	}
	return nil
}

// note takes up one run.
func (t *throughput) note(r Report) {
	t.delivered = append(t.delivered, r.Server.DeliveredPerSecond)
	t.ack = append(t.ack, millis(r.Server.Ack.P99))
	if r.Forwarder != nil {
		t.forwarder, t.ratio = append(t.forwarder, r.Forwarder.DeliveredPerSecond), append(t.ratio, r.Ratio())
	}
	for i, p := range prices {
		t.prices[i] = append(t.prices[i], p.each(r.Server))
	}
}

// addThroughput fills the rows about speed; of says with how many publishers.
func (s *suite) addThroughput(of string, t throughput) {
	s.add("delivered per second"+of, "8,000, on PostgreSQL 4,000", thousands, t.delivered)
	s.add("a forwarder that stores nothing, per second"+of, "", thousands, t.forwarder)
	s.add("share of that forwarder"+of, "40 %", showPercent, t.ratio)
	s.add("ack p99 at full speed"+of, "", showMillis, t.ack)
}

func (s *suite) addPrices(t throughput) {
	for i, p := range prices {
		s.add(p.what, "", p.show, t.prices[i])
	}
}
