package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/posthorn/posthorn/internal/config"
)

func newConfigPrint(e Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "print",
		Short: "Print the settings in force and where each comes from",
		Long: `Print the settings in force, as a YAML file, with the origin of each as a comment. Secrets
are not shown. It takes the flags of serve.` + exits(exitMissing, exitUnavailable),
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return runConfigPrint(cmd, e) },
	}
	config.AddFlags(cmd.Flags())
	return cmd
}

func runConfigPrint(cmd *cobra.Command, e Env) error {
	settings, err := e.load(cmd)
	if err != nil {
		return err
	}
	for _, warning := range settings.Warnings {
		fmt.Fprintln(e.Err, warning)
	}
	return settings.WriteYAML(e.Out)
}
