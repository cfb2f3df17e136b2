package cli

import (
	"github.com/spf13/cobra"

	"github.com/posthorn/posthorn/internal/config"
)

func newConfigReference(e Env) *cobra.Command {
	return &cobra.Command{
		Use:   "reference",
		Short: "Print the reference of all settings in Markdown",
		Long:  "Print docs/reference/settings.md." + exits(),
		Args:  noArguments,
		RunE:  func(*cobra.Command, []string) error { return config.WriteReference(e.Out) },
	}
}
