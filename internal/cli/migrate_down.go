package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/posthorn/posthorn/internal/app"
)

func newMigrateDown(e Env) *cobra.Command {
	to := int64(-1)
	cmd := &cobra.Command{
		Use:   "down --to SCHEMA",
		Short: "Take the schema back for an older program",
		Long: `Take the schema of the database back to an earlier one, so that the program that knew it can
start again. What only the newer schema can keep is lost: make a backup first. No server
may be running on the data.` + exits(exitMissing, exitTaken, exitUnavailable),
		Example: "  posthorn migrate down --to 1",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			settings, err := e.load(cmd)
			if err != nil {
				return err
			}
			about, err := app.MigrateDown(cmd.Context(), settings.Config, to, e.Clock)
			if err != nil {
				return err
			}
			fmt.Fprintln(e.Out, about)
			return nil
		},
	}
	tokenFlags(cmd)
	cmd.Flags().Int64Var(&to, "to", -1, "schema to go back to; 0 removes everything")
	return cmd
}
