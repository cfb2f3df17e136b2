package demo

import (
	"context"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
)

// receiver takes webhooks on a free port of this machine.
type receiver struct {
	url    string
	got    chan arrival
	server *http.Server
	ended  chan struct{}
}

func receive(ctx context.Context) (*receiver, error) {
	var c net.ListenConfig
	listener, err := c.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fault.New(fault.Unavailable, "cannot_listen", "No port of this machine can be listened on.").Because(err)
	}
	r := &receiver{url: "http://" + listener.Addr().String() + "/webhooks", got: make(chan arrival, 1), ended: make(chan struct{})}
	r.server = &http.Server{Handler: http.HandlerFunc(r.take), ReadHeaderTimeout: 5 * time.Second}
	go func() {
		defer close(r.ended)
		_ = r.server.Serve(listener) // it ends when it is closed
	}()
	return r, nil
}

func (r *receiver) take(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(io.LimitReader(req.Body, 1<<20))
	if err != nil {
		return // the sender went away
	}
	select {
	case r.got <- arrival{path: req.URL.Path, header: req.Header, body: body}:
	default: // one is enough
	}
	w.WriteHeader(http.StatusNoContent)
}

func (r *receiver) close() {
	_ = r.server.Close() // nothing is under way that matters
	<-r.ended
}
