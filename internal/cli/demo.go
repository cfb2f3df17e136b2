package cli

import (
	"github.com/spf13/cobra"

	"github.com/posthorn/posthorn/internal/cli/demo"
)

func newDemo(e Env) *cobra.Command {
	c := demo.Config{}
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Send a first webhook to this machine and show it",
		Long: `Receive on a free port of this machine, create an application with an endpoint there,
publish one message, and print the webhook that arrives and whether its signature holds.
Without --url it starts a server of its own on temporary data. A running server must be
on this machine and have --allow-networks 127.0.0.0/8 (POSTHORN_ALLOW_NETWORKS); its
token is read from POSTHORN_ADMIN_TOKEN.` + exits(exitRefused, exitUnavailable),
		Example: `  posthorn demo
  POSTHORN_ADMIN_TOKEN=ph_... posthorn demo --url http://127.0.0.1:8071`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return runDemo(cmd, e, c) },
	}
	cmd.Flags().StringVar(&c.BaseURL, "url", "", "running server to use")
	cmd.Flags().BoolVar(&c.Keep, "keep", false, "leave the application in that server")
	return cmd
}

func runDemo(cmd *cobra.Command, e Env, c demo.Config) error {
	var err error
	if c.BaseURL, c.Token, err = e.target(cmd, c.BaseURL); err != nil {
		return err
	}
	c.Program, c.Clock, c.Out = e.Program, e.Clock, e.Out
	ctx, stop := untilSignal(cmd.Context())
	defer stop()
	return demo.Run(ctx, c)
}
