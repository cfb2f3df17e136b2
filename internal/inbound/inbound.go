// Package inbound is the address that other people's webhooks are sent to. It turns HTTP into what receive judges and
// back, and bounds what a sender may cost: the size of a body, the time that it takes to come, and what an answer can
// be made to say. Who may send is for receive to know.
package inbound

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/httpbody"
	"github.com/posthorn/posthorn/internal/membudget"
	"github.com/posthorn/posthorn/internal/receive"
)

// Path is what the addresses of sources begin with.
const Path = "/in/"

// Receiver judges and stores. receive.Service is one; its errors are of type *receive.Refusal.
type Receiver interface {
	Open(ctx context.Context, r *receive.Request) (*receive.Door, error)
	TooLarge(d *receive.Door, r *receive.Request) error
	MalformedCompression(d *receive.Door, r *receive.Request) error
	Receive(ctx context.Context, d *receive.Door, r *receive.Request) (receive.Answer, error)
}

// Handler serves the addresses of all sources.
type Handler struct {
	Receiver Receiver
	// PublicURL is where people reach this server. Signatures that cover the address are checked against it, never
	// against what a proxy or a forged Host header says (hostile input S14).
	PublicURL string
	// Budget is the memory that bodies share with everything else that requests hold; nil is without bound.
	Budget *membudget.Budget
	// Raw is where every request is logged as it came, without credentials; nil logs none.
	Raw *slog.Logger
}

// ServeHTTP takes one webhook.
func (h Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	key, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, Path), "/")
	if rest != "" {
		key = "" // nothing is below an address; an empty key is as unknown as any other
	}
	request := h.requestOf(r, key)
	d, answer, err := h.take(w, r, request)
	if err != nil {
		refuse(w, err)
	} else {
		say(w, answer)
	}
	if h.Raw != nil {
		h.logRaw(r.Context(), d, request, answer, err)
	}
}

// take has a request judged, and what is good stored. Its door is nil if there is no such source.
func (h Handler) take(w http.ResponseWriter, r *http.Request, request *receive.Request) (*receive.Door, receive.Answer, error) {
	d, err := h.Receiver.Open(r.Context(), request)
	if err != nil {
		return d, receive.Answer{}, err
	}
	lease := h.Budget.Lease(membudget.Owner{Kind: membudget.Source, Key: int64(d.Key())})
	defer lease.Release()
	request.Body, err = httpbody.Read(w, r, d.MaxBody(), &lease)
	if err != nil {
		w.Header().Set("Connection", "close")
		return d, receive.Answer{}, h.wrongBody(d, request, err)
	}
	answer, err := h.Receiver.Receive(r.Context(), d, request)
	return d, answer, err
}

func (h Handler) requestOf(r *http.Request, key string) *receive.Request {
	address := strings.TrimSuffix(h.PublicURL, "/") + Path + key
	if strings.HasSuffix(r.URL.Path, "/") { // as it was given to the provider
		address += "/"
	}
	return &receive.Request{
		Key: key, URL: address, Method: r.Method, Query: r.URL.RawQuery, Header: r.Header, Length: r.ContentLength, Remote: remoteOf(r),
	}
}

// remoteOf returns the address at the other end of the connection. What a header says about it is not believed.
func remoteOf(r *http.Request) netip.Addr {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return at.Addr().Unmap()
}

// brokenBody is why a body did not arrive completely. The cause may be the network, so it is not counted for the source.
type brokenBody struct {
	status       int
	code, detail string
}

func (b *brokenBody) Error() string { return b.detail }

// wrongBody returns the error about a body that did not come as it should.
func (h Handler) wrongBody(d *receive.Door, r *receive.Request, err error) error {
	switch {
	case errors.Is(err, httpbody.ErrTooLarge):
		return h.Receiver.TooLarge(d, r)
	case fault.KindOf(err) == fault.Unavailable:
		return &receive.Refusal{
			Kind: fault.Unavailable, Cause: membudget.Code, Wait: membudget.RetryAfter,
			Detail: "There is no memory for this body right now: send it again later.",
		}
	case errors.Is(err, httpbody.ErrTooSlow):
		return &brokenBody{http.StatusRequestTimeout, "too_slow", "The body took too long to arrive."}
	case errors.Is(err, httpbody.ErrCompression):
		return h.Receiver.MalformedCompression(d, r)
	}
	return &brokenBody{http.StatusBadRequest, "incomplete_body", "The body ended before it was complete."}
}
