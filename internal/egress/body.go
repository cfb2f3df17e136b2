package egress

import (
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
)

const (
	drainBytes = 48 << 10               // what is read and thrown away to keep a connection in use
	drainTime  = 250 * time.Millisecond // and how long that may take; a new connection costs about as much
)

// readBody returns what is kept of the body and whether that is all of it. Reading to the end keeps the connection; a rest that is too long or too slow costs the receiver its connection, and us nothing.
func (c *Client) readBody(answer *http.Response) (kept []byte, truncated hook.Truncation) {
	body := answer.Body
	defer func() { _ = body.Close() }()
	if answer.ContentLength == 0 || body == http.NoBody {
		return nil, hook.NotTruncated
	}
	pooled, ok := c.buffers.Get().(*[]byte)
	if !ok {
		return nil, hook.NotTruncated
	}
	defer c.buffers.Put(pooled)
	n, err := fill(*pooled, body) // one byte more than is kept, so that the end of a body that fits is seen
	kept = append(kept, (*pooled)[:min(n, c.config.KeepBody)]...)
	switch {
	case err == nil:
		drain(answer, int64(n))
		return kept, hook.AtLimit
	case n > c.config.KeepBody:
		return kept, hook.AtLimit
	case errors.Is(err, io.EOF):
		return kept, hook.NotTruncated
	}
	return kept, hook.BrokenOff
}

// fill reads until buffer is full or r ends. Unlike io.ReadFull it returns r's own error, which tells
// a body that ended from one that broke off.
func fill(buffer []byte, r io.Reader) (n int, err error) {
	for n < len(buffer) && err == nil {
		var m int
		m, err = r.Read(buffer[n:])
		n += m
	}
	return n, err
}

// drain reads the rest of a body if it is worth it.
func drain(answer *http.Response, read int64) {
	if answer.ContentLength-read > drainBytes {
		return
	}
	late := time.AfterFunc(drainTime, func() { _ = answer.Body.Close() })
	defer late.Stop()
	_, _ = io.CopyN(io.Discard, answer.Body, drainBytes+1)
}
