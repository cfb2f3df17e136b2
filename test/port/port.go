// Package port lends loopback ports to the servers of tests. Between the choice of a free port and the moment a
// server listens on it, and again while a test has its server down, nobody listens there: another test, often of
// another process, would take it, and one would ask the other's server. It exists so that a port has one owner.
package port

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
)

// The two kinds of servers stay below the range from which Linux takes the ports of outgoing connections
// (ip_local_port_range, from 32768): while a server is down, a client that tries to reach it would sooner or later be
// given its port, and meet itself there. And they stay clear of the ports of other services, from 25672 on, to which nothing
// is sent: a receiver of a test has a lent port, too.
const (
	databases, posthorns, end = 12000, 20000, 25600
)

// Lend returns a port for a Posthorn on which nobody listens, and which no other test of this machine is lent until
// giveBack is called or this process ends.
func Lend() (port int, giveBack func(), err error) { return lend(posthorns, end) }

// LendToDatabase is Lend for a PostgreSQL.
func LendToDatabase() (port int, giveBack func(), err error) { return lend(databases, posthorns) }

func lend(low, high int) (port int, giveBack func(), err error) {
	for range 200 {
		port = low + rand.IntN(high-low)
		if giveBack, err = take(port); err == nil {
			return port, giveBack, nil
		}
	}
	return 0, nil, fmt.Errorf("no free loopback port between %d and %d: %w", low, high, err)
}

// take locks the port among tests and sees whether anybody else listens there. The lock ends with the process.
func take(port int) (giveBack func(), err error) {
	dir := filepath.Join(os.TempDir(), "posthorn-test-ports")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(filepath.Join(dir, strconv.Itoa(port)), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err == nil {
		err = free(port)
	}
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return sync.OnceFunc(func() { _ = file.Close() }), nil
}

func free(port int) error {
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return err
	}
	return l.Close()
}
