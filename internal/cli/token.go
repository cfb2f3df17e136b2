package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/posthorn/posthorn/internal/app"
	"github.com/posthorn/posthorn/internal/config"
)

func newToken(e Env) *cobra.Command {
	return group("token", "Create, list and revoke tokens", newTokenCreate(e), newTokenList(e), newTokenRevoke(e))
}

const tokenHelp = "\n\nIt works on the data directory itself, also beside a running server."

// tokenFlags are the settings that find the database.
func tokenFlags(cmd *cobra.Command) { config.AddFlags(cmd.Flags(), "data", "database_url") }

// withTokens calls use with the desk of the database that the settings name.
func (e Env) withTokens(cmd *cobra.Command, use func(context.Context, *app.TokenDesk) error) error {
	settings, err := e.load(cmd)
	if err != nil {
		return err
	}
	desk, err := app.OpenTokenDesk(cmd.Context(), settings.Config, e.Clock)
	if err != nil {
		return err
	}
	return errors.Join(use(cmd.Context(), desk), desk.Close())
}
