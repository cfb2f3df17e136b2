package postgres_test

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/store/postgres"
)

// wire returns both ends of a connection of which near is watched.
func wire(t *testing.T, most time.Duration) (near, far net.Conn) {
	t.Helper()
	a, far := net.Pipe()
	near, err := postgres.Watched(func(context.Context, string, string) (net.Conn, error) { return a, nil }, most)(t.Context(), "tcp", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = near.Close(), far.Close() })
	return near, far
}

func TestServerThatSaysNothingIsGivenUp(t *testing.T) {
	t.Parallel()
	for name, use := range map[string]func(net.Conn) error{
		"read":  func(c net.Conn) error { _, err := c.Read(make([]byte, 1)); return err },
		"write": func(c net.Conn) error { _, err := c.Write([]byte{1}); return err },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				near, _ := wire(t, postgres.MostSilence)
				began := time.Now()

				err := use(near)

				if took := time.Since(began); err == nil || took != postgres.MostSilence {
					t.Errorf("got %v after %s", err, took)
				}
				if !errors.Is(err, io.ErrClosedPipe) { // a socket's is net.ErrClosed
					t.Errorf("got %v", err)
				}
			})
		})
	}
	if got := postgres.Translate("read", net.ErrClosed); fault.KindOf(got) != fault.Unavailable {
		t.Errorf("it is told as %v", got)
	}
}

func TestServerThatAnswersLateIsHeard(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ most, wait time.Duration }{
		"within the time":      {postgres.MostSilence, postgres.MostSilence - time.Second},
		"while nobody watches": {0, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				near, far := wire(t, c.most)
				time.AfterFunc(c.wait, func() { _, _ = far.Write([]byte("late")) })
				b := make([]byte, 4)

				n, err := near.Read(b)

				if err != nil || string(b[:n]) != "late" {
					t.Errorf("got %q, %v", b[:n], err)
				}
			})
		})
	}
}
