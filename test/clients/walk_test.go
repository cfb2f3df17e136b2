package clients_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/posthorn/posthorn/test/clients/mailbox"
	"github.com/posthorn/posthorn/test/harness"
)

// TestPythonClientWalksTheAPI runs python/walk.py with the published library against a server.
func TestPythonClientWalksTheAPI(t *testing.T) {
	t.Parallel()
	python := program(t, "python3")
	packages := t.TempDir()
	pip := exec.CommandContext(t.Context(), python, "-m", "pip", "install", "--quiet", "--no-deps", "--target", packages,
		"--requirement", filepath.Join("python", "requirements.txt"))
	if output, err := pip.CombinedOutput(); err != nil {
		t.Fatalf("pip install: %v\n%s", err, output)
	}
	server := harness.Start(t)

	cmd := exec.CommandContext(t.Context(), python, filepath.Join("python", "walk.py"))
	cmd.Env = append(os.Environ(), mailbox.Settings(t, server)...)
	cmd.Env = append(cmd.Env, "PYTHONPATH="+packages)
	output, err := cmd.CombinedOutput()

	if err != nil {
		t.Fatalf("python/walk.py: %v\n%s", err, output)
	}
}
