package harness_test

import (
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/test/harness"
)

func TestServerStartedWithAMemoryLimitIsReadyAndLimited(t *testing.T) {
	t.Parallel()
	const limit = 512 << 20 // bytes

	s := harness.StartLimited(t, limit)

	harness.Equal(t, "health", s.Do(t, http.MethodGet, "/api/v1/health", nil).Status, http.StatusOK)
	limits, err := os.ReadFile("/proc/" + strconv.Itoa(s.PID()) + "/limits")
	if err != nil {
		t.Skip("this system does not list the limits of a process")
	}
	want := "Max data size" + strings.Repeat(" ", 13) + strconv.Itoa(limit)
	if !strings.Contains(string(limits), want) {
		t.Errorf("the limits of the process do not contain %q:\n%s", want, limits)
	}
	if peak, ok := s.PeakMemory(); !ok || peak <= 0 || peak > limit {
		t.Errorf("peak memory is %d, %v; want more than 0 and at most %d bytes", peak, ok, limit)
	}
}
