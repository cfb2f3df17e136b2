package cli

import (
	"github.com/spf13/cobra"

	"github.com/posthorn/posthorn/internal/app"
	"github.com/posthorn/posthorn/internal/config"
)

func newServe(e Env) *cobra.Command {
	var newDatabase bool
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the server",
		Long: `Run the server until SIGTERM or SIGINT, which lets what is under way finish; a second
signal stops at once. Everything it accepted is in the data directory and goes on with
the next start.

Every flag has an environment variable, shown behind it, and a key in the YAML file;
posthorn config print shows what is in force.` + exits(exitMissing, exitTaken, exitUnavailable),
		Example: "  posthorn serve --listen 127.0.0.1:8071 --data ./data --allow-networks 127.0.0.0/8",
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return runServe(cmd, e, newDatabase) },
	}
	config.AddFlags(cmd.Flags())
	cmd.Flags().BoolVar(&newDatabase, "new-database", false,
		"start with an empty database although the data directory has files of a former one")
	return cmd
}

func runServe(cmd *cobra.Command, e Env, newDatabase bool) error {
	settings, err := e.load(cmd)
	if err != nil {
		return err
	}
	ctx, stop := untilSignal(cmd.Context())
	defer stop()
	return app.Serve(ctx, settings, app.Options{
		Out: e.Out, Log: app.NewLog(e.Err, settings.Config), Clock: e.Clock, Program: e.Program, NewDatabase: newDatabase,
	})
}
