package crash_test

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/test/crash"
	"github.com/posthorn/posthorn/test/harness"
)

// TestMain lets the test binary be the driver, which runs in a process of its own.
func TestMain(m *testing.M) {
	switch {
	case len(os.Args) > 1 && os.Args[1] == "drive":
		os.Exit(crash.Main(context.Background(), os.Args[2:], os.Stdout))
	case len(os.Args) > 5 && os.Args[1] == "serve":
		serveFake(os.Args[3], os.Args[5])
	default:
		os.Exit(m.Run())
	}
}

//nolint:paralleltest // two servers under load on one machine would only slow each other down
func TestNothingAcknowledgedIsLostWhenTheProcessIsKilled(t *testing.T) {
	args := []string{"-binary", harness.Binary(t), "-kills", "6"}
	if long := os.Getenv("POSTHORN_TEST_CRASH_TIME"); long != "" {
		args = append(args, "-duration", long, "-drain", "10m")
	}

	code, output := drive(t, args...)

	if code != 0 {
		t.Fatalf("exit code %d\n%s", code, output)
	}
}

// The control: a server that acknowledges before it commits must be caught, or the test above would
// prove nothing.
//
//nolint:paralleltest // as above
func TestAcknowledgingBeforeTheCommitIsCaught(t *testing.T) {
	binary := harness.BinaryWith(t, "posthorn_ack_before_commit")

	code, output := drive(t, "-binary", binary, "-kills", "3", "-rate", "0", "-patience", "4s")

	if code != 3 || !strings.Contains(output, crash.RuleUnlisted) {
		t.Fatalf("exit code %d\n%s", code, output)
	}
	if strings.Contains(output, "msg_0000000000") {
		t.Error("what was acknowledged is no message: the control is caught for that, not for a loss")
	}
}

func drive(t *testing.T, args ...string) (code int, output string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, append([]string{"drive", "-keep", t.TempDir()}, args...)...)
	text, _ := cmd.CombinedOutput() // a failure shows in the exit code
	t.Logf("%s", text)
	return cmd.ProcessState.ExitCode(), string(text)
}
