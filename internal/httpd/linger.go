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
		next.ServeHTTP(w, seen)
		if !body.ended {
			body.drain(w)
		}
	})
}

// incoming is a body that knows whether all of it was read.
type incoming struct {
	io.ReadCloser
	ended bool
}

// Read implements io.Reader.
func (b *incoming) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.ended = b.ended || errors.Is(err, io.EOF)
	return n, err
}

// drain sends the answer and reads what still comes, for a while.
func (b *incoming) drain(w http.ResponseWriter) {
	connection := http.NewResponseController(w)
	if connection.Flush() != nil {
		return
	}
	late := time.AfterFunc(LingerTime, func() {
		_ = connection.SetReadDeadline(time.Unix(1, 0)) // in the past: a read that waits ends now
	})
	defer late.Stop()
	_, _ = io.CopyN(io.Discard, b.ReadCloser, LingerSize) // however it ends, the answer was given
}
