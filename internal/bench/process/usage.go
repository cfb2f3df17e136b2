package process

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// ticksPerSecond is the unit of processor time in /proc/PID/stat: USER_HZ, which is 100 on every
// architecture that Go supports on Linux (proc_pid_stat(5), sysconf(3)).
const ticksPerSecond = 100

// Usage is what a process holds and has used.
type Usage struct {
	RSSBytes     int64   `json:"rssBytes"`     // resident memory now
	PeakRSSBytes int64   `json:"peakRssBytes"` // the most it has ever been
	CPUSeconds   float64 `json:"cpuSeconds"`   // user and system time
}

// Read returns the usage of process pid, as /proc tells it (proc_pid_status(5)). Where there is no
// /proc it returns an error and a figure is simply missing.
func Read(pid int) (Usage, error) {
	var u Usage
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return u, fmt.Errorf("read memory of process %d: %w", pid, err)
	}
	u.RSSBytes, u.PeakRSSBytes = kilobytes(status, "VmRSS:"), kilobytes(status, "VmHWM:")
	stat, err := readStat(pid)
	u.CPUSeconds = stat.cpuSeconds()
	return u, err
}

// Add returns the usage of both together.
func (u Usage) Add(other Usage) Usage {
	return Usage{
		RSSBytes: u.RSSBytes + other.RSSBytes, PeakRSSBytes: u.PeakRSSBytes + other.PeakRSSBytes,
		CPUSeconds: u.CPUSeconds + other.CPUSeconds,
	}
}

// kilobytes returns the value of a line such as "VmRSS:  1234 kB", in bytes.
func kilobytes(status []byte, name string) int64 {
	for line := range bytes.Lines(status) {
		if rest, ok := strings.CutPrefix(string(line), name); ok {
			n, _ := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			return n << 10
		}
	}
	return 0
}
