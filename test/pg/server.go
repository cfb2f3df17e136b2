package pg

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/posthorn/posthorn/test/port"
)

// Server is a private PostgreSQL server.
type Server struct {
	base string // URL of the maintenance database

	bin, data, log string
	port           int
	owner          *syscall.Credential
	giveBack       func()         // the port
	guard          io.WriteCloser // closing it ends the server
}

// NewServer starts a server for one test, that it may stop and kill.
func NewServer(tb testing.TB) *Server {
	tb.Helper()
	return begin(tb, empty)
}

func begin(tb testing.TB, fill func(*Server) error) *Server {
	tb.Helper()
	s, err := start(fill)
	if err != nil {
		without(tb, err)
	}
	tb.Cleanup(func() {
		_ = s.pgCtl("stop", "-m", "immediate")
		_ = s.guard.Close()
		_ = os.RemoveAll(filepath.Dir(s.data))
		s.giveBack()
	})
	return s
}

// Create makes an empty database and returns its URL.
func (s *Server) Create(tb testing.TB, name string) string {
	tb.Helper()
	s.exec(tb, "CREATE DATABASE "+name+" TEMPLATE template0")
	return s.URL(name)
}

// Start starts a server that was stopped or killed.
func (s *Server) Start(tb testing.TB) {
	tb.Helper()
	if err := s.launch(); err != nil {
		tb.Fatal(err)
	}
}

// Stop ends the server in good order: whoever is connected is cut off.
func (s *Server) Stop(tb testing.TB) {
	tb.Helper()
	if err := s.pgCtl("stop", "-m", "fast", "-w"); err != nil {
		tb.Fatal(err)
	}
}

// Kill ends the server as a crash does: it recovers at the next start.
func (s *Server) Kill(tb testing.TB) {
	tb.Helper()
	if err := s.pgCtl("stop", "-m", "immediate", "-w"); err != nil {
		tb.Fatal(err)
	}
}

// settings are production's where it matters, and small.
const settings = `
listen_addresses = '127.0.0.1'
shared_buffers = 64MB
max_connections = 200
fsync = on
full_page_writes = on
synchronous_commit = on
max_wal_size = 512MB
log_min_messages = warning
timezone = 'UTC'
`

// start makes a server in a folder of its own, with what fill puts into it, and starts it.
func start(fill func(*Server) error) (*Server, error) {
	bin, err := newestBinaries()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "posthorn-pg-")
	if err != nil {
		return nil, err
	}
	s := &Server{bin: bin, data: filepath.Join(dir, "data"), log: filepath.Join(dir, "log")}
	if err := s.own(dir); err != nil {
		return nil, err
	}
	if err := s.watch(dir); err != nil {
		return nil, err
	}
	if s.port, s.giveBack, err = port.LendToDatabase(); err != nil {
		return nil, err
	}
	s.base = fmt.Sprintf("postgres://posthorn@127.0.0.1:%d/postgres?sslmode=disable", s.port)
	if err := fill(s); err != nil {
		return nil, err
	}
	return s, errors.Join(s.configure(), s.launch())
}

// empty fills a server with nothing.
func empty(s *Server) error {
	return s.run("initdb", "-D", s.data, "-U", "posthorn", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions")
}

// configure appends to the settings: of two that are the same, the last one counts.
func (s *Server) configure() error {
	more := settings + fmt.Sprintf("port = %d\nunix_socket_directories = '%s'\n", s.port, filepath.Dir(s.data))
	file, err := os.OpenFile(filepath.Join(s.data, "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = file.WriteString(more)
	return errors.Join(err, file.Close())
}

// newestBinaries finds the newest server of those that Debian installs beside each other, or the one in PATH.
func newestBinaries() (string, error) {
	all, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err == nil && len(all) > 0 {
		return filepath.Dir(slices.MaxFunc(all, func(a, b string) int { return release(a) - release(b) })), nil
	}
	path, err := exec.LookPath("initdb")
	return filepath.Dir(path), err
}

func release(path string) int {
	n, _ := strconv.Atoi(strings.Split(path, "/")[4])
	return n
}

// own chooses who owns the server: PostgreSQL refuses to run as root.
func (s *Server) own(dir string) error {
	if os.Getuid() != 0 {
		return nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.ParseUint(u.Uid, 10, 32)
		gid, _ := strconv.ParseUint(u.Gid, 10, 32)
		s.owner = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		return os.Chown(dir, int(uid), int(gid)) //nolint:gosec // small numbers
	}
	return errors.New("there is neither a user postgres nor nobody to run it")
}

// watch starts a shell that stops the server and removes its folder once this process is gone, killed or not:
// then the pipe to it closes.
func (s *Server) watch(dir string) error {
	script := `cat >/dev/null; "$0" stop -D "$1/data" -m immediate >/dev/null 2>&1; rm -rf "$1"`
	guard := s.command("sh", "-c", script, filepath.Join(s.bin, "pg_ctl"), dir)
	guard.SysProcAttr.Setpgid = true // not ended with us by the terminal
	var err error
	if s.guard, err = guard.StdinPipe(); err != nil {
		return err
	}
	return guard.Start()
}

func (s *Server) launch() error { return s.pgCtl("start", "-l", s.log, "-w", "-t", "60") }

func (s *Server) pgCtl(what string, more ...string) error {
	return s.run("pg_ctl", append([]string{what, "-D", s.data}, more...)...)
}

// run runs a program of PostgreSQL. Its output goes to a file, for a server that it starts keeps it open.
func (s *Server) run(program string, arguments ...string) error {
	out, err := os.CreateTemp("", "posthorn-pg-output-")
	if err != nil {
		return err
	}
	defer os.Remove(out.Name()) //nolint:errcheck // a temporary file
	defer out.Close()           //nolint:errcheck // only read from here on
	cmd := s.command(filepath.Join(s.bin, program), arguments...)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Run(); err != nil {
		said, _ := os.ReadFile(out.Name())
		return fmt.Errorf("%s %s: %w: %s", program, arguments[0], err, bytes.TrimSpace(said))
	}
	return nil
}

func (s *Server) command(name string, arguments ...string) *exec.Cmd {
	cmd := exec.Command(name, arguments...) //nolint:gosec // a fixed program
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.owner}
	cmd.Dir = "/"
	return cmd
}
