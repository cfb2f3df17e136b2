package process_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
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

func TestFamilyHasTheTimeOfWhoeverEnded(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("this system has no /proc")
	}
	// The shell's child burns time and has ended by the time that the shell is ready.
	spec := shell(`sh -c 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done'; touch "$0"; exec sleep 60`)
	done := filepath.Join(t.TempDir(), "done")
	cmd := exec.CommandContext(t.Context(), spec.Path, append(spec.Args, done)...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	wait(t, done)

	alone, err := process.Read(cmd.Process.Pid)
	family, familyErr := process.Family(cmd.Process.Pid)
	_, strange := process.Parent(cmd.Process.Pid, "postgres")

	if err != nil || familyErr != nil || family < alone.CPUSeconds+0.02 {
		t.Errorf("alone %v s, with its child %v s, errors %v and %v", alone.CPUSeconds, family, err, familyErr)
	}
	if strange == nil {
		t.Error("takes a shell for PostgreSQL")
	}
}

func wait(t *testing.T, file string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		if _, err := os.Stat(file); err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("it does not come")
		}
	}
}
