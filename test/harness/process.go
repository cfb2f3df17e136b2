package harness

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/posthorn/posthorn/test/port"
)

// Result is how a command ended.
type Result struct {
	Code           int
	Stdout, Stderr string
}

// Run runs the binary with args until it ends by itself, in an environment that holds only settings.
// It is for commands other than serve, and for a serve that must refuse to start.
func Run(t testing.TB, settings []string, args ...string) Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), Patience)
	defer cancel()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, Binary(t), args...)
	cmd.Dir, cmd.Env = t.TempDir(), append(environment(), settings...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatalf("run posthorn %v: %v", args, err)
	}
	if ctx.Err() != nil {
		t.Fatalf("posthorn %v has not ended within %s\n%s", args, Patience, stderr.String())
	}
	return Result{Code: cmd.ProcessState.ExitCode(), Stdout: stdout.String(), Stderr: stderr.String()}
}

// environment holds what a process needs and nothing that would configure posthorn or its proxies, so
// that a developer's own settings do not leak into a test.
func environment() []string {
	var kept []string
	for _, key := range []string{"PATH", "HOME", "TMPDIR", "GORACE", "GOCOVERDIR"} {
		if value, ok := os.LookupEnv(key); ok {
			kept = append(kept, key+"="+value)
		}
	}
	return kept
}

// freeAddress returns a loopback address that is this test's alone until it ends, whether a server listens there or not.
func freeAddress(t testing.TB) string {
	t.Helper()
	number, giveBack, err := port.Lend()
	Check(t, err)
	t.Cleanup(giveBack)
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(number))
}

func tail(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return "[...]" + text[len(text)-limit:]
}
