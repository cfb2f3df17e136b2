package egress

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync"
)

// call is one run of Do: its context, its request body and what was seen of its connection, in one
// allocation. The dialer finds it by the context, whose values net/http carries into a dial.
type call struct {
	context.Context //nolint:containedctx // it is a context itself, for the length of one Do
	bytes.Reader
	trace httptrace.ClientTrace

	mu     sync.Mutex // a dial may go on, and measure, after its request has ended
	timing Timing
	conn   net.Conn
	reused bool
	began  bool // to be answered
}

type callKey struct{}

// newCall returns the call for one attempt under ctx.
func newCall(ctx context.Context, body []byte) *call {
	c := &call{Context: ctx}
	c.Reset(body)
	c.trace.GotConn, c.trace.GotFirstResponseByte = c.gotConn, c.gotByte
	return c
}

// Value returns the call itself for callKey, and else what the caller's context holds.
func (c *call) Value(key any) any {
	if _, ok := key.(callKey); ok {
		return c
	}
	return c.Context.Value(key)
}

func (c *call) gotConn(info httptrace.GotConnInfo) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.conn, c.reused = info.Conn, info.Reused
}

func (c *call) gotByte() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.began = true
}

// unanswered reports whether a kept connection served the call and no byte of an answer came.
func (c *call) unanswered() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.reused && !c.began
}

// hangUp closes the connection under a bad answer. Closing the answer's body does it only if there is
// one; without a body net/http keeps the connection, whatever came after the headers. An HTTP/2
// connection has other requests on it, and frames that keep them apart, so it stays.
func (c *call) hangUp(answer *http.Response) {
	_ = answer.Body.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	if spoken(answer) == 1 && c.conn != nil {
		_ = c.conn.Close()
	}
}

// measured returns the dialer's timing if its connection served this call.
func (c *call) measured() Timing {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.reused {
		return Timing{}
	}
	return c.timing
}

// record lets note write into the timing of the call that ctx belongs to, if any.
func record(ctx context.Context, note func(*Timing)) {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		c.mu.Lock()
		defer c.mu.Unlock()
		note(&c.timing)
	}
}
