package consumer

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/posthorn/posthorn/internal/provider"
)

// open reads and judges a request. If there is no event to be taken, it has answered and returns false.
func (g *gate) open(ctx context.Context, w http.ResponseWriter, r *http.Request) (Event, bool) {
	check := g.checkOf(r)
	if e := r.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		w.Header().Set("Accept-Encoding", "identity") // what is supported (RFC 7694, section 3)
		g.refuse(ctx, w, http.StatusUnsupportedMediaType, provider.Refuse(provider.WrongType, "header Content-Encoding"))
		return Event{}, false
	}
	var err error
	if check.Request.Body, err = g.read(ctx, w, r); err != nil {
		w.Header().Set("Connection", "close")
		g.refuse(ctx, w, bodyStatus(err), errBody)
		return Event{}, false
	}
	verdict, err := g.provider.Judge(ctx, check)
	switch {
	case err != nil:
		g.refuse(ctx, w, g.refusalStatus(w, err), err)
		return Event{}, false
	case verdict.Reply != nil:
		g.greet(ctx, w, check, verdict.Reply)
		return Event{}, false
	}
	return eventOf(g.provider, check, verdict), true
}

func (g *gate) checkOf(r *http.Request) *provider.Check {
	return &provider.Check{
		Request: provider.Request{
			Method: r.Method, PublicURL: g.publicURL, Query: r.URL.RawQuery, Header: r.Header, ReceivedAt: g.clock.Now(),
		},
		Secrets: *g.secrets.Load(), Options: g.options, Keys: g.keys,
	}
}

// errBody stands for whatever is wrong with a body; the cause is in the status.
var errBody = errors.New("body is too large, too slow or incomplete")

// atOnce is how much memory is taken because a header says so, before anything has come.
const atOnce = 64 << 10

// read reads a bounded body before the deadline.
func (g *gate) read(ctx context.Context, w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.ContentLength > g.maxBody {
		return nil, &http.MaxBytesError{Limit: g.maxBody}
	}
	connection := http.NewResponseController(w)
	stop := context.AfterFunc(ctx, func() {
		_ = connection.SetReadDeadline(time.Unix(1, 0)) // in the past: a read that waits ends now
	})
	defer stop()
	var body bytes.Buffer
	if n := min(r.ContentLength, atOnce); n > 0 {
		body.Grow(int(n) + bytes.MinRead)
	}
	_, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, g.maxBody))
	if err == nil {
		err = ctx.Err()
	}
	return body.Bytes(), err
}

func bodyStatus(err error) int {
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusRequestTimeout
}
