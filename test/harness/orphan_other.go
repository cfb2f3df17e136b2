//go:build !linux

package harness

import "syscall"

// endsWithUs is empty where the kernel does not know how to end a process with its parent.
func endsWithUs() *syscall.SysProcAttr { return nil }
