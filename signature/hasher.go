package signature

import (
	"crypto/hmac"
	"crypto/sha256"
	"hash"
)

// hasher is one HMAC with its scratch space. Keying an HMAC costs as much as hashing a small body, and
// everything handed to the hash escapes to the heap; so a key lends out hashers and takes them back.
type hasher struct {
	mac    hash.Hash
	head   []byte
	digest [sha256.Size]byte
}

// borrow returns a hasher that nobody else uses.
func (m *material) borrow() *hasher {
	if h, ok := m.hashers.Get().(*hasher); ok {
		return h
	}
	return &hasher{mac: hmac.New(sha256.New, m.secret)}
}

// giveBack makes h available to the next borrower. What h.sum returned is overwritten then.
func (m *material) giveBack(h *hasher) { m.hashers.Put(h) }

// sum returns the HMAC of what a signature covers.
func (h *hasher) sum(id string, timestamp int64, body []byte) []byte {
	h.mac.Reset()
	h.head = appendHead(h.head[:0], id, timestamp)
	h.mac.Write(h.head)
	h.mac.Write(body)
	return h.mac.Sum(h.digest[:0])
}
