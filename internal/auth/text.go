package auth

import (
	"crypto/sha256"
	"fmt"
	"io"

	"github.com/posthorn/posthorn/internal/hook"
)

const (
	prefix     = "ph_"
	randomSize = 32 // base62 characters: 190 bits
	hintSize   = 8  // characters of a text that are stored and shown; 27 random ones stay secret
	alphabet   = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// newText returns the text of a new token. The alphabet has no dot, so no text can end in one of the
// regions that client libraries read from a token.
func newText(random io.Reader) (string, error) {
	text := make([]byte, 0, len(prefix)+randomSize)
	text = append(text, prefix...)
	var chunk [2 * randomSize]byte
	for len(text) < cap(text) {
		if _, err := io.ReadFull(random, chunk[:]); err != nil {
			return "", fmt.Errorf("read random bytes for a token: %w", err)
		}
		text = appendBase62(text, chunk[:])
	}
	return string(text), nil
}

// appendBase62 fills text up to its capacity. Bytes from 248 on are left out, since they would make
// the first eight characters of the alphabet likelier than the others.
func appendBase62(text, random []byte) []byte {
	for _, b := range random {
		if len(text) == cap(text) {
			break
		}
		if b < 4*byte(len(alphabet)) {
			text = append(text, alphabet[int(b)%len(alphabet)])
		}
	}
	return text
}

// hashed returns token with what is stored of its text.
func hashed(token hook.Token, text string) hook.Token {
	token.Hash, token.Hint = sha256.Sum256([]byte(text)), text[:hintSize]
	return token
}
