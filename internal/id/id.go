// Package id makes the identifiers that leave the process: a prefix that names the noun and 27
// base62 characters in the KSUID layout (https://github.com/segmentio/ksuid), so that ids sort by time.
package id

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/bits"
	"strings"
	"time"
)

// ID is the binary form: four bytes of seconds since the KSUID epoch and sixteen of payload.
// Ours put the part of the second into the first four bytes of the payload, so that ids made by one
// process sort in the order in which they were made; twelve random bytes follow.
type ID [20]byte

// Kind is the prefix of a noun's ids.
type Kind string

// The kinds of ids.
const (
	Application Kind = "app"
	Endpoint    Kind = "ep"
	Message     Kind = "msg"
	Attempt     Kind = "atmpt"
	Token       Kind = "tok"
	Task        Kind = "qtask"
	Inbound     Kind = "src" // a source; Source is what makes ids
	Received    Kind = "rcv"
	Refused     Kind = "log" // as the client libraries call what a source refused
)

const (
	epoch    = 1_400_000_000 // KSUID counts seconds from here, so that 32 bits last until 2150
	textLen  = 27
	alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	base     = 62
)

// IsZero reports whether the id is unset.
func (i ID) IsZero() bool { return i == ID{} }

// String returns the 27 characters of the id without a prefix: an id alone does not know its noun. The API shows
// Kind.Text.
func (i ID) String() string { return string(appendBase62(nil, i)) }

// MarshalText returns what String returns, so that a log in JSON can be read too.
func (i ID) MarshalText() ([]byte, error) { return appendBase62(nil, i), nil }

// Compare orders ids by time.
func (i ID) Compare(other ID) int { return bytes.Compare(i[:], other[:]) }

// Time returns when the id was made, to the nanosecond for ids of this package.
func (i ID) Time() time.Time {
	seconds := int64(binary.BigEndian.Uint32(i[:4])) + epoch
	return time.Unix(seconds, int64(binary.BigEndian.Uint32(i[4:8]))%int64(time.Second)).UTC()
}

// Floor returns the smallest id that could have been made at t: where a list by time begins.
func Floor(t time.Time) ID {
	var i ID
	seconds := min(max(t.Unix()-epoch, 0), 1<<32-1)
	binary.BigEndian.PutUint32(i[:4], uint32(seconds)) //nolint:gosec // bounded on the line above
	if t.Unix() >= epoch {
		binary.BigEndian.PutUint32(i[4:8], uint32(t.Nanosecond())) //nolint:gosec // below 1e9 by definition
	}
	return i
}

// Text returns the id as the API shows it, such as "msg_2ZzY...".
func (k Kind) Text(i ID) string {
	b := make([]byte, 0, len(k)+1+textLen)
	return string(k.Append(b, i))
}

// Append appends the text of the id to dst.
func (k Kind) Append(dst []byte, i ID) []byte {
	dst = append(dst, k...)
	dst = append(dst, '_')
	return appendBase62(dst, i)
}

// Parse reads the text of an id of kind k. A caller's uid is not an id and gives an error.
func (k Kind) Parse(text string) (ID, error) {
	rest, ok := strings.CutPrefix(text, string(k)+"_")
	if !ok || len(rest) != textLen {
		return ID{}, fmt.Errorf("%q is not an id that begins with %s_", text, k)
	}
	return parseBase62(rest)
}

func appendBase62(dst []byte, i ID) []byte {
	var out [textLen]byte
	words := toWords(i)
	for at := textLen - 1; at >= 0; at-- {
		var rest uint64
		for w := range words {
			hi, lo := bits.Mul64(rest, 1<<32)
			quotient, r := bits.Div64(hi, lo+uint64(words[w]), base)
			words[w], rest = uint32(quotient), r //nolint:gosec // the quotient of a 32-bit digit fits
		}
		out[at] = alphabet[rest]
	}
	return append(dst, out[:]...)
}

func parseBase62(text string) (ID, error) {
	var words [5]uint32
	for at := range len(text) {
		digit := strings.IndexByte(alphabet, text[at])
		if digit < 0 {
			return ID{}, fmt.Errorf("%q has a character that no id has", text)
		}
		carry := uint64(digit) //nolint:gosec // not negative, checked above
		for w := len(words) - 1; w >= 0; w-- {
			carry += uint64(words[w]) * base
			words[w] = uint32(carry) //nolint:gosec // the low half is what stays
			carry >>= 32
		}
		if carry != 0 {
			return ID{}, fmt.Errorf("%q is larger than any id", text)
		}
	}
	return fromWords(words), nil
}

func toWords(i ID) (words [5]uint32) {
	for w := range words {
		words[w] = binary.BigEndian.Uint32(i[4*w:])
	}
	return words
}

func fromWords(words [5]uint32) (i ID) {
	for w := range words {
		binary.BigEndian.PutUint32(i[4*w:], words[w])
	}
	return i
}
