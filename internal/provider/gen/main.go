// Command gen writes the reference of the providers, which is derived from their declarations: a page for each and
// a list of them all.
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/posthorn/posthorn/internal/provider/all"
)

func main() {
	if err := run(filepath.Join("..", "..", "..", "docs", "reference", "providers")); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1) //nolint:forbidigo // this is a main
	}
}

// run writes the folder anew, so that the page of a provider that is gone goes too.
func run(folder string) error {
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // a folder of the repository
		return err
	}
	list := all.Catalog().All()
	if err := save(folder, "README", index(list)); err != nil {
		return err
	}
	for _, p := range list {
		text, err := page(p)
		if err != nil {
			return fmt.Errorf("%s: %w", p.Name, err)
		}
		if err := save(folder, p.Name, text); err != nil {
			return err
		}
	}
	return nil
}

func save(folder, name string, text *bytes.Buffer) error {
	return os.WriteFile(filepath.Join(folder, name+".md"), text.Bytes(), 0o644) //nolint:gosec // a file of the repository
}
