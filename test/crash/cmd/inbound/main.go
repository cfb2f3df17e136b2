// Command inbound is the long crash test of the receiving side: go run ./test/crash/cmd/inbound -duration 10m. Its
// exit codes are those of the one above it.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/posthorn/posthorn/test/crash" //nolint:depguard // this command is a test, not the program
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(crash.MainIntake(ctx, os.Args[1:], os.Stdout))
}
