package cli

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/posthorn/posthorn/internal/app"
)

func newMigrate(e Env) *cobra.Command {
	return group("migrate", "Update the schema of the database", newMigrateUp(e), newMigrateDown(e), newMigrateStatus(e))
}

func newMigrateUp(e Env) *cobra.Command {
	var ahead time.Duration
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Bring the schema up to date and print it",
		Long: `Bring the schema of the database up to date and print it. serve does the same when it
starts; use this to do it by itself, while no server runs on the data.

On PostgreSQL, messages are divided by days into partitions, which the nodes make a week
ahead. Where their role may not create tables, make them here with the role that owns the
tables, and again before they end: posthorn migrate up --partitions-ahead 90d
If fewer are there afterwards than were asked for, the command fails (exit code 6).` + exits(exitMissing, exitTaken, exitUnavailable),
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			settings, err := e.load(cmd)
			if err != nil {
				return err
			}
			schema, err := app.MigrateUp(cmd.Context(), settings.Config, ahead, e.Clock)
			if err != nil {
				return err
			}
			fmt.Fprintln(e.Out, schema)
			return nil
		},
	}
	tokenFlags(cmd)
	durationFlag(cmd.Flags(), &ahead, "partitions-ahead", "how long ahead partitions are made on PostgreSQL, such as 90d (a week if less)")
	return cmd
}
