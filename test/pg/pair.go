package pg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Pair is a server and its synchronous standby: what is committed is on both.
type Pair struct{ Primary, Standby *Server }

// NewPair starts two servers for one test.
func NewPair(tb testing.TB) *Pair {
	tb.Helper()
	p := &Pair{Primary: NewServer(tb)}
	if err := p.bind(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	p.Standby = begin(tb, p.copy)
	p.await(tb)
	return p
}

// bind makes commits wait until a standby has flushed them too. Copies made from now on do as well.
func (p *Pair) bind(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, p.Primary.base)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "ALTER SYSTEM SET synchronous_standby_names = '*'")
	_, reload := conn.Exec(ctx, "SELECT pg_reload_conf()")
	return errors.Join(err, reload, conn.Close(ctx))
}

// URL returns the URL of a database on whichever of the two can be written to.
func (p *Pair) URL(database string) string {
	return fmt.Sprintf("postgres://posthorn@127.0.0.1:%d,127.0.0.1:%d/%s?sslmode=disable&target_session_attrs=read-write",
		p.Primary.port, p.Standby.port, database)
}

// Fail ends the primary as kill -9 does and makes the standby the one to write to. Commits wait until there is a
// standby again.
func (p *Pair) Fail(tb testing.TB) {
	tb.Helper()
	p.Primary.crash(tb)
	if err := p.Standby.pgCtl("promote", "-w"); err != nil {
		tb.Fatal(err)
	}
	p.Primary, p.Standby = p.Standby, p.Primary
}

// Mend makes the server that failed follow the other one, with a new copy of it.
func (p *Pair) Mend(tb testing.TB) {
	tb.Helper()
	lost := p.Standby
	// Its lock names a process that counts as alive until somebody has asked how it ended.
	socket := filepath.Join(filepath.Dir(lost.data), fmt.Sprintf(".s.PGSQL.%d", lost.port))
	_, _ = os.Remove(socket), os.Remove(socket+".lock")
	err := errors.Join(os.RemoveAll(lost.data), p.copy(lost), lost.configure())
	if err == nil {
		err = lost.launch()
	}
	if err != nil {
		text, _ := os.ReadFile(lost.log)
		tb.Fatalf("%v\n%s", err, text)
	}
	p.await(tb)
}

// copy fills a server with a copy of the primary that follows it.
func (p *Pair) copy(s *Server) error {
	return s.run("pg_basebackup", "-D", s.data, "-d", p.Primary.base, "-R", "-X", "stream", "-c", "fast", "--no-sync")
}

// crash kills the first process of a server. The others notice and go.
func (s *Server) crash(tb testing.TB) {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join(s.data, "postmaster.pid"))
	if err != nil {
		tb.Fatal(err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	if err == nil {
		err = syscall.Kill(pid, syscall.SIGKILL)
	}
	if err != nil {
		tb.Fatal(err)
	}
}

// await returns once commits on the primary wait for the standby.
func (p *Pair) await(tb testing.TB) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if in, err := p.inStep(ctx); err == nil && in {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			text, _ := os.ReadFile(p.Standby.log)
			tb.Fatalf("the standby does not follow within a minute:\n%s", text)
		}
	}
}

func (p *Pair) inStep(ctx context.Context) (in bool, err error) {
	conn, err := pgx.Connect(ctx, p.Primary.base)
	if err != nil {
		return false, err
	}
	err = conn.QueryRow(ctx, "SELECT count(*) > 0 FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')").Scan(&in)
	return in, errors.Join(err, conn.Close(ctx))
}
