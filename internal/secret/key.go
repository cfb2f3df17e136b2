package secret

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"strings"

	"github.com/posthorn/posthorn/internal/fault"
)

// keySize is the size of an AES-256 key.
const keySize = 32

// rawKey is one key of a box.
type rawKey [keySize]byte

// FromText returns the box for the keys in s: each is the base64 of 32 random bytes, as
// `openssl rand -base64 32` prints it. Several are separated by commas, spaces or line ends; the first
// seals, all open. The rest of a line after # is a comment, so that the key file can explain itself.
// A key that is short, or that looks like text or a pattern rather than chance, is refused.
func FromText(s string) (*Box, error) {
	keys, flaw := readKeys(s)
	if flaw != "" {
		return nil, fault.New(fault.Invalid, "bad_encryption_key", "The encryption key %s. Give the one that the stored secrets were "+
			"sealed with; for a new database make one with `openssl rand -base64 32`.", flaw)
	}
	return newBox(keys)
}

// readKeys returns the keys in s, or what is wrong with one of them as the end of a sentence.
func readKeys(s string) (keys []rawKey, flaw string) {
	for _, word := range words(s) {
		key, flaw := parseKey(word)
		if flaw != "" {
			return nil, flaw
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, "is empty"
	}
	return keys, ""
}

// words returns the parts of s that are not comments or separators.
func words(s string) []string {
	var found []string
	for line := range strings.Lines(s) {
		line, _, _ = strings.Cut(line, "#")
		found = append(found, strings.Fields(strings.ReplaceAll(line, ",", " "))...)
	}
	return found
}

// parseKey reads one key, or says what is wrong with it without quoting it.
func parseKey(word string) (key rawKey, flaw string) {
	raw, err := base64.StdEncoding.DecodeString(word)
	switch {
	case err != nil:
		return rawKey{}, "is not base64"
	case len(raw) != keySize:
		return rawKey{}, fmt.Sprintf("has %d bytes instead of %d", len(raw), keySize)
	case isGuessable(raw):
		return rawKey{}, "is text or a pattern, which can be guessed"
	}
	return rawKey(raw), ""
}

// isGuessable finds passwords and patterns. Random bytes look like one of them less than once in ten
// thousand billion keys: they are all printable, or fewer than half of them differ.
func isGuessable(raw []byte) bool {
	printable, seen := true, map[byte]bool{}
	for _, b := range raw {
		printable = printable && b >= ' ' && b <= '~'
		seen[b] = true
	}
	return printable || len(seen) < keySize/2
}

// generateKey reads a new key from random.
func generateKey(random io.Reader) (rawKey, error) {
	var k rawKey
	if _, err := io.ReadFull(random, k[:]); err != nil {
		return rawKey{}, fmt.Errorf("read random bytes for the encryption key: %w", err)
	}
	return k, nil
}

// id names the key in front of what it sealed. It follows from the key, so that the text of a key is
// all there is to keep; 32 bits of a MAC tell nothing about 256 random ones.
func (k rawKey) id() uint32 {
	mac := hmac.New(sha256.New, k[:])
	mac.Write([]byte("posthorn encryption key id"))
	return max(1, binary.BigEndian.Uint32(mac.Sum(nil))) // Tink knows no key 0
}

// text returns the key as FromText reads it.
func (k rawKey) text() string { return base64.StdEncoding.EncodeToString(k[:]) }
