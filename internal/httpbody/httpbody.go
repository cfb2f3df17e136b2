// Package httpbody reads bodies of requests into memory within bounds: of their size, before and after they are
// decompressed, of the time that they take to arrive, and of the memory that all requests share.
package httpbody

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/membudget"
)

// Timeout is how long a body may take to arrive.
const Timeout = 10 * time.Second

// Accepted are the content codings that Read decodes, as the header Accept-Encoding of a 415 lists them (RFC 7694).
const Accepted = "gzip, identity"

// Why a body was not read, beside the errors of package membudget.
var (
	ErrTooLarge    = errors.New("httpbody: the body is too large")
	ErrTooSlow     = errors.New("httpbody: the body took too long to arrive")
	ErrIncomplete  = errors.New("httpbody: the body ended before it was complete")
	ErrCompression = errors.New("httpbody: the body is not in the compression that its header names")
)

// firstRead is how much memory a body gets before any of it has arrived. A stated length costs nothing to send.
const firstRead = membudget.Free

// inflater is the memory that decompressing takes beside the result.
const inflater = 64 << 10

// Supported reports whether Read decodes the content coding of these headers.
func Supported(h http.Header) bool {
	switch coding(h) {
	case "", "identity", "gzip", "x-gzip":
		return true
	}
	return false
}

func coding(h http.Header) string {
	switch values := h["Content-Encoding"]; len(values) {
	case 0:
		return ""
	case 1:
		return strings.ToLower(strings.TrimSpace(values[0]))
	}
	return "several"
}

func compressed(h http.Header) bool {
	c := coding(h)
	return c == "gzip" || c == "x-gzip"
}

// Read returns the body, decompressed if it came compressed, in memory of its own. It may have at most limit bytes, both as
// it came and decompressed, and must arrive within Timeout. The lease grows with the memory that is taken. The coding of the
// headers must be supported.
func Read(w http.ResponseWriter, r *http.Request, limit int64, lease *membudget.Lease) ([]byte, error) {
	if r.ContentLength == 0 || r.Body == nil || r.Body == http.NoBody {
		return []byte{}, nil
	}
	if r.ContentLength > limit {
		return nil, ErrTooLarge
	}
	connection := http.NewResponseController(w)
	// The result is ignored here and below: a recorder of a test has no deadlines.
	_ = connection.SetReadDeadline(time.Now().Add(Timeout)) //nolint:forbidigo // deadlines of connections are set on the machine's own, steady clock
	body, err := read(r, limit, lease)
	if err != nil {
		return nil, reason(err)
	}
	_ = connection.SetReadDeadline(time.Time{}) // it would cancel the context of a handler that works for longer
	return body, nil
}

func read(r *http.Request, limit int64, lease *membudget.Lease) ([]byte, error) {
	if compressed(r.Header) {
		return inflate(r, limit, lease)
	}
	if r.ContentLength > 0 {
		return readStated(r.Body, r.ContentLength, lease)
	}
	return readUntil(r.Body, limit, lease)
}

// reason returns the error of this package that err amounts to. Errors of the budget stay as they are.
func reason(err error) error {
	var ours *fault.Error
	var slow net.Error
	var corrupt flate.CorruptInputError
	switch {
	case errors.As(err, &ours), errors.Is(err, ErrTooLarge):
		return err
	case errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &slow) && slow.Timeout():
		return ErrTooSlow
	case errors.As(err, &corrupt), errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum):
		return ErrCompression
	}
	return fmt.Errorf("%w: %w", ErrIncomplete, err)
}

// readStated reads a body of a stated length. Its memory doubles as it fills.
func readStated(from io.Reader, length int64, lease *membudget.Lease) ([]byte, error) {
	body, err := grow(nil, min(length, firstRead), lease)
	if err != nil {
		return nil, err
	}
	for filled := 0; ; {
		if _, err := io.ReadFull(from, body[filled:]); err != nil || int64(len(body)) == length {
			return body, err
		}
		filled = len(body)
		longer, err := grow(body, min(length, 2*int64(filled)), lease)
		if err != nil {
			return nil, err
		}
		body = longer
	}
}

// readUntil reads to the end of a body of unknown length, of at most limit bytes.
func readUntil(from io.Reader, limit int64, lease *membudget.Lease) ([]byte, error) {
	body, err := grow(nil, min(limit+1, firstRead/4), lease)
	if err != nil {
		return nil, err
	}
	for filled := 0; ; {
		n, err := from.Read(body[filled:])
		filled += n
		switch {
		case int64(filled) > limit:
			return nil, ErrTooLarge
		case errors.Is(err, io.EOF):
			return trim(body[:filled]), nil
		case err != nil:
			return nil, err
		case filled < len(body):
			continue
		}
		if body, err = grow(body, min(limit+1, 2*int64(filled)), lease); err != nil {
			return nil, err
		}
	}
}

// grow returns the body in memory of so many bytes, once the lease holds them.
func grow(body []byte, size int64, lease *membudget.Lease) ([]byte, error) {
	if err := lease.Add(size - int64(len(body))); err != nil {
		return nil, err
	}
	longer := make([]byte, size)
	copy(longer, body)
	return longer, nil
}

// trim returns the body in memory of its own if what it lies in is longer by more than a quarter: bodies may be kept for
// long.
func trim(body []byte) []byte {
	if cap(body)-len(body) <= len(body)/4 {
		return body
	}
	return bytes.Clone(body)
}

// inflate reads a body that comes compressed by gzip.
func inflate(r *http.Request, limit int64, lease *membudget.Lease) ([]byte, error) {
	if err := lease.Add(inflater); err != nil {
		return nil, err
	}
	in := &bounded{from: r.Body, left: limit}
	body, err := gunzip(in, limit, lease)
	if in.ended && errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return nil, ErrCompression // all of the body arrived, and it is no complete gzip
	}
	return body, err
}

func gunzip(in io.Reader, limit int64, lease *membudget.Lease) ([]byte, error) {
	z, err := gzip.NewReader(in)
	if err != nil {
		return nil, err
	}
	return readUntil(z, limit, lease)
}

// bounded fails with ErrTooLarge behind a number of bytes.
type bounded struct {
	from  io.Reader
	left  int64
	ended bool // from has returned io.EOF: the body is complete
}

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.from.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return n, ErrTooLarge
	}
	b.ended = b.ended || errors.Is(err, io.EOF)
	return n, err
}
