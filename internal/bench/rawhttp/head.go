// Package rawhttp speaks just enough HTTP/1.1 to load a server and to receive from it for a few
// microseconds a request. The benchmark shares its machine with what it measures: with net/http on
// both of its ends, the benchmark itself would use more of the processor than the server under test.
package rawhttp

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http/httputil"
	"strconv"
)

// Head is the start of a request or an answer. Its slices are valid until the next read.
type Head struct {
	First  []byte // the request line or the status line, without its line end
	Header func(name, value []byte)

	length  int64
	chunked bool
	close   bool
}

var (
	errBadHead = errors.New("malformed HTTP head")
	errTooLong = errors.New("HTTP body over the limit of the benchmark")
)

// maxBody bounds what either end reads for one message.
const maxBody = 32 << 20

// Read reads one head from r. It calls h.Header, if set, for every header line.
func (h *Head) Read(r *bufio.Reader, first []byte) error {
	line, err := readLine(r)
	if err != nil {
		return err
	}
	h.First = append(first[:0], line...)
	h.length, h.chunked, h.close = 0, false, false
	for {
		line, err := readLine(r)
		if err != nil {
			return unexpected(err)
		}
		if len(line) == 0 {
			return nil
		}
		if err := h.take(line); err != nil {
			return err
		}
	}
}

// take looks at one header line.
func (h *Head) take(line []byte) error {
	colon := bytes.IndexByte(line, ':')
	if colon <= 0 {
		return errBadHead
	}
	name, value := line[:colon], bytes.TrimSpace(line[colon+1:])
	var err error
	switch {
	case bytes.EqualFold(name, []byte("content-length")):
		h.length, err = strconv.ParseInt(string(value), 10, 64)
	case bytes.EqualFold(name, []byte("transfer-encoding")):
		h.chunked = bytes.EqualFold(value, []byte("chunked"))
	case bytes.EqualFold(name, []byte("connection")):
		h.close = bytes.EqualFold(value, []byte("close"))
	}
	if h.Header != nil {
		h.Header(name, value)
	}
	return err
}

// Body reads the body that follows the head into buf and returns it.
func (h *Head) Body(r *bufio.Reader, buf []byte) ([]byte, error) {
	if h.chunked {
		return readChunked(r, buf)
	}
	if h.length < 0 || h.length > maxBody {
		return nil, errTooLong
	}
	if int64(cap(buf)) < h.length {
		buf = make([]byte, h.length)
	}
	_, err := io.ReadFull(r, buf[:h.length])
	return buf[:h.length], unexpected(err)
}

// readChunked reads a chunked body and the empty trailer after it.
func readChunked(r *bufio.Reader, buf []byte) ([]byte, error) {
	out := bytes.NewBuffer(buf[:0])
	n, err := io.Copy(out, io.LimitReader(httputil.NewChunkedReader(r), maxBody+1))
	if err != nil {
		return nil, fmt.Errorf("read chunked body: %w", err)
	}
	if n > maxBody {
		return nil, errTooLong
	}
	_, err = readLine(r)
	return out.Bytes(), unexpected(err)
}

// readLine returns the next line without its line end; it stays valid until the next read.
func readLine(r *bufio.Reader) ([]byte, error) {
	line, err := r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		return nil, errBadHead
	}
	if err != nil {
		return nil, err
	}
	return bytes.TrimRight(line, "\r\n"), nil
}

// unexpected marks the end of input in the middle of something as an error of its own.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
