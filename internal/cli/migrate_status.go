package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/posthorn/posthorn/internal/app"
)

func newMigrateStatus(e Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Print which schema the database has and which this program wants",
		Long: `Print which schema the database has and which this program wants. It changes nothing and
works beside a running server.` + exits(exitMissing, exitUnavailable),
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			settings, err := e.load(cmd)
			if err != nil {
				return err
			}
			about, err := app.MigrateStatus(cmd.Context(), settings.Config, e.Clock)
			if err != nil {
				return err
			}
			fmt.Fprintln(e.Out, about)
			return nil
		},
	}
	tokenFlags(cmd)
	return cmd
}
