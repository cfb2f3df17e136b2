package cli_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/posthorn/posthorn/internal/cli"
)

// TestMain lets the test binary be the program, for examples that a shell runs.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) != "posthorn" {
		os.Exit(m.Run())
	}
	os.Exit(cli.Run(context.Background(), cli.Env{Args: os.Args[1:], Environ: os.Environ(), Program: os.Args[0], Out: os.Stdout, Err: os.Stderr}))
}
