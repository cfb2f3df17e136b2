package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/posthorn/posthorn/internal/bench/process"
)

// How the values of a row are shown.
func showMillis(v float64) string  { return Millis(v * float64(time.Millisecond)).String() }
func showPercent(v float64) string { return fmt.Sprintf("%.0f %%", 100*v) }
func showTimes(v float64) string   { return fmt.Sprintf("%.2f x", v) }
func showBytes(v float64) string   { return megabytes(int64(v)) }

// millis turns a duration into what showMillis shows.
func millis(m Millis) float64 { return time.Duration(m).Seconds() * 1000 }

// latencyScenario asks how long things take when there is room to breathe.
func (s *suite) latencyScenario(ctx context.Context) error {
	c := s.config.Config
	c.Rate, c.Duration, c.NoForwarder = 1000, 2*s.config.Measured, true
	var ack50, ack99, end50, end99 []float64
	err := s.repeat(ctx, "latency", c, func(l *lab) error {
		var r Report
		if err := l.measure(ctx, &r); err != nil {
			return err
		}
		s.report.Lost += r.Server.Lost
		ack50, ack99 = append(ack50, millis(r.Server.Ack.P50)), append(ack99, millis(r.Server.Ack.P99))
		end50, end99 = append(end50, millis(r.Server.EndToEnd.P50)), append(end99, millis(r.Server.EndToEnd.P99))
		return nil
	})
	s.add("ack p50 at 1,000 messages a second", "", showMillis, ack50)
	s.add("ack p99 at 1,000 messages a second", "10 ms", showMillis, ack99)
	s.add("end to end p50 at 1,000 messages a second", "", showMillis, end50)
	s.add("end to end p99 at 1,000 messages a second", "15 ms", showMillis, end99)
	return err
}

// fanOutScenario asks how long a message to very many endpoints takes: four of them, each after
// the one before has been sent, of which the first finds nothing in memory.
func (s *suite) fanOutScenario(ctx context.Context) error {
	c := s.config.Config
	c.FanOut, c.Publishers, c.Messages, c.Rate, c.Warmup = s.config.FanTo, 1, 4, 0.4, -1
	var first, ack, all []float64
	err := s.repeat(ctx, "fan-out", c, func(l *lab) error {
		return l.withServer(ctx, func(server *subject) error {
			f, err := l.round(ctx, server, l.shape())
			s.report.Lost += f.Lost
			first = append(first, millis(f.Ack.Max))
			ack, all = append(ack, millis(f.Ack.P50)), append(all, millis(f.EndToEnd.Max))
			return err
		})
	})
	to := "publish to " + thousands(float64(c.FanOut)) + " endpoints: "
	s.add(to+"ack", "50 ms", showMillis, ack)
	s.add(to+"ack of the first, which reads the endpoints", "", showMillis, first)
	s.add(to+"all sent", "10 s", showMillis, all)
	return err
}

// hangingScenario asks what the neighbours of a hanging endpoint notice of it.
func (s *suite) hangingScenario(ctx context.Context) error {
	c := s.config.Config
	c.FanOut, c.HangingShare, c.Rate, c.Duration = 5, 0.2, 200, 2*s.config.Measured
	var without, with, ratio []float64
	err := s.repeat(ctx, "hanging", c, func(l *lab) error {
		var r Report
		if err := l.measure(ctx, &r); err != nil {
			return err
		}
		s.report.Lost += r.Server.Lost
		before, after := millis(r.WithoutHanging.EndToEnd.P99), millis(r.Server.EndToEnd.P99)
		without, with, ratio = append(without, before), append(with, after), append(ratio, after/max(before, 0.001))
		return nil
	})
	s.add("end to end p99 of four endpoints at 200 messages a second", "", showMillis, without)
	s.add("the same while a fifth one hangs for 15 s", "", showMillis, with)
	s.add("ratio of the two", "1.25 x", showTimes, ratio)
	return err
}

// idleScenario asks what the program costs when it does nothing.
func (s *suite) idleScenario(ctx context.Context) error {
	var first, again, rss []float64
	var size int64
	err := s.repeat(ctx, "idle", s.config.Config, func(l *lab) error {
		size = process.Size(l.config.Binary)
		return l.withServer(ctx, func(server *subject) error {
			first = append(first, server.readyAfter())
			server.stop()
			if err := l.launch(ctx, server); err != nil {
				return err
			}
			again = append(again, server.readyAfter())
			pause(ctx, 3*time.Second)
			usage, err := server.usage()
			rss = append(rss, float64(usage.RSSBytes))
			return err
		})
	})
	s.add("start to ready, empty data folder", "500 ms", showMillis, first)
	s.add("start to ready, existing data", "500 ms", showMillis, again)
	s.add("memory when idle", "60 MB", showBytes, rss)
	s.add("size of the binary", "60 MB", showBytes, []float64{float64(size)})
	return err
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
