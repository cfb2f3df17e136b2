package cli

import (
	"github.com/spf13/cobra"

	"github.com/posthorn/posthorn/internal/bench"
)

func newBenchSuite(e Env) *cobra.Command {
	var c bench.SuiteConfig
	cmd := &cobra.Command{
		Use:   "suite",
		Short: "Measure everything and print a Markdown table",
		Long: `Run every scenario, each several times on a server of its own, and print the medians as a
Markdown table. It takes many minutes and wants an otherwise quiet machine.` + exits(exitTaken, exitUnavailable),
		Example: "  posthorn bench suite --only idle,latency --runs 1",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c.Clock, c.Binary = e.Clock, e.Program
			ctx, stop := untilSignal(cmd.Context())
			defer stop()
			_, err := bench.Suite(ctx, c, bench.Streams{Out: e.Out, Err: e.Err})
			return err
		},
	}
	flags := cmd.Flags()
	flags.IntVar(&c.Runs, "runs", 3, "runs of each scenario, of which the median counts")
	flags.DurationVar(&c.Measured, "measured", 0, "length of each round (default 10s)")
	flags.IntVar(&c.Backlog, "backlog", 1_000_000, "open deliveries in the backlog scenario")
	flags.IntVar(&c.FanTo, "fan-to", 10_000, "endpoints in the fan-out scenario")
	flags.StringSliceVar(&c.Only, "only", nil, "scenarios to run, separated by commas (default all)")
	flags.IntVar(&c.PayloadSize, "payload-size", 1024, "bytes of a payload")
	flags.StringVar(&c.Command, "command", "", "what the table says it was made with (default make bench)")
	flags.BoolVar(&c.JSON, "json", false, "print JSON")
	return cmd
}

// newBenchForward is the forwarder that the benchmark starts beside itself.
func newBenchForward(e Env) *cobra.Command {
	return &cobra.Command{
		Use:    "forward",
		Hidden: true,
		Args:   cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := untilSignal(cmd.Context())
			defer stop()
			return bench.Forward(ctx, args, e.Err)
		},
	}
}
