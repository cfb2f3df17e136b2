// Command gen writes the reference of all settings, which is derived from their declarations.
package main

import (
	"bytes"
	"fmt"
	"os"

	"github.com/posthorn/posthorn/internal/config"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

// run writes the file at once, so that a failure does not leave half of it.
func run() error {
	var text bytes.Buffer
	if err := config.WriteReference(&text); err != nil {
		return err
	}
	return os.WriteFile("../../docs/reference/settings.md", text.Bytes(), 0o644) //nolint:gosec // a file of the repository
}
