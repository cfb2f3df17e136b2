//go:build long

package long_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/posthorn/posthorn/test/clients/mailbox"
	"github.com/posthorn/posthorn/test/harness"
)

// These tests do not run side by side: each build uses all processors.

//nolint:paralleltest // see above
func TestJavaClientWalksTheAPI(t *testing.T) { walk(t, maven(t, "java", "Walk")) }

//nolint:paralleltest // see above
func TestKotlinClientWalksTheAPI(t *testing.T) { walk(t, maven(t, "kotlin", "WalkKt")) }

//nolint:paralleltest // see above
func TestRustClientWalksTheAPI(t *testing.T) { walk(t, cargo(t)) }

// patience bounds a build, which fetches and compiles the library and all it needs the first time.
const patience = 12 * time.Minute

// walk runs a built program against a server.
func walk(t *testing.T, program *exec.Cmd) {
	t.Helper()
	server := harness.Start(t)
	program.Env = append(os.Environ(), mailbox.Settings(t, server)...)
	run(t, program)
}

// maven builds the project in a folder and returns how to run its main class.
func maven(t *testing.T, folder, class string) *exec.Cmd {
	t.Helper()
	build := command(t, "mvn", "--quiet", "--batch-mode", "compile", "dependency:build-classpath", "-Dmdep.outputFile=target/classpath")
	build.Dir = folder
	run(t, build)
	libraries, err := os.ReadFile(filepath.Join(folder, "target", "classpath"))
	harness.Check(t, err)
	classes := filepath.Join(folder, "target", "classes")
	return command(t, "java", "-cp", classes+string(os.PathListSeparator)+string(libraries), class)
}

// cargo builds the program in rust. What was built is kept in the user's cache, since it takes minutes.
func cargo(t *testing.T) *exec.Cmd {
	t.Helper()
	cache, err := os.UserCacheDir()
	harness.Check(t, err)
	target := filepath.Join(cache, "posthorn-test", "rust")
	build := command(t, "cargo", "build", "--quiet", "--target-dir", target)
	build.Dir = "rust"
	run(t, build)
	return command(t, filepath.Join(target, "debug", "posthorn-client-walk"))
}

func command(t *testing.T, name string, arguments ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return exec.CommandContext(ctx, name, arguments...)
}

func run(t *testing.T, program *exec.Cmd) {
	t.Helper()
	if output, err := program.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", filepath.Base(program.Path), err, output)
	}
}
