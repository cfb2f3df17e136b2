package signature

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Tolerance is how far a timestamp may lie from now, either way. The specification leaves the figure
// open; its libraries use five minutes.
const Tolerance = 5 * time.Minute

// MaxCandidates is how many signatures of one request are looked at. Each can cost an ed25519
// verification, so a longer list is refused before any is tried.
const MaxCandidates = 16

// Verifier checks received webhooks against one or more keys. It may be used concurrently. The zero
// Verifier refuses everything.
type Verifier struct {
	keys []Key
}

// NewVerifier returns a verifier that takes what any of the keys has signed. No keys, or a zero Key
// among them, is ErrNoKey: a secret that failed to load must not go unnoticed.
func NewVerifier(keys ...Key) (*Verifier, error) {
	if len(keys) == 0 || slices.ContainsFunc(keys, Key.IsZero) {
		return nil, ErrNoKey
	}
	return &Verifier{slices.Clone(keys)}, nil
}

// Verify returns nil if the headers carry a fresh and matching signature of body, and otherwise one of
// the errors of this package. body is the request's body as it came, byte for byte. Both families of
// header names are understood; if a request carries both completely, the webhook- names count.
//
// A request may be sent again by anyone within five minutes: remember the ids, which are signed, for
// that long.
func (v *Verifier) Verify(header http.Header, body []byte, now time.Time) error {
	if v == nil || len(v.keys) == 0 {
		return ErrNoKey
	}
	c, err := readClaim(header)
	if err != nil {
		return err
	}
	if err := checkAge(c.timestamp, now); err != nil {
		return err
	}
	if !slices.ContainsFunc(v.keys, func(k Key) bool { return k.vouches(c, body) }) {
		return ErrNoMatch
	}
	return nil
}

// checkAge refuses a timestamp outside the window.
func checkAge(timestamp int64, now time.Time) error {
	age := now.Sub(time.Unix(timestamp, 0)) // saturates, so it cannot overflow
	switch {
	case age > Tolerance:
		return ErrTooOld
	case age < -Tolerance:
		return ErrTooNew
	}
	return nil
}

// vouches reports whether k made one of the signatures of c.
func (k Key) vouches(c claim, body []byte) bool {
	if k.Asymmetric() {
		return k.m().madeAnyV1a(c, body)
	}
	return k.m().madeAnyV1(c, body)
}

// madeAnyV1 compares digests of fixed length in constant time.
func (m *material) madeAnyV1(c claim, body []byte) bool {
	h := m.borrow()
	defer m.giveBack(h)
	want := h.sum(c.id, c.timestamp, body)
	return slices.ContainsFunc(c.candidates, func(s string) bool {
		got := decodeCandidate(s, prefixV1, sha256.Size)
		return got != nil && hmac.Equal(got, want)
	})
}

func (m *material) madeAnyV1a(c claim, body []byte) bool {
	message := content(c.id, c.timestamp, body)
	return slices.ContainsFunc(c.candidates, func(s string) bool {
		got := decodeCandidate(s, prefixV1a, ed25519.SignatureSize)
		return got != nil && ed25519.Verify(m.public, message, got)
	})
}

// decodeCandidate returns the n bytes of a signature with the given identifier, and nil for any other:
// an unknown identifier is another scheme's, and a malformed signature matches nothing.
func decodeCandidate(s, prefix string, n int) []byte {
	digits, ok := strings.CutPrefix(s, prefix)
	if !ok || len(digits) != base64.StdEncoding.EncodedLen(n) {
		return nil
	}
	raw, err := base64.StdEncoding.DecodeString(digits)
	if err != nil || len(raw) != n {
		return nil
	}
	return raw
}
