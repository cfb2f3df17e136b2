package deliver_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/posthorn/posthorn/internal/deliver"
)

// TestScheduleForgetsNothingAndKeepsNothing drives the scheduler by chance: whatever is published, comes
// back, is limited or ends without being sent, every delivery is handed out, in order, within the bounds,
// and in the end neither lane nor tenant nor byte is left.
func TestScheduleForgetsNothingAndKeepsNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := deliver.NewBench(deliver.Limits{InFlight: rapid.IntRange(1, 20).Draw(t, "in flight"), Window: rapid.IntRange(1, 8).Draw(t, "window"),
			Workers: 1, Queue: rapid.IntRange(1, 30).Draw(t, "queue"), Lane: rapid.IntRange(1, 10).Draw(t, "lane"), Bytes: 20_000})
		for range 4 {
			b.Limit(rapid.SampledFrom([]int{0, 0, 1, 50, 1000}).Draw(t, "limit"))
		}

		t.Repeat(map[string]func(*rapid.T){
			"publish": func(t *rapid.T) {
				b.Publish(rapid.SliceOfNDistinct(rapid.IntRange(1, 6), 1, 6, rapid.ID[int]).Draw(t, "to"), rapid.IntRange(0, 3000).Draw(t, "size"))
			},
			"take":   func(*rapid.T) { b.Take() },
			"answer": func(t *rapid.T) { b.Answer(rapid.Bool().Draw(t, "succeeded")) },
			"settle": func(t *rapid.T) { b.Settle(rapid.Bool().Draw(t, "comes back")) },
			"wait":   func(t *rapid.T) { b.Wait(rapid.IntRange(1, 2000).Draw(t, "milliseconds")) },
			"fill":   func(*rapid.T) { b.Fill() },
			"set the clock": func(t *rapid.T) {
				b.Set(time.Duration(rapid.Int64Range(-int64(365*24*time.Hour), int64(365*24*time.Hour)).Draw(t, "by")))
			},
			"": func(t *rapid.T) { problem(t, b) },
		})
		b.Finish()

		problem(t, b)
		if b.Waited > longestWait {
			t.Fatalf("the rest took %s, and nothing waits longer than a second", b.Waited)
		}
		if left := b.Left(); left != "" {
			t.Fatalf("left: %s", left)
		}
	})
}

// longestWait is how long the rest may take in the end: as many messages as there can be, at a rate of one a second.
const longestWait = time.Hour

func problem(t *rapid.T, b *deliver.Bench) {
	if b.Problem != "" {
		t.Fatal(b.Problem)
	}
}

func BenchmarkSchedule(b *testing.B) {
	for name, lanes := range map[string]int{"one endpoint": 1, "a thousand endpoints": 1000} {
		b.Run(name, func(b *testing.B) {
			s := deliver.NewBench(deliver.Limits{InFlight: 64, Window: 256, Workers: 1, Queue: 1 << 20, Lane: 1 << 20, Bytes: 1 << 30})
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				s.Through(1 + i%lanes)
			}
		})
	}
}

func BenchmarkScheduleAddToTenThousandEndpoints(b *testing.B) {
	s := deliver.NewBench(deliver.Limits{InFlight: 64, Window: 256, Workers: 1, Queue: 1 << 20, Lane: 1 << 20, Bytes: 1 << 30})
	targets := make([]int, 10_000)
	for i := range targets {
		targets[i] = i + 1
	}
	b.ReportAllocs()
	for b.Loop() {
		s.Publish(targets, 1000)
		b.StopTimer()
		s.Finish()
		b.StartTimer()
	}
}
