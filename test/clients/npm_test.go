package clients_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/posthorn/posthorn/test/harness"
)

// TestNpmClientsDriveTheServer runs the tests in npm/ with node's own runner against a server.
func TestNpmClientsDriveTheServer(t *testing.T) {
	t.Parallel()
	dir := installPackages(t)
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

// installPackages installs the npm libraries, once however many tests use them, and returns their folder.
func installPackages(t *testing.T) string {
	t.Helper()
	program(t, "npm")
	dir, err := filepath.Abs("npm")
	harness.Check(t, err)
	harness.Check(t, installed())
	return dir
}

// installed is shared because several tests use the one folder side by side.
//
//nolint:gochecknoglobals // one installation for all tests of the process
var installed = sync.OnceValue(func() error { return install("npm") })

// install runs npm ci, unless the installed packages are those of the committed lock file. A copy of
// the lock inside node_modules remembers what was installed.
func install(dir string) error {
	lock, err := os.ReadFile(filepath.Join(dir, "package-lock.json"))
	if err != nil {
		return err
	}
	remembered := filepath.Join(dir, "node_modules", ".installed-lock.json")
	if before, err := os.ReadFile(remembered); err == nil && bytes.Equal(before, lock) {
		return nil
	}
	cmd := exec.CommandContext(context.Background(), "npm", "ci", "--ignore-scripts") // for all tests, so none may end it
	cmd.Dir = dir
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("npm ci: %w\n%s", err, output)
	}
	return os.WriteFile(remembered, lock, 0o644)
}
