package load

import (
	"syscall"
	"time"
)

// nap sleeps for d. Go's own timers wake up to a millisecond late when the process is idle, because
// the poller waits in whole milliseconds; the kernel's are twenty times as exact, and at a fixed rate
// the difference would be charged to the server.
func nap(d time.Duration) {
	pause := syscall.NsecToTimespec(int64(d))
	_ = syscall.Nanosleep(&pause, nil) // cut short by a signal: the caller looks at the time again
}
