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
			fmt.Fprintf(e.Out, "posthorn %s %s %s/%s\n", app.Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return nil
		},
	}
}
