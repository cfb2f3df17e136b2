package hostile_test

import (
	"testing"

	"github.com/posthorn/posthorn/test/harness"
)

// staysSmall checks the largest size that the process has had. The bound has room for the race detector, which takes
// several times as much, and for a busy machine, on which its collector comes late: 205 to 254 MiB were measured for the hostile
// answers alone, 349 beside other tests. What it is there to find are gigabytes.
func staysSmall(t *testing.T, pid int) {
	t.Helper()
	const bound = 512 << 20 // bytes
	peak, ok := harness.PeakMemoryOf(pid)
	if !ok {
		t.Log("this system does not say how large a process has been")
		return
	}
	t.Logf("the server was at most %d MiB large", peak>>20)
	if peak > bound {
		t.Errorf("the server grew to %d bytes, want at most %d", peak, int64(bound))
	}
}
