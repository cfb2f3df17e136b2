package cli

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/posthorn/posthorn/internal/bench"
	"github.com/posthorn/posthorn/internal/config"
	"github.com/posthorn/posthorn/internal/fault"
)

func newBench(e Env) *cobra.Command {
	var c bench.Config
	var receive bool
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure how fast webhooks are stored and delivered",
		Long: `Publish to a server, receive everything, and print what was delivered per second, how long
it took, and what was lost or duplicated; beside it, from the same run, the figures of a
forwarder that stores nothing. Without --url it starts a server of its own on temporary
data. A running server must be on this machine and have --allow-networks 127.0.0.0/8
(POSTHORN_ALLOW_NETWORKS); its token is read from POSTHORN_ADMIN_TOKEN. The application
made there is deleted afterwards, unless a message was lost. A server that it starts gets a
new database on the PostgreSQL server of POSTHORN_BENCH_DATABASE_URL, if that is set.

With --receive it measures the other direction: it makes a source, sends signed webhooks to
it, holds what was acknowledged against what is stored, and then sends forged ones.` + exits(exitRefused, exitTaken, exitUnavailable, exitLost),
		Example: `  posthorn bench --publishers 128 --duration 20s
  POSTHORN_ADMIN_TOKEN=... posthorn bench --url http://127.0.0.1:8071 --rate 1000
  posthorn bench --receive --provider stripe`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return runBench(cmd, e, c, receive) },
	}
	cmd.Flags().BoolVar(&receive, "receive", false, "send signed webhooks to a source, then forged ones, instead of publishing")
	addBenchFlags(cmd, &c)
	cmd.AddCommand(newBenchSuite(e), newBenchForward(e))
	return cmd
}

func addBenchFlags(cmd *cobra.Command, c *bench.Config) {
	flags := cmd.Flags()
	flags.StringVar(&c.BaseURL, "url", "", "running server to measure; its token comes from $POSTHORN_ADMIN_TOKEN")
	flags.BoolVar(&c.Keep, "keep", false, "leave the application in that server")
	flags.IntVar(&c.ServerPID, "pid", 0, "process of that server on this machine, to measure its memory")
	flags.IntVar(&c.Nodes, "nodes", 1, "processes to start that share the PostgreSQL server of $POSTHORN_BENCH_DATABASE_URL")
	flags.IntVar(&c.Publishers, "publishers", 64, "publishers at a time")
	flags.IntVar(&c.Messages, "messages", 0, "stop after this many messages")
	durationFlag(flags, &c.Duration, "duration", "stop after this long (default 10s unless --messages is given)")
	flags.Float64Var(&c.Rate, "rate", 0, "messages a second (default as fast as answers come)")
	durationFlag(flags, &c.Warmup, "warmup", "publish this long before measuring; negative is not at all (default 2s)")
	flags.IntVar(&c.PayloadSize, "payload-size", 1024, "bytes of a payload")
	flags.StringVar(&c.PayloadFile, "payload", "", "JSON file to send instead of a made-up payload")
	flags.IntVar(&c.FanOut, "fan-out", 1, "endpoints that get every message")
	flags.Float64Var(&c.HangingShare, "hanging", 0, "share of the endpoints that hang, from 0 to 1")
	durationFlag(flags, &c.HangFor, "hang-for", "how long they hang (default 15s)")
	durationFlag(flags, &c.Quiet, "quiet", "count deliveries as lost after this long without any (default 20s)")
	flags.BoolVar(&c.Verify, "verify", false, "check every signature")
	flags.BoolVar(&c.NoForwarder, "no-forwarder", false, "leave out the forwarder")
	flags.StringVar(&c.Provider, "provider", "", "with --receive: who signs, "+strings.Join(bench.Providers(), ", ")+" (default github)")
	flags.BoolVar(&c.Forward, "forward", false, "with --receive: deliver what is received to an endpoint, too")
	flags.BoolVar(&c.NoForged, "no-forged", false, "with --receive: leave out the forged webhooks")
	flags.BoolVar(&c.JSON, "json", false, "print JSON")
}

// checkDirection refuses flags of receiving on a run that publishes: what they ask for would be silently left out.
func checkDirection(flags *pflag.FlagSet, receive bool) error {
	for _, name := range []string{"provider", "forward", "no-forged"} {
		if !receive && flags.Changed(name) {
			return fault.New(fault.Invalid, "bad_arguments", "--%s is about received webhooks: give it together with --receive.", name)
		}
	}
	return nil
}

func runBench(cmd *cobra.Command, e Env, c bench.Config, receive bool) error {
	err := checkDirection(cmd.Flags(), receive)
	if err != nil {
		return err
	}
	if c.BaseURL, c.Token, err = e.target(cmd, c.BaseURL); err != nil {
		return err
	}
	c.Clock, c.Binary, c.Database = e.Clock, e.Program, e.variable(config.BenchDatabase)
	ctx, stop := untilSignal(cmd.Context())
	defer stop()
	streams := bench.Streams{Out: e.Out, Err: e.Err}
	if receive {
		_, err = bench.Receive(ctx, c, streams)
		return err
	}
	_, err = bench.Run(ctx, c, streams)
	return err
}
