package postgres

import (
	"context"
	"net"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// mostSilence is how long the server may say nothing while it is asked something, or take nothing while it is told
// something, before its connection counts as dead. A network that swallows packets tells neither side, and who reads
// without a deadline, as a walk over the catalog may, would wait for ever. No statement of a running store takes that
// long without a row; migrations may, so that the watch begins after them.
const mostSilence = 15 * time.Second

// silence is how long connections bear it, in nanoseconds; zero is for ever.
type silence struct{ atomic.Int64 }

// over returns a dialer whose connections bear no longer silence.
func (s *silence) over(dial pgconn.DialFunc) pgconn.DialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return watchedConn{conn, s}, nil
	}
}

// watchedConn is closed when a read or a write of it takes too long.
type watchedConn struct {
	net.Conn
	most *silence
}

// Read implements net.Conn.
func (c watchedConn) Read(b []byte) (int, error) {
	defer c.watch()()
	return c.Conn.Read(b)
}

// Write implements net.Conn.
func (c watchedConn) Write(b []byte) (int, error) {
	defer c.watch()()
	return c.Conn.Write(b)
}

// watch does not set deadlines, which are the driver's.
func (c watchedConn) watch() (end func()) {
	most := time.Duration(c.most.Load())
	if most == 0 {
		return func() {}
	}
	timer := time.AfterFunc(most, func() { _ = c.Close() })
	return func() { timer.Stop() }
}
