package cli

import "github.com/spf13/cobra"

func newConfig(e Env) *cobra.Command {
	return group("config", "Show the settings", newConfigPrint(e), newConfigReference(e))
}
