package rawhttp

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"strconv"
	"time"
)

// Client is one connection that sends prepared requests and reads their answers, one at a time. It
// dials when needed and again after any error. It is not safe for concurrent use.
type Client struct {
	Address string
	Timeout time.Duration // of one whole exchange
	Now     func() time.Time

	conn  net.Conn
	read  *bufio.Reader
	first []byte
	body  []byte
}

// Do sends the bytes of one request and returns the answer's status and body. The body is valid until
// the next call. After an error it is unknown whether the request was carried out.
func (c *Client) Do(ctx context.Context, request []byte) (int, []byte, error) {
	if err := c.dial(ctx); err != nil {
		return 0, nil, err
	}
	status, body, err := c.exchange(request)
	if err != nil {
		c.Close()
	}
	return status, body, err
}

// dial connects unless a connection is open.
func (c *Client) dial(ctx context.Context) error {
	if c.conn != nil {
		return nil
	}
	dialer := net.Dialer{Timeout: c.Timeout}
	conn, err := dialer.DialContext(ctx, "tcp", c.Address)
	if err != nil {
		return fmt.Errorf("connect to the server: %w", err)
	}
	c.conn = conn
	c.read = bufio.NewReaderSize(conn, 8<<10)
	return nil
}

// exchange writes the request and reads the answer.
func (c *Client) exchange(request []byte) (int, []byte, error) {
	if err := c.conn.SetDeadline(c.Now().Add(c.Timeout)); err != nil {
		return 0, nil, err
	}
	if _, err := c.conn.Write(request); err != nil {
		return 0, nil, fmt.Errorf("send request: %w", err)
	}
	var head Head
	if err := head.Read(c.read, c.first); err != nil {
		return 0, nil, fmt.Errorf("read answer: %w", unexpected(err))
	}
	c.first = head.First
	status, err := statusOf(head.First)
	if err != nil {
		return 0, nil, err
	}
	if status == 204 {
		return status, nil, c.closeIf(head.close)
	}
	body, err := head.Body(c.read, c.body)
	if err != nil {
		return 0, nil, fmt.Errorf("read answer: %w", err)
	}
	c.body = body
	return status, body, c.closeIf(head.close)
}

// closeIf closes the connection when the server said that it will.
func (c *Client) closeIf(asked bool) error {
	if asked {
		c.Close()
	}
	return nil
}

// Close drops the connection, if there is one.
func (c *Client) Close() {
	if c.conn != nil {
		_ = c.conn.Close() // nothing is pending on it: the exchange is over or has failed
		c.conn = nil
	}
}

// statusOf returns the number in a status line such as "HTTP/1.1 202 Accepted".
func statusOf(line []byte) (int, error) {
	parts := bytes.SplitN(line, []byte(" "), 3)
	if len(parts) < 2 || !bytes.HasPrefix(parts[0], []byte("HTTP/1.")) {
		return 0, errBadHead
	}
	status, err := strconv.Atoi(string(parts[1]))
	if err != nil || status < 200 || status > 599 {
		return 0, errBadHead
	}
	return status, nil
}
