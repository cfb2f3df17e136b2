package harness

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// Patience is how long anything is waited for before a test fails. It is generous because it only
// ends a test that has failed already.
const Patience = 30 * time.Second

// farewell is how long a server may take to end after a signal. On a busy machine it may need all of its own limits
// one after the other: 20 s in which requests end (30 s unless a test sets it), 5 s to say goodbye to the other nodes,
// and 10 s for a store that does not answer.
const farewell = 60 * time.Second

// AdminToken is the admin token of every server, unless the given environment says otherwise.
const AdminToken = "ph_test_only_admin_token_000001"

// Server is one posthorn process with a data folder and a port of its own. Its methods that take no
// testing.TB fail the test that started it, so they are for that test's goroutine.
type Server struct {
	URL   string // such as http://127.0.0.1:23456, without a path; the same after a restart
	Token string
	Data  string
	// Database are the settings that name what the server works on, for commands beside it.
	Database []string
	// Binary is the program; another than the usual one may be set before the start.
	Binary string

	t       testing.TB
	env     []string
	logPath string
	client  *http.Client
	proc    *process

	memoryLimit int64 // bytes; 0 for none, see StartLimited
	openFiles   int   // 0 for the limit of the test, see StartWithOpenFiles
}

type process struct {
	cmd    *exec.Cmd
	exited chan struct{} // closed once cmd.Wait has returned
}

// Start runs `posthorn serve` and returns once it is ready. The settings are KEY=value pairs that are
// added to the environment; a later pair wins. The server is stopped when the test ends, must then
// exit with 0, and its log is printed only if the test has failed.
func Start(t testing.TB, settings ...string) *Server {
	t.Helper()
	s := New(t, settings...)
	s.Restart()
	return s
}

// New is Start without the start: for several servers that start at once, see Launch and AwaitReady.
func New(t testing.TB, settings ...string) *Server {
	t.Helper()
	dir := t.TempDir()
	listen := freeAddress(t)
	s := &Server{
		URL:     "http://" + listen,
		Token:   AdminToken,
		Data:    filepath.Join(dir, "data"),
		Binary:  Binary(t),
		t:       t,
		logPath: filepath.Join(dir, "posthorn.log"),
		client:  &http.Client{Timeout: Patience, Transport: &http.Transport{MaxIdleConnsPerHost: 16}},
	}
	s.env = append(environment(),
		"POSTHORN_LISTEN="+listen,
		"POSTHORN_ADMIN_TOKEN="+AdminToken,
		"POSTHORN_ALLOW_NETWORKS=127.0.0.0/8",
	)
	s.Database = append([]string{"POSTHORN_DATA=" + s.Data}, engine(t)...)
	s.env = append(append(s.env, s.Database...), settings...)
	t.Cleanup(s.cleanUp)
	return s
}

// Restart starts the server on the same data and the same port, after Stop or Kill, and waits until
// it is ready.
func (s *Server) Restart() {
	s.t.Helper()
	s.Launch()
	s.AwaitReady()
}

// AwaitReady returns once the server that was launched is ready.
func (s *Server) AwaitReady() {
	s.t.Helper()
	if err := s.awaitReady(); err != nil {
		s.t.Fatalf("posthorn does not become ready: %v", err)
	}
}

// Launch is Restart without the wait, for tests that measure or disturb the start.
func (s *Server) Launch() {
	s.t.Helper()
	if s.proc != nil {
		s.t.Fatal("the server runs already")
	}
	log, err := os.OpenFile(s.logPath, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = log.Close() }() // the process has its own copy
	// The context is not the test's, which ends before the clean-up that drains the server.
	name, args := s.command()
	cmd := exec.CommandContext(context.WithoutCancel(s.t.Context()), name, args...)
	cmd.Dir, cmd.Env = filepath.Dir(s.logPath), s.env
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = endsWithUs()
	if err := cmd.Start(); err != nil {
		s.t.Fatalf("start posthorn: %v", err)
	}
	s.proc = watch(cmd)
}

func watch(cmd *exec.Cmd) *process {
	p := &process{cmd: cmd, exited: make(chan struct{})}
	go func() {
		defer close(p.exited)
		_ = cmd.Wait() // the exit code is read from ProcessState
	}()
	return p
}

func (s *Server) awaitReady() error {
	ctx, cancel := context.WithTimeout(s.t.Context(), Patience)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if s.ready(ctx) {
			return nil
		}
		select {
		case <-tick.C:
		case <-s.proc.exited:
			return fmt.Errorf("it exited with %d", s.forget())
		case <-ctx.Done():
			return fmt.Errorf("no 200 from /readyz within %s", Patience)
		}
	}
}

func (s *Server) ready(ctx context.Context) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/readyz", nil)
	if err != nil {
		return false
	}
	res, err := s.client.Do(req)
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// Stop sends SIGTERM, waits until the server has drained and ended, and returns its exit code.
func (s *Server) Stop() int {
	s.t.Helper()
	s.Signal(syscall.SIGTERM)
	return s.awaitExit()
}

// Kill ends the process as kill -9 does and waits until it is gone.
func (s *Server) Kill() {
	s.t.Helper()
	s.Signal(syscall.SIGKILL)
	s.awaitExit()
}

// Signal sends sig and returns at once.
func (s *Server) Signal(sig os.Signal) {
	s.t.Helper()
	if s.proc == nil {
		s.t.Fatal("the server does not run")
	}
	_ = s.proc.cmd.Process.Signal(sig) // it may have ended by itself a moment ago
}

// Exited reports whether the process that was started is gone. Await its exit code then.
func (s *Server) Exited() bool {
	select {
	case <-s.proc.exited:
		return true
	default:
		return false
	}
}

// Await waits until the server has ended, for tests that send the signals themselves, and returns its exit code.
func (s *Server) Await() int {
	s.t.Helper()
	return s.awaitExit()
}

// PID returns the process id of the running server.
func (s *Server) PID() int { return s.proc.cmd.Process.Pid }

func (s *Server) awaitExit() int {
	s.t.Helper()
	timer := time.NewTimer(farewell)
	defer timer.Stop()
	select {
	case <-s.proc.exited:
	case <-timer.C:
		s.t.Errorf("posthorn has not ended %s after the signal", farewell)
		_ = s.proc.cmd.Process.Signal(syscall.SIGQUIT) // it writes what it waits for to its log
		<-s.proc.exited
	}
	s.client.CloseIdleConnections()
	return s.forget()
}

func (s *Server) forget() int {
	code := s.proc.cmd.ProcessState.ExitCode()
	s.proc = nil
	return code
}

func (s *Server) cleanUp() {
	if s.proc != nil {
		if code := s.Stop(); code != 0 {
			s.t.Errorf("posthorn exited with %d after SIGTERM, want 0", code)
		}
	}
	if s.t.Failed() {
		s.t.Logf("the end of posthorn's log:\n%s", tail(s.Log(), 96<<10))
	}
}

// Log returns all that the server has written to its standard output and error so far.
func (s *Server) Log() string {
	log, err := os.ReadFile(s.logPath)
	if err != nil {
		return err.Error()
	}
	return string(log)
}
