package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/posthorn/posthorn/internal/app"
)

func newMigrate(e Env) *cobra.Command {
	return group("migrate", "Update the schema of the database", newMigrateUp(e), newMigrateDown(e), newMigrateStatus(e))
}

func newMigrateUp(e Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Bring the schema up to date and print it",
		Long: `Bring the schema of the database up to date and print it. serve does the same when it
starts; use this to do it by itself, while no server runs on the data.` + exits(exitMissing, exitTaken, exitUnavailable),
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			settings, err := e.load(cmd)
			if err != nil {
				return err
			}
			schema, err := app.MigrateUp(cmd.Context(), settings.Config, e.Clock)
			if err != nil {
				return err
			}
			fmt.Fprintln(e.Out, schema)
			return nil
		},
	}
	tokenFlags(cmd)
	return cmd
}
