package process_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/bench/process"
	"github.com/posthorn/posthorn/internal/clock"
)

func TestProgramThatEndsBeforeItIsReadySaysWhy(t *testing.T) {
	t.Parallel()
	spec := shell("echo the port is taken; exit 3")

	_, err := process.Start(t.Context(), spec)

	if err == nil || !strings.Contains(err.Error(), "the port is taken") || !strings.Contains(err.Error(), "exit status 3") {
		t.Fatalf("error %v", err)
	}
}

func TestProgramThatIsNeverReadyIsEnded(t *testing.T) {
	t.Parallel()
	spec := shell("sleep 60")
	spec.Within = 50 * time.Millisecond

	_, err := process.Start(t.Context(), spec)

	if err == nil || !strings.Contains(err.Error(), "not ready in time") {
		t.Fatalf("error %v", err)
	}
}

func TestUsageOfARunningProcessIsRead(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/self/status"); err != nil {
		t.Skip("this system has no /proc")
	}

	usage, err := process.Read(os.Getpid())

	if err != nil || usage.RSSBytes < 1<<20 || usage.PeakRSSBytes < usage.RSSBytes {
		t.Fatalf("usage %+v, error %v", usage, err)
	}
}

func TestUsageOfAProcessThatDoesNotExistIsAnError(t *testing.T) {
	t.Parallel()

	_, err := process.Read(1 << 30)

	if err == nil {
		t.Fatal("no error")
	}
}

func shell(script string) process.Spec {
	return process.Spec{
		Path: "/bin/sh", Args: []string{"-c", script}, Ready: "http://127.0.0.1:1/readyz",
		Within: 10 * time.Second, Grace: time.Second, Clock: clock.Clock{},
	}
}
