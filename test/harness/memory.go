package harness

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
)

// StartLimited is Start for a server whose process may have at most limit bytes of writable memory, as in a container
// of that size. Past the limit an allocation fails and the Go runtime ends the process with "out of memory", so that a
// test sees Exited, or a refused connection, instead of a machine that swaps.
//
// The limit is RLIMIT_DATA ("ulimit -d"), which counts private writable mappings. RLIMIT_AS ("ulimit -v") would count
// the address space that the runtime reserves and never touches as well: more than 1 GB in an idle process. Mappings
// that the collector has given back to the kernel still count. An idle server needs about 160 MiB; 512 MiB leave room
// for the collector, which may let the heap grow to twice its live size.
//
// The program is always built without the race detector, whose shadow memory alone is larger than any useful limit.
func StartLimited(t testing.TB, limit int64, settings ...string) *Server {
	t.Helper()
	s := NewLimited(t, limit, settings...)
	s.Restart()
	return s
}

// NewLimited is StartLimited without the start.
func NewLimited(t testing.TB, limit int64, settings ...string) *Server {
	t.Helper()
	s := New(t, settings...)
	s.Binary, s.memoryLimit = plainBinary(t), limit
	return s
}

// PeakMemory returns the largest resident size, in bytes, that the process of the running server has had. It reports
// false on a system that does not say.
func (s *Server) PeakMemory() (peak int64, ok bool) { return PeakMemoryOf(s.PID()) }

// PeakMemoryOf is PeakMemory for any process.
func PeakMemoryOf(pid int) (peak int64, ok bool) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(status)) {
		var kib int64
		if _, err := fmt.Sscanf(line, "VmHWM: %d kB", &kib); err == nil {
			return kib << 10, true
		}
	}
	return 0, false
}

// StartWithOpenFiles is Start for a server whose process may have at most n files and connections open ("ulimit -n").
func StartWithOpenFiles(t testing.TB, n int, settings ...string) *Server {
	t.Helper()
	s := New(t, settings...)
	s.openFiles = n
	s.Restart()
	return s
}

// command returns the command line that starts the server, under its limits if it has any.
func (s *Server) command() (name string, args []string) {
	limits := ""
	if s.memoryLimit != 0 {
		limits += "ulimit -d " + strconv.FormatInt(s.memoryLimit>>10, 10) + " && " // the unit of ulimit is KiB
	}
	if s.openFiles != 0 {
		limits += "ulimit -n " + strconv.Itoa(s.openFiles) + " && "
	}
	if limits == "" {
		return s.Binary, []string{"serve"}
	}
	return "/bin/sh", []string{"-c", limits + `exec "$0" serve`, s.Binary}
}

// plainBinary returns the path of a binary without the race detector.
func plainBinary(t testing.TB) string {
	t.Helper()
	if os.Getenv(envRace) != "1" || os.Getenv(envBinary) != "" {
		return Binary(t)
	}
	path, err := builtPlain()
	if err != nil {
		t.Fatalf("build posthorn: %v", err)
	}
	return path
}
