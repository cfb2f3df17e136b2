package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/posthorn/posthorn/internal/app"
)

func newTokenCreate(e Env) *cobra.Command {
	var o app.TokenOrder
	cmd := &cobra.Command{
		Use:   "create --name NAME",
		Short: "Create a token and print it",
		Long: `Create a token and print its text, alone, on standard output. It is stored as a hash and
cannot be shown again.` + tokenHelp + exits(exitMissing, exitUnavailable),
		Example: `  posthorn token create --name backend
  posthorn token create --name acme --scope application --application acme --expires 30d`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return runTokenCreate(cmd, e, o) },
	}
	tokenFlags(cmd)
	flags := cmd.Flags()
	flags.StringVar(&o.Name, "name", "", "what the token is for, to recognise it by")
	flags.StringVar(&o.Scope, "scope", "server", "what it reaches: server or application")
	flags.StringVar(&o.Application, "application", "", "id or uid of the application, for that scope")
	durationFlag(flags, &o.TTL, "expires", "how long it is valid, such as 30d (default for ever)")
	return cmd
}

func runTokenCreate(cmd *cobra.Command, e Env, o app.TokenOrder) error {
	return e.withTokens(cmd, func(ctx context.Context, desk *app.TokenDesk) error {
		text, row, err := desk.Create(ctx, o)
		if err != nil {
			return err
		}
		fmt.Fprintln(e.Out, text)
		fmt.Fprintf(e.Err, "Token %s (%s) was created. It is shown this once.\n", row.ID, row.Scope)
		return nil
	})
}
