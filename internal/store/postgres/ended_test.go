package postgres_test

import (
	"net"
	"runtime"
	"testing"

	"github.com/posthorn/posthorn/internal/store/postgres"
)

// ends returns the two ends of a connection over TCP.
func ends(t *testing.T) (near, far net.Conn) {
	t.Helper()
	var config net.ListenConfig
	l, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	check(t, err)
	defer l.Close() //nolint:errcheck // it has done its work
	var d net.Dialer
	near, err = d.DialContext(t.Context(), "tcp", l.Addr().String())
	check(t, err)
	far, err = l.Accept()
	check(t, err)
	t.Cleanup(func() { _, _ = near.Close(), far.Close() })
	return near, far
}

func TestConnectionIsLookedAtAlsoWhileSomebodyReads(t *testing.T) {
	t.Parallel()
	near, far := ends(t)
	read := make(chan error, 1)
	go func() { // as the driver's background reader does, which a long write leaves behind
		_, err := near.Read(make([]byte, 1))
		read <- err
	}()

	for range 100 {
		if postgres.Ended(near) {
			t.Fatal("it is taken for ended")
		}
		runtime.Gosched() // to the reader
	}

	_, err := far.Write([]byte("x"))
	check(t, err)
	check(t, <-read)
}

func TestEndOfAConnectionIsSeen(t *testing.T) {
	t.Parallel()
	near, far := ends(t)
	check(t, far.Close())

	for !postgres.Ended(near) { // the end is on its way
		runtime.Gosched()
	}
}
