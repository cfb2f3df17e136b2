// Package process starts, measures and ends the programs that the benchmark looks at. What is measured
// runs in a process of its own, so that its memory and processor time can be told from the
// benchmark's.
package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
)

// Spec says what to start.
type Spec struct {
	Path   string
	Args   []string
	Env    []string // the whole environment: settings of the caller's shell must not change a figure
	Ready  string   // address that answers 200 once the program is ready
	Within time.Duration
	Grace  time.Duration // how long it may take to end by itself
	Clock  clock.Clock
}

// Child is a program that runs.
type Child struct {
	ReadyAfter time.Duration // from its start to its first ready answer

	spec   Spec
	cmd    *exec.Cmd
	output *tail
	ended  chan struct{}
}

// Start starts a program and returns once it is ready. If it ends before that, or is not ready in
// time, the error carries the end of what it wrote.
func Start(ctx context.Context, spec Spec) (*Child, error) {
	c := &Child{spec: spec, output: &tail{}, ended: make(chan struct{})}
	// It outlives the context of its start: it is ended by Stop or Kill.
	c.cmd = exec.CommandContext(context.WithoutCancel(ctx), spec.Path, spec.Args...)
	c.cmd.Env, c.cmd.Stdout, c.cmd.Stderr = spec.Env, c.output, c.output
	c.cmd.WaitDelay = time.Second // its own children may keep our end of the pipe open
	began := spec.Clock.Now()
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", spec.Path, err)
	}
	go func() {
		_ = c.cmd.Wait() // how it ended is seen by whoever still needed it
		close(c.ended)
	}()
	if err := c.awaitReady(ctx); err != nil {
		c.Kill()
		return nil, fmt.Errorf("%w; it wrote:\n%s", err, c.output)
	}
	c.ReadyAfter = spec.Clock.Now().Sub(began)
	return c, nil
}

// awaitReady asks every other millisecond whether the program is ready.
func (c *Child) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, c.spec.Within, errors.New("the program is not ready in time"))
	defer cancel()
	client := http.Client{Transport: &http.Transport{}, Timeout: 2 * time.Second}
	defer client.CloseIdleConnections()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !isReady(ctx, &client, c.spec.Ready) {
		select {
		case <-tick.C:
		case <-c.ended:
			return fmt.Errorf("the program ended before it was ready (%v)", c.cmd.ProcessState)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// isReady says whether url answers 200.
func isReady(ctx context.Context, client *http.Client, url string) bool {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return false
	}
	answer, err := client.Do(r)
	if err != nil {
		return false
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<16))
	_ = answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

// PID returns the program's process id.
func (c *Child) PID() int { return c.cmd.Process.Pid }

// Stop asks the program to end, waits for its grace, and then ends it.
func (c *Child) Stop() {
	_ = c.cmd.Process.Signal(syscall.SIGTERM)
	timer := time.NewTimer(c.spec.Grace)
	defer timer.Stop()
	select {
	case <-c.ended:
	case <-timer.C:
		c.Kill()
	}
}

// Kill ends the program without warning and waits for its end.
func (c *Child) Kill() {
	_ = c.cmd.Process.Kill()
	<-c.ended
}

// FreeAddress returns a loopback address on which nobody listens right now. It stays below the ports
// that Linux gives to outgoing connections (ip_local_port_range starts at 32768), so that none of the
// benchmark's own connections takes the address while a server is down.
func FreeAddress(ctx context.Context) (string, error) {
	var lc net.ListenConfig
	var err error
	for range 100 {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(20000+rand.IntN(12000)))
		var l net.Listener
		if l, err = lc.Listen(ctx, "tcp", address); err == nil {
			return address, l.Close()
		}
	}
	return "", fmt.Errorf("look for a free port: %w", err)
}

// Size returns the size of the program at path.
func Size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}
