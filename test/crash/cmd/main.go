// Command cmd is the long crash test: go run ./test/crash/cmd -duration 10m. It exits with 0 if the
// promise was kept, 1 if the run could not be carried out, and 3 if a promise was broken.
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
	os.Exit(crash.Main(ctx, os.Args[1:], os.Stdout))
}
