// Package takeover reads somebody else's server over HTTP, for who moves from there to here. It is an edge of
// its own, since a use case knows no HTTP. It talks to the one server that the operator names.
package takeover

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/secret"
)

// Client asks a server that speaks the Svix API.
type Client struct {
	base  *url.URL
	token secret.String
	http  *http.Client
	wait  func(context.Context, time.Duration) error
}

const (
	patience   = 30 * time.Second // for one answer
	mostAnswer = 64 << 20         // bytes of one
)

// New returns a client of the server at base, such as "https://api.eu.svix.com". Over plain http the token would be
// everybody's on the way: that is refused unless the caller wants it, or the server is on this machine.
func New(base string, token secret.String, plainHTTP bool) (*Client, error) {
	u, err := url.Parse(strings.TrimSuffix(base, "/"))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil {
		return nil, fault.In("url", "bad_url", "Give the address of the server, such as https://api.eu.svix.com, with --url.")
	}
	if u.Scheme == "http" && !plainHTTP && !isLoopback(u.Hostname()) {
		return nil, fault.In("url", "token_in_clear", "Over http the token would go to %s in clear, and what is taken over would come back so: use https, "+
			"or give --insecure-http if everything on the way is yours.", u.Host)
	}
	return &Client{base: u, token: token, wait: wait, http: &http.Client{
		Timeout: patience,
		// The token is for the server that was named and for no other.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// isLoopback reports whether the host can be no other machine. RFC 6761, section 6.3, keeps the name for this one.
func isLoopback(host string) bool {
	at, err := netip.ParseAddr(host)
	return err == nil && at.Unmap().IsLoopback() || strings.EqualFold(host, "localhost")
}

// tries is how often a request is made that the server cannot answer now.
const tries = 8

// get asks for what is at a path and reads it into answer.
func (c *Client) get(ctx context.Context, query url.Values, answer any, path ...string) error {
	at := c.base.JoinPath(append([]string{"api", "v1"}, path...)...)
	at.RawQuery = query.Encode()
	for try := 1; ; try++ {
		pause, err := c.try(ctx, at, answer)
		if err == nil || pause < 0 || try == tries || ctx.Err() != nil {
			return err
		}
		if pause == 0 {
			pause = firstPause << try
		}
		if err := c.wait(ctx, min(pause, longestPause)); err != nil {
			return err
		}
	}
}

// How long to wait if the server does not say, doubled with every try, and at most.
const (
	firstPause   = 250 * time.Millisecond
	longestPause = 5 * time.Minute
)

func wait(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// never is the pause after an answer that will not get better.
const never time.Duration = -1

// try makes one request. If it fails, pause says when to try again: zero is when the caller likes.
func (c *Client) try(ctx context.Context, at *url.URL, answer any) (pause time.Duration, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return never, err
	}
	request.Header.Set("Authorization", "Bearer "+c.token.Reveal())
	request.Header.Set("Accept", "application/json")
	response, err := c.http.Do(request)
	if err != nil {
		return 0, away(at, err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return c.refusal(at, response)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, mostAnswer))
	if err != nil {
		return 0, away(at, err)
	}
	if json.Unmarshal(body, answer) != nil { // the cause may quote a secret
		return never, fault.New(fault.Unavailable, "source_unclear", "%s%s answered with something that is not the Svix API: check --url.", at.Host, at.Path)
	}
	return 0, nil
}

func away(at *url.URL, cause error) error {
	var inside *url.Error
	if errors.As(cause, &inside) {
		cause = inside.Err
	}
	return fault.New(fault.Unavailable, "source_away", "%s does not answer: check --url and the network, and run this again; what is taken over already is kept.",
		at.Host).Because(cause)
}

// refusal turns an answer that is not 200 into an error and when to try again.
func (c *Client) refusal(at *url.URL, response *http.Response) (time.Duration, error) {
	switch status := response.StatusCode; {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return never, fault.New(fault.Unauthenticated, "source_refuses", "%s refuses the token: give one that may read everything.", at.Host)
	case status == http.StatusTooManyRequests || status >= http.StatusInternalServerError:
		seconds, err := strconv.Atoi(response.Header.Get("Retry-After"))
		if err != nil || seconds < 0 {
			seconds = 0
		}
		return time.Duration(seconds) * time.Second, fault.New(fault.Unavailable, "source_busy",
			"%s answered %d again and again: run this again later; what is taken over already is kept.", at.Host, status)
	case status == http.StatusNotFound:
		return never, fault.New(fault.NotFound, "source_missing", "%s has nothing at %s: check --url.", at.Host, at.Path)
	default:
		return never, fault.New(fault.Unavailable, "source_unclear", "%s answered %s to a question about %s: check --url.", at.Host, strconv.Itoa(status), at.Path)
	}
}
