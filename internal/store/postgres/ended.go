package postgres

import (
	"context"
	"net"
	"syscall"

	"github.com/jackc/pgx/v5"
)

// usable is asked for each connection that leaves a pool. After a restart of the server, or when a proxy turned to another
// one, the pools are full of connections that the other side has ended; the pool itself asks only those that were idle
// for a second. To look costs no exchange with the server. A server that is gone without a word is noticed elsewhere.
func usable(_ context.Context, conn *pgx.Conn) (bool, error) {
	return !ended(conn.PgConn().Conn()), nil
}

// ended reports whether the other side has closed the connection, or has said something although nobody asked it, as a
// server does when it takes its leave. Nothing is read.
func ended(conn net.Conn) bool {
	if secured, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = secured.NetConn()
	}
	if watched, ok := conn.(watchedConn); ok {
		conn = watched.Conn
	}
	socket, ok := conn.(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return true
	}
	gone := false
	// Not raw.Read: it waits until nobody else reads, and after a long write a reader of pgx may be left, which waits for
	// the answer to the next question.
	err = raw.Control(func(fd uintptr) { gone = !quiet(fd) })
	return gone || err != nil
}
