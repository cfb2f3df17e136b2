// Command benchtable runs the benchmark once for each claim that the documentation makes about speed and
// prints a Markdown table, so that the published figures are whatever this prints on the reader's machine.
// Everything runs on one machine: the server, the load generator, the receiver, and the forwarder that
// stores nothing, whose figure of the same run stands beside ours.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/posthorn/posthorn/internal/bench"
)

func main() {
	binary := flag.String("binary", "bin/posthorn", "the `program` to measure")
	rounds := flag.Int("rounds", 3, "runs of each line; the median run is printed")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *binary, max(*rounds, 1)); err != nil {
		fmt.Fprintln(os.Stderr, "benchtable:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, binary string, rounds int) error {
	path, err := filepath.Abs(binary)
	if err != nil {
		return err
	}
	fmt.Printf("%d cores, %s/%s, %s; the server, the load and the receivers share them. Median of %d runs.\n\n",
		runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version(), rounds)
	fmt.Println("| what | delivered/s | of a forwarder that stores nothing | ack p50 / p99 | end to end p50 / p99 / max | lost | duplicated |")
	fmt.Println("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
	for _, l := range claims() {
		if err := l.print(ctx, path, rounds); err != nil {
			return fmt.Errorf("%s: %w", l.what, err)
		}
	}
	return nil
}

// claim is one line of the table.
type claim struct {
	what   string
	config bench.Config
}

func claims() []claim {
	return []claim{
		{"64 publishers, one endpoint", bench.Config{Publishers: 64}},
		{"256 publishers, one endpoint", bench.Config{Publishers: 256}},
		{"1,000 messages a second", bench.Config{Rate: 1000}},
		{"one message to 10,000 endpoints", bench.Config{Publishers: 1, Messages: 1, FanOut: 10_000, Warmup: -1}},
		{"200 a second to 10 endpoints, one hangs 15 s", bench.Config{Rate: 200, FanOut: 10, HangingShare: 0.1, HangFor: 15 * time.Second}},
	}
}

func (c claim) print(ctx context.Context, binary string, rounds int) error {
	r, err := c.median(ctx, binary, rounds)
	if err != nil {
		return err
	}
	share := ""
	if ratio := r.Ratio(); ratio > 0 {
		share = fmt.Sprintf("%.0f %%", 100*ratio)
	}
	fmt.Printf("| %s | %.0f | %s | %s | %s | %d | %d |\n", c.what, r.Server.DeliveredPerSecond, share,
		short(r.Server.Ack, false), short(r.Server.EndToEnd, true), r.Server.Lost, r.Server.Duplicated)
	if quiet := r.WithoutHanging; quiet != nil {
		fmt.Printf("| the same, none hangs | %.0f | | %s | %s | %d | %d |\n", quiet.DeliveredPerSecond,
			short(quiet.Ack, false), short(quiet.EndToEnd, true), quiet.Lost, quiet.Duplicated)
	}
	return nil
}

// median returns the run in the middle. A run that lost something is an error, not a slow run.
func (c claim) median(ctx context.Context, binary string, rounds int) (bench.Report, error) {
	c.config.Binary, c.config.JSON = binary, true
	reports := make([]bench.Report, 0, rounds)
	for range rounds {
		r, err := bench.Run(ctx, c.config, bench.Streams{Out: io.Discard, Err: os.Stderr})
		if err != nil {
			return r, err
		}
		reports = append(reports, r)
	}
	slices.SortFunc(reports, func(a, b bench.Report) int {
		return cmp.Compare(a.Server.DeliveredPerSecond, b.Server.DeliveredPerSecond)
	})
	return reports[len(reports)/2], nil
}

func short(l bench.Latency, withMax bool) string {
	text := fmt.Sprintf("%s / %s", l.P50, l.P99)
	if withMax {
		text += fmt.Sprintf(" / %s", l.Max)
	}
	return text
}
