package inbound

import (
	"errors"
	"io"
	"sync/atomic"
)

// free is how much of each body counts nothing: a connection costs as much by itself, and short webhooks, which most
// are, go on coming in while somebody fills the room with long ones.
const free = 16 << 10

var errNoRoom = errors.New("inbound: no room for a body")

// Room is the memory that bodies of all connections share from their reading until they are stored, so that many slow or
// large ones at once cannot take all that there is. A nil Room is endless.
type Room struct{ left atomic.Int64 }

// NewRoom returns room for so many bytes of bodies; the buffers that they are read into may be twice as large.
func NewRoom(bytes int64) *Room {
	r := &Room{}
	r.left.Store(bytes)
	return r
}

// lodger is one body in the room.
type lodger struct {
	io.Reader
	room  *Room
	read  int64
	taken int64 // of the room
}

// Read reads, and takes room for what it read. It fails with errNoRoom if there is none.
func (l *lodger) Read(p []byte) (int, error) {
	n, err := l.Reader.Read(p)
	l.read += int64(n)
	if more := l.read - free - l.taken; l.room != nil && more > 0 {
		l.taken += more
		if l.room.left.Add(-more) < 0 {
			return n, errNoRoom
		}
	}
	return n, err
}

// leave gives the room back.
func (l *lodger) leave() {
	if l.taken > 0 {
		l.room.left.Add(l.taken)
	}
}
