// Package harness runs the built posthorn binary for black-box tests: it builds it once, starts it on
// a free loopback port with its own data, waits until it is ready, and can stop, kill and restart it.
// It exists so that the tests below test/ see only what a stranger sees: a program, its environment,
// its HTTP interface, and what arrives at a receiver.
package harness

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
)

// The environment of a test run may name a finished binary, or ask for one with the race detector.
const (
	envBinary = "POSTHORN_TEST_BINARY"
	envRace   = "POSTHORN_TEST_RACE"
)

// built is shared because the tests of a process cannot hand each other a value.
//
//nolint:gochecknoglobals // one build for all tests of the process
var built = sync.OnceValues(build)

// builtPlain is built without the race detector, for servers under a memory limit.
//
//nolint:gochecknoglobals // one build for all tests of the process
var builtPlain = sync.OnceValues(func() (string, error) { return buildPlain("") })

// Binary returns the path of the posthorn binary under test.
func Binary(t testing.TB) string {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatalf("build posthorn: %v", err)
	}
	return path
}

// Root returns the root folder of the repository.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", fmt.Errorf("no go.mod in the working folder or above it")
		}
		dir = parent
	}
}

// BinaryWith returns the path of a binary built with a tag that changes it on purpose.
func BinaryWith(t testing.TB, tag string) string {
	t.Helper()
	path, err := buildOf(tag, "-tags", tag)
	if err != nil {
		t.Fatalf("build posthorn with %s: %v", tag, err)
	}
	return path
}

// build returns the binary that all tests share.
func build() (string, error) {
	if given := os.Getenv(envBinary); given != "" {
		_, err := os.Stat(given)
		return given, err
	}
	return buildOf("")
}

// buildOf builds with the race detector if the test run asks for it.
func buildOf(variant string, flags ...string) (string, error) {
	if os.Getenv(envRace) != "1" {
		return buildPlain(variant, flags...)
	}
	if variant != "" {
		variant = "-" + variant
	}
	return compile("posthorn"+variant+"-race", append(flags, "-race")...)
}

// buildPlain builds without the race detector, also where GOFLAGS asks for it.
func buildPlain(variant string, flags ...string) (string, error) {
	if variant != "" {
		variant = "-" + variant
	}
	return compile("posthorn"+variant, append(flags, "-race=false")...)
}

// compile keeps the binary at a fixed place, because the go command does not link again what is up to
// date there. The lock is for test processes that build at the same time.
func compile(name string, flags ...string) (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	if err := noteSources(root); err != nil {
		return "", err
	}
	args := append([]string{"build"}, flags...)
	binary := filepath.Join(root, "bin", "test", name)
	unlock, err := lock(binary + ".lock")
	if err != nil {
		return "", err
	}
	defer unlock()
	// The build belongs to all tests of the process, so no single test's context may end it.
	cmd := exec.CommandContext(context.Background(), "go", append(args, "-o", binary, "./cmd/posthorn")...)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return binary, nil
}

// noteSources looks at every file of the repository. The go command remembers what files a test has
// looked at, and so runs it again when the program has changed, which the test does not import.
func noteSources(root string) error {
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil //nolint:nilerr // it vanished meanwhile
		}
		if entry.IsDir() && slices.Contains([]string{".git", "bin", "node_modules"}, entry.Name()) {
			return filepath.SkipDir
		}
		_, _ = os.Stat(path)
		return nil
	})
}

func lock(path string) (unlock func(), err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return func() { _ = file.Close() }, nil
}
