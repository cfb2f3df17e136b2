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

// bodyReader is a body that is being read into the room.
type bodyReader struct {
	io.Reader
	room  *Room
	read  int64
	taken int64 // of the room
}

// Read reads, and takes room for what it read. It fails with errNoRoom if there is none.
func (b *bodyReader) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	b.read += int64(n)
	if more := b.read - free - b.taken; b.room != nil && more > 0 {
		b.taken += more
		if b.room.left.Add(-more) < 0 {
			return n, errNoRoom
		}
	}
	return n, err
}

// release gives the room back.
func (b *bodyReader) release() {
	if b.taken > 0 {
		b.room.left.Add(b.taken)
	}
}
