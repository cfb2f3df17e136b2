package consumer_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// installed returns a folder with what a lock file names, and installs it if it is not there. The folder's name says
// which lock file that was, and it gets its name when it is complete. What cannot be installed fails rather than skips:
// without it nobody would know whether the guide is right.
func installed(t *testing.T, lock string, install func(dir string) *exec.Cmd) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", lock))
	check(t, err)
	sum := sha256.Sum256(text)
	parent, err := filepath.Abs(filepath.Join("..", "bin", "receivers"))
	check(t, err)
	dir := filepath.Join(parent, filepath.Dir(lock)+"-"+hex.EncodeToString(sum[:8]))
	if _, err := os.Stat(dir); err == nil {
		return dir
	}
	check(t, os.MkdirAll(parent, 0o755))
	half, err := os.MkdirTemp(parent, "half-") //nolint:usetesting // it must lie on the same disk to be renamed
	check(t, err)
	defer func() { check(t, os.RemoveAll(half)) }()
	if output, err := install(half).CombinedOutput(); err != nil {
		t.Fatalf("What %s names cannot be installed: %v\n%s", lock, err, output)
	}
	if err := os.Rename(half, dir); err != nil && !errors.Is(err, fs.ErrExist) { // another run may have been faster
		t.Fatal(err)
	}
	return dir
}

// program finds a program.
func program(t *testing.T, name, packages string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("There is no %s (on Debian: apt-get install %s).", name, packages)
	}
	return path
}

// npmPackages returns a folder with node_modules in it.
func npmPackages(t *testing.T) string {
	t.Helper()
	npm := program(t, "npm", "npm")
	return installed(t, "npm/package-lock.json", func(dir string) *exec.Cmd {
		for _, name := range []string{"package.json", "package-lock.json", ".npmrc"} {
			text, err := os.ReadFile(filepath.Join("testdata", "npm", name))
			check(t, err)
			check(t, os.WriteFile(filepath.Join(dir, name), text, 0o600))
		}
		cmd := exec.CommandContext(t.Context(), npm, "ci", "--ignore-scripts")
		cmd.Dir = dir
		return cmd
	})
}

// pythonPackages returns a folder for PYTHONPATH.
func pythonPackages(t *testing.T) string {
	t.Helper()
	python := program(t, "python3", "python3 python3-pip")
	return installed(t, "python/requirements.txt", func(dir string) *exec.Cmd {
		return exec.CommandContext(t.Context(), python, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--target", dir,
			"--requirement", filepath.Join("testdata", "python", "requirements.txt"))
	})
}

func TestLockFilesNameNoRegistry(t *testing.T) {
	t.Parallel()
	for _, lock := range []string{"npm/package-lock.json", "python/requirements.txt"} {
		text, err := os.ReadFile(filepath.Join("testdata", lock))
		check(t, err)

		if bytes.Contains(text, []byte("://")) || bytes.Contains(text, []byte(`"resolved"`)) {
			t.Errorf("%s names a host", lock)
		}
	}
}
