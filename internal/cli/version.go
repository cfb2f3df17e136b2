package cli

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/posthorn/posthorn/internal/app"
)

func newVersion(e Env) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Long:  "Print the version of this program and what it was built for." + exits(),
		Args:  noArguments,
		RunE: func(*cobra.Command, []string) error {
			fmt.Fprintln(e.Out, versionLine())
			return nil
		},
	}
}

func versionLine() string {
	return fmt.Sprintf("posthorn %s %s %s/%s", app.Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// addVersionFlag makes `posthorn --version` do what `posthorn version` does, since people try either.
func addVersionFlag(root *cobra.Command) {
	root.Version = versionLine()
	root.SetVersionTemplate("{{.Version}}\n")
	root.Flags().Bool("version", false, "print the version")
}
