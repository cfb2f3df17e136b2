package cli

import (
	"cmp"

	"github.com/spf13/cobra"

	"github.com/posthorn/posthorn/internal/bench"
	"github.com/posthorn/posthorn/internal/config"
)

func newBenchSuite(e Env) *cobra.Command {
	var c bench.SuiteConfig
	cmd := &cobra.Command{
		Use:   "suite",
		Short: "Measure everything and print a Markdown table",
		Long: `Run every scenario, each several times on a server of its own, and print the medians as a
Markdown table. It takes many minutes and wants an otherwise quiet machine.

With --database, or POSTHORN_BENCH_DATABASE_URL, which other users of the machine cannot read,
each server gets a new database on that PostgreSQL server, which is dropped afterwards.` + exits(exitTaken, exitUnavailable),
		Example: `  posthorn bench suite --only idle,latency --runs 1
  POSTHORN_BENCH_DATABASE_URL=postgres://... posthorn bench suite --nodes 3`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c.Clock, c.Binary = e.Clock, e.Program
			c.Database = cmp.Or(c.Database, e.variable(config.BenchDatabase))
			ctx, stop := untilSignal(cmd.Context())
			defer stop()
			_, err := bench.Suite(ctx, c, bench.Streams{Out: e.Out, Err: e.Err})
			return err
		},
	}
	flags := cmd.Flags()
	flags.IntVar(&c.Runs, "runs", 3, "runs of each scenario, of which the median counts")
	durationFlag(flags, &c.Measured, "measured", "length of each round (default 10s)")
	flags.IntVar(&c.Backlog, "backlog", 1_000_000, "open deliveries in the backlog scenario")
	flags.IntVar(&c.FanTo, "fan-to", 10_000, "endpoints in the fan-out scenario")
	flags.StringSliceVar(&c.Only, "only", nil, "scenarios to run, separated by commas (default all)")
	flags.StringVar(&c.Database, "database", "", "PostgreSQL server to measure on, as postgres://...; its user must be allowed to create databases")
	flags.IntVar(&c.Nodes, "nodes", 1, "processes that share the database; publishers take turns among them")
	flags.BoolVar(&c.Compare, "compare", false, "measure SQLite, PostgreSQL, and three nodes (or --nodes) on PostgreSQL beside each other")
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
