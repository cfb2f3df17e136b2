package harness

import "syscall"

// endsWithUs has the kernel kill a server whose test process is gone, also when that was killed itself.
func endsWithUs() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
