package httpd

import (
	"errors"
	"io"
	"net/http"
	"time"
)

// The bounds of what is read of a request once it is answered.
const (
	LingerTime = 5 * time.Second
	LingerSize = 32 << 20 // bytes
)

// lingering lets a sender finish whose request was answered before its body was read. A connection that is closed
// while the other side still sends is reset, and takes the answer with it (RFC 9112, section 9.6): the sender would never
// learn that its body is too large. net/http does not do it for who asks to close the connection.
func lingering(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body == http.NoBody || r.ProtoMajor != 1 || r.Header.Get("Expect") != "" { // who expects a word first sends nothing yet
			next.ServeHTTP(w, r)
			return
		}
		body := &incoming{ReadCloser: r.Body}
		seen := r.WithContext(r.Context())
		seen.Body = body
		next.ServeHTTP(&early{ResponseWriter: w, body: body}, seen)
		if !body.ended {
			body.drain(w)
		}
	})
}

// early is the answer to a request whose body may not have been read.
type early struct {
	http.ResponseWriter
	body *incoming
}

// WriteHeader bounds how long the rest of the body may take. net/http reads up to 256 KiB of it before it sends the answer.
func (e *early) WriteHeader(status int) {
	e.body.hurry(e.ResponseWriter)
	e.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController through.
func (e *early) Unwrap() http.ResponseWriter { return e.ResponseWriter }

// incoming is a body that knows whether all of it was read.
type incoming struct {
	io.ReadCloser
	ended   bool
	hurried bool
}

// Read implements io.Reader.
func (b *incoming) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.ended = b.ended || errors.Is(err, io.EOF)
	return n, err
}

// hurry lets the rest of the body arrive within LingerTime, counted from the first call.
func (b *incoming) hurry(w http.ResponseWriter) {
	if b.ended || b.hurried {
		return
	}
	b.hurried = true
	_ = http.NewResponseController(w).SetReadDeadline(after(LingerTime)) // a recorder of a test has none
}

// drain sends the answer and reads what still comes, for a while.
func (b *incoming) drain(w http.ResponseWriter) {
	b.hurry(w)
	if http.NewResponseController(w).Flush() != nil {
		return
	}
	_, _ = io.CopyN(io.Discard, b.ReadCloser, LingerSize) // however it ends, the answer was given
}
