package inbound

import (
	"bytes"
	"net/http"
	"time"
)

// atOnce is how much memory is taken because a header says so, before anything has come.
const atOnce = 64 << 10

// readBody reads a body of at most limit bytes, within BodyTimeout and while there is room. The room is taken until release
// is called.
func (h Handler) readBody(w http.ResponseWriter, r *http.Request, limit int64) (body []byte, release func(), err error) {
	defer bounded(w)()
	var buffer bytes.Buffer
	if n := min(r.ContentLength, limit, atOnce); n > 0 {
		buffer.Grow(int(n) + bytes.MinRead)
	}
	in := &bodyReader{Reader: http.MaxBytesReader(w, r.Body, limit), room: h.Room}
	_, err = buffer.ReadFrom(in)
	return buffer.Bytes(), in.release, err
}

// bounded cuts the reading of a body off when its time is over. It returns what ends the watch.
func bounded(w http.ResponseWriter) (end func()) {
	connection := http.NewResponseController(w)
	late := time.AfterFunc(BodyTimeout, func() {
		_ = connection.SetReadDeadline(time.Unix(1, 0)) // in the past: a read that waits ends now
	})
	return func() { late.Stop() }
}
