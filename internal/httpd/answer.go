package httpd

import (
	"net/http"
	"time"
)

// The bounds of writing a large answer, so that clients that do not read it do not hold its memory for long.
const (
	AnswerTimeout = time.Minute      // from the first byte of a large answer to its last
	StallTimeout  = 10 * time.Second // for each piece of it
	piece         = 64 << 10         // bytes; an answer that is larger is written in pieces
)

// retryAfter is what a 503 or 429 says about when to try again, in seconds, unless its handler says something else.
const retryAfter = "5"

// watched is an answer on its way. It notes its status and size, completes headers that every answer of a kind has, and
// bounds the time that writing it takes.
type watched struct {
	http.ResponseWriter
	status int
	bytes  int64
	end    time.Time // when a large answer must be written; zero as long as none has begun
}

// WriteHeader notes the status.
func (w *watched) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests {
		if head := w.Header(); head.Get("Retry-After") == "" {
			head.Set("Retry-After", retryAfter)
		}
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write counts, and writes what is large in pieces.
func (w *watched) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	if len(p) <= piece && w.end.IsZero() {
		n, err := w.ResponseWriter.Write(p)
		w.bytes += int64(n)
		return n, err
	}
	return w.writeLarge(p)
}

// writeLarge writes a part of a large answer. A client that takes no piece within StallTimeout, or not all within
// AnswerTimeout, is cut off.
func (w *watched) writeLarge(p []byte) (written int, err error) {
	connection := http.NewResponseController(w.ResponseWriter)
	if w.end.IsZero() {
		w.end = after(AnswerTimeout)
	}
	for err == nil && written < len(p) {
		_ = connection.SetWriteDeadline(earlier(after(StallTimeout), w.end)) // a recorder of a test has none
		var n int
		n, err = w.ResponseWriter.Write(p[written:min(written+piece, len(p))])
		written += n
	}
	w.bytes += int64(written)
	_ = connection.SetWriteDeadline(w.end)
	return written, err
}

// after returns the deadline of a connection that ends so long from now.
func after(d time.Duration) time.Time { return time.Now().Add(d) } //nolint:forbidigo // deadlines of connections are set on the machine's own, steady clock

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// Unwrap lets http.ResponseController through.
func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }
