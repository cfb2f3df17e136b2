package egress

import (
	"context"
	"io"
	"maps"
	"net/http"
	"net/http/httptrace"
	"strings"
	"time"
)

// Do makes one attempt. Give ctx the deadline of the whole attempt: name, connection, handshake,
// answer and body all count towards it.
//
// One call puts at most one request on the wire. net/http by itself would repeat a request on another
// connection when a kept one turns out to be dead, if it believes that nobody minds: the method is
// GET, or the headers have an Idempotency-Key, or (over HTTP/2) whenever the body can be rewound. The
// receiver may then see two requests where we log one attempt. A body that cannot be rewound prevents
// all of that: when Body is set and GetBody is not, also for a body of no bytes, net/http repeats
// nothing that began to leave. A connection that died is then a failed attempt, which says so in Stale, and the caller
// decides about the next.
//
// No redirect is followed: the next address would get the body and the signature of the first.
func (c *Client) Do(ctx context.Context, r Request) Response {
	began := c.config.Clock.Steady()
	run := newCall(ctx, r.Body)
	g := c.current.Load()
	response := c.do(run, g, r, began)
	wait := response.Timing.Wait
	response.Timing = run.measured()
	response.Timing.Wait = wait
	response.Timing.Total = c.config.Clock.Steady() - began
	return response
}

func (c *Client) do(run *call, g *generation, r Request, began time.Duration) Response {
	if rule := g.policy.verdict(r.Target); rule != permitted {
		return failure(run, rule.refuse(nil))
	}
	// RoundTrip and not http.Client, whose work (redirects, cookies, user info, timers) is unwanted here.
	answer, err := g.of(r).RoundTrip(newRequest(run, r)) //nolint:bodyclose // read closes it
	if err != nil {
		response := failure(run, err)
		response.Stale = response.Outcome == Disconnected && run.unanswered() && !rejected(err)
		return response
	}
	waited := c.config.Clock.Steady() - began
	response := c.read(run, answer, c.config.Clock.Now())
	response.Timing.Wait = waited
	return response
}

// newRequest builds the request around the parsed URL and the shared body.
func newRequest(run *call, r Request) *http.Request {
	request := &http.Request{
		Method:        r.Method,
		URL:           r.Target.url,
		Header:        identity(r.Header),
		Body:          io.NopCloser(&run.Reader), // this very type makes net/http send headers and body in one write
		ContentLength: int64(len(r.Body)),
	}
	if r.Method == "" {
		request.Method = http.MethodPost
	}
	return request.WithContext(httptrace.WithClientTrace(run, &run.trace))
}

const acceptEncoding = "Accept-Encoding"

// identity returns h with "Accept-Encoding: identity". The caller's map may be in use by others and
// is never written to.
func identity(h http.Header) http.Header {
	if v := h[acceptEncoding]; len(v) == 1 && v[0] == "identity" {
		return h
	}
	added := maps.Clone(h)
	if added == nil {
		added = make(http.Header, 1)
	}
	added[acceptEncoding] = []string{"identity"}
	return added
}

// read turns an answer into a response and lets go of its connection.
func (c *Client) read(run *call, answer *http.Response, now time.Time) Response {
	if !wellFormed(answer) {
		run.hangUp(answer)
		return Response{Outcome: Protocol, Detail: sentenceOf(Protocol)}
	}
	response := Response{Outcome: Answered, Status: answer.StatusCode}
	response.RetryAfter, _ = RetryAfter(answer.Header, now)
	response.Header = snapshot(answer.Header)
	response.Body, response.Truncated = c.readBody(answer)
	return response
}

// wellFormed refuses what net/http lets through: a version that is not spoken on the connection, statuses that
// do not exist, a switch to a protocol that nobody asked for, and a body that a 204 must not announce (RFC 9110
// section 8.6).
func wellFormed(answer *http.Response) bool {
	status := answer.StatusCode
	if answer.ProtoMajor != spoken(answer) || status < 200 || status > 599 {
		return false
	}
	if status != http.StatusNoContent {
		return true
	}
	length := strings.Trim(answer.Header.Get("Content-Length"), "0")
	return length == "" && len(answer.TransferEncoding) == 0
}

// spoken returns the version that is spoken on the connection of an answer: HTTP/2 only where TLS agreed on it
// (RFC 9113 section 3.2), whatever a status line says.
func spoken(answer *http.Response) int {
	if answer.TLS != nil && answer.TLS.NegotiatedProtocol == "h2" {
		return 2
	}
	return 1
}
