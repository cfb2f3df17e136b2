package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/posthorn/posthorn/internal/app"
	"github.com/posthorn/posthorn/internal/fault"
)

func newTokenRevoke(e Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "revoke ID",
		Short: "Revoke a token",
		Long: `Revoke a token for good, by its id. A running server refuses it within five seconds.` +
			tokenHelp + exits(exitMissing, exitUnavailable),
		Example: "  posthorn token revoke tok_2ZzY3kQdPnD5vXwGm9sT1uEoHcA",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				return nil
			}
			return fault.New(fault.Invalid, "bad_arguments", "Give the id of one token; `posthorn token list` shows them.")
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.withTokens(cmd, func(ctx context.Context, desk *app.TokenDesk) error {
				if err := desk.Revoke(ctx, args[0]); err != nil {
					return err
				}
				fmt.Fprintf(e.Err, "Token %s is revoked.\n", args[0])
				return nil
			})
		},
	}
	tokenFlags(cmd)
	return cmd
}
