package httpd

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// The bounds of a connection.
const (
	HeaderTimeout = 10 * time.Second // for the header section to arrive
	BodyTimeout   = 60 * time.Second // for the header section and a body to arrive that no handler reads
	WriteTimeout  = 90 * time.Second // from the header section's arrival to the end of the answer
	IdleTimeout   = 2 * time.Minute  // between requests of a connection
	MaxHeaders    = 100              // lines of a header section
	MaxHeaderSize = 64 << 10         // bytes of a header section
	MaxStreams    = 250              // of one HTTP/2 connection at a time
)

// giveUpHeaders is the size of a header section at which net/http stops reading and answers by itself, in
// plain text. Up to there we read on, to answer in a form that client libraries understand.
const giveUpHeaders = 4 * MaxHeaderSize

// Config is what a Server is built from.
type Config struct {
	Listener net.Listener
	TLS      *tls.Config // nil is plain HTTP
	Most     int         // connections open at a time; zero is no bound
	Handler  http.Handler
	Log      *slog.Logger
}

// Server serves one listener.
type Server struct {
	listener *limiter
	server   http.Server
	ready    chan struct{}
	stop     chan struct{}
	stopping sync.Once
	handling sync.RWMutex // held for reading by every request in a handler, also when its connection is cut
}

// New returns a server that owns the listener from now on.
func New(c Config) *Server {
	s := &Server{
		listener: newLimiter(c.Listener, c.Most), ready: make(chan struct{}), stop: make(chan struct{}),
		server: http.Server{
			TLSConfig:         c.TLS,
			ReadHeaderTimeout: HeaderTimeout,
			ReadTimeout:       BodyTimeout,
			WriteTimeout:      WriteTimeout,
			IdleTimeout:       IdleTimeout,
			MaxHeaderBytes:    giveUpHeaders,
			ErrorLog:          slog.NewLogLogger(c.Log.Handler(), slog.LevelDebug),
			HTTP2: &http.HTTP2Config{
				MaxConcurrentStreams: MaxStreams, SendPingTimeout: IdleTimeout, PingTimeout: HeaderTimeout,
			},
		},
	}
	s.server.ConnState = s.listener.note
	s.server.Handler = s.awaited(lingering(guard(c.Handler, c.Log)))
	return s
}

// awaited lets Run wait for handlers, which http.Server does not do once it was closed.
func (s *Server) awaited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.handling.RLock()
		defer s.handling.RUnlock()
		next.ServeHTTP(w, r)
	})
}

// Ready is closed once requests are served.
func (s *Server) Ready() <-chan struct{} { return s.ready }

// Addr returns where the server listens.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// Stop makes Run take no new requests and return once those under way are answered. It does not wait
// and may be called more than once.
func (s *Server) Stop() { s.stopping.Do(func() { close(s.stop) }) }

// Run serves until Stop is called, and then until the last request is answered. A context that ends
// cuts off what is left; what its handlers still do, Run waits for.
func (s *Server) Run(ctx context.Context) error {
	served := make(chan error, 1)
	go func() { served <- s.serve() }()
	close(s.ready) // the listener takes connections from before we did
	select {
	case err := <-served:
		return err
	case <-s.stop:
	case <-ctx.Done():
	}
	if s.server.Shutdown(ctx) != nil {
		_ = s.server.Close() // out of time: what is left is cut off, which is what was asked for
	}
	err := <-served
	s.handling.Lock()   // nobody is in a handler any more
	s.handling.Unlock() //nolint:staticcheck // that was all
	if !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func (s *Server) serve() error {
	if s.server.TLSConfig != nil {
		return s.server.ServeTLS(s.listener, "", "")
	}
	return s.server.Serve(s.listener)
}
