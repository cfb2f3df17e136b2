package clients_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/test/harness"
)

// TestNpmClientsDriveTheServer runs the tests in npm/ with node's own runner against a server.
func TestNpmClientsDriveTheServer(t *testing.T) {
	t.Parallel()
	dir, err := filepath.Abs("npm")
	harness.Check(t, err)
	installPackages(t, dir)
	server := harness.Start(t, "POSTHORN_RETRY_SCHEDULE=100ms")

	cmd := exec.CommandContext(t.Context(), program(t, "node"), "--test")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "POSTHORN_URL="+server.URL, "POSTHORN_TOKEN="+server.Token)
	output, err := cmd.CombinedOutput()

	if err != nil {
		t.Fatalf("node --test: %v\n%s", err, output)
	}
	_, summary, _ := strings.Cut(string(output), "# tests ")
	t.Logf("node ran %s", strings.Split(summary, "\n")[0])
}

func TestLockFileNamesNoRegistry(t *testing.T) {
	t.Parallel()
	lock, err := os.ReadFile(filepath.Join("npm", "package-lock.json"))
	harness.Check(t, err)

	if bytes.Contains(lock, []byte("://")) || bytes.Contains(lock, []byte(`"resolved"`)) {
		t.Error("the lock file names a host; install with the .npmrc beside it, which leaves hosts out")
	}
}

// program finds a program of Node, and fails rather than skips: a test run without these tests would
// say too much about the server.
func program(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("There is no %s: install Node 20 or newer (on Debian: apt-get install nodejs npm).", name)
	}
	return path
}

// installPackages runs npm ci, unless the installed packages are those of the committed lock file. A
// copy of the lock inside node_modules remembers what was installed.
func installPackages(t *testing.T, dir string) {
	t.Helper()
	lock, err := os.ReadFile(filepath.Join(dir, "package-lock.json"))
	harness.Check(t, err)
	installed := filepath.Join(dir, "node_modules", ".installed-lock.json")
	if before, err := os.ReadFile(installed); err == nil && bytes.Equal(before, lock) {
		return
	}
	cmd := exec.CommandContext(t.Context(), program(t, "npm"), "ci", "--ignore-scripts")
	cmd.Dir = dir
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("npm ci: %v\n%s", err, output)
	}
	harness.Check(t, os.WriteFile(installed, lock, 0o644))
}
