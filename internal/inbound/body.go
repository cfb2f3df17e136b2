package inbound

import (
	"bytes"
	"net/http"
	"time"
)

// atOnce is how much memory is taken because a header says so, before anything has come.
const atOnce = 64 << 10

// readBody reads a body of at most limit bytes, within BodyTimeout.
func readBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	defer bounded(w)()
	var body bytes.Buffer
	if n := min(r.ContentLength, limit, atOnce); n > 0 {
		body.Grow(int(n) + bytes.MinRead)
	}
	_, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, limit))
	return body.Bytes(), err
}

// bounded cuts the reading of a body off when its time is over. It returns what ends the watch.
func bounded(w http.ResponseWriter) (end func()) {
	connection := http.NewResponseController(w)
	late := time.AfterFunc(BodyTimeout, func() {
		_ = connection.SetReadDeadline(time.Unix(1, 0)) // in the past: a read that waits ends now
	})
	return func() { late.Stop() }
}
