package sink

import (
	"bufio"
	"bytes"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/posthorn/posthorn/internal/bench/rawhttp"
)

// conn is one connection from the server under test. Each keeps its own list, so that noting an
// arrival contends with nobody.
type conn struct {
	sink *Sink
	net  net.Conn

	mu       sync.Mutex
	arrivals []Arrival

	id, timestamp, signatures []byte // of the request being read
}

// answer is all that a receiver has to say.
var answer = []byte("HTTP/1.1 204 No Content\r\n\r\n") //nolint:gochecknoglobals // a constant in all but type

// serve answers requests until the connection ends.
func (c *conn) serve() {
	defer c.sink.ended(c)
	read := bufio.NewReaderSize(c.net, 8<<10)
	head := rawhttp.Head{Header: c.header}
	var body []byte
	for {
		c.id = c.id[:0]
		if err := head.Read(read, head.First); err != nil {
			return
		}
		at := c.sink.options.Elapsed()
		var err error
		if body, err = head.Body(read, body); err != nil {
			return
		}
		c.take(head.First, body, at)
		if _, err := c.net.Write(answer); err != nil {
			return
		}
	}
}

// header keeps the headers that name and sign the message, under either of their usual prefixes.
func (c *conn) header(name, value []byte) {
	switch {
	case bytes.EqualFold(name, []byte("webhook-id")), bytes.EqualFold(name, []byte("svix-id")):
		c.id = append(c.id[:0], value...)
	case c.sink.options.Verify == nil:
	case bytes.EqualFold(name, []byte("webhook-timestamp")), bytes.EqualFold(name, []byte("svix-timestamp")):
		c.timestamp = append(c.timestamp[:0], value...)
	case bytes.EqualFold(name, []byte("webhook-signature")), bytes.EqualFold(name, []byte("svix-signature")):
		c.signatures = append(c.signatures[:0], value...)
	}
}

// take notes one request, checks it if asked to, and hangs if its endpoint is one that does.
func (c *conn) take(line, body []byte, at time.Duration) {
	endpoint := endpointOf(line)
	c.mu.Lock()
	c.arrivals = append(c.arrivals, Arrival{Message: Key(c.id), Endpoint: int32(endpoint), At: at})
	c.mu.Unlock()
	if v := c.sink.options.Verify; v != nil && !v(string(c.id), string(c.timestamp), string(c.signatures), body) {
		c.sink.unsigned.Add(1)
	}
	if endpoint >= c.sink.options.HangFrom {
		c.sink.held.Add(1)
		c.hang()
		return
	}
	c.sink.received.Add(1)
}

// hang waits as a receiver does that never gets round to answering.
func (c *conn) hang() {
	timer := time.NewTimer(c.sink.options.HangFor)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.sink.release:
	}
}

// appendTo appends what has arrived here to all.
func (c *conn) appendTo(all []Arrival) []Arrival {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append(all, c.arrivals...)
}

// endpointOf returns the number in a request line such as "POST /17 HTTP/1.1".
func endpointOf(line []byte) int {
	_, rest, _ := bytes.Cut(line, []byte(" /"))
	number, _, _ := bytes.Cut(rest, []byte(" "))
	n, err := strconv.ParseInt(string(number), 10, 32)
	if err != nil {
		return -1
	}
	return int(n)
}
