package provider

import (
	"crypto/sha1" //nolint:gosec // providers sign with it; HMAC-SHA1 is not broken by its collisions
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"strings"
)

// Hash is a hash function. The zero Hash is none: a scheme that names none refuses everything.
type Hash uint8

// The hash functions that providers sign with.
const (
	SHA1 Hash = iota + 1
	SHA256
	SHA384
	SHA512
)

// maker returns the function behind h, or nil.
func (h Hash) maker() func() hash.Hash {
	switch h {
	case SHA1:
		return sha1.New
	case SHA256:
		return sha256.New
	case SHA384:
		return sha512.New384
	case SHA512:
		return sha512.New
	}
	return nil
}

// String returns the name as standards spell it.
func (h Hash) String() string {
	switch h {
	case SHA1:
		return "SHA-1"
	case SHA256:
		return "SHA-256"
	case SHA384:
		return "SHA-384"
	case SHA512:
		return "SHA-512"
	}
	return "none"
}

// Encoding is how bytes are written as text.
type Encoding uint8

// The encodings that providers use.
const (
	Hex       Encoding = iota // capitals are taken too
	Base64                    // with padding
	Base64URL                 // with or without padding
	DashedHex                 // pairs joined by dashes, as .NET's BitConverter writes them; plain hex is taken too
)

// String returns the encoding's name.
func (e Encoding) String() string {
	switch e {
	case Hex:
		return "hex"
	case Base64:
		return "base64"
	case Base64URL:
		return "base64url"
	case DashedHex:
		return "hex with dashes"
	}
	return "none"
}

// Decode returns the bytes behind s, or nil. encoding/base64 skips line breaks, we do not.
func (e Encoding) Decode(s string) []byte {
	if strings.ContainsAny(s, "\r\n") {
		return nil
	}
	var raw []byte
	var err error
	switch e {
	case Hex:
		raw, err = hex.DecodeString(s)
	case Base64:
		raw, err = base64.StdEncoding.Strict().DecodeString(s)
	case Base64URL:
		raw, err = base64.RawURLEncoding.Strict().DecodeString(strings.TrimRight(s, "="))
	case DashedHex:
		raw, err = hex.DecodeString(undashed(s))
	default:
		return nil
	}
	if err != nil {
		return nil
	}
	return raw
}

// undashed drops the dash after every second digit, if they are all there. A dash elsewhere stays and is no digit.
func undashed(s string) string {
	if len(s)%3 != 2 {
		return s
	}
	plain := make([]byte, 0, len(s))
	for i := range len(s) {
		switch {
		case i%3 != 2:
			plain = append(plain, s[i])
		case s[i] != '-':
			return s
		}
	}
	return string(plain)
}

// encode writes raw as text.
func (e Encoding) encode(raw []byte) string {
	switch e {
	case Base64:
		return base64.StdEncoding.EncodeToString(raw)
	case Base64URL:
		return base64.RawURLEncoding.EncodeToString(raw)
	case DashedHex:
		return strings.ReplaceAll(strings.TrimSpace(fmt.Sprintf("% X", raw)), " ", "-")
	}
	return hex.EncodeToString(raw)
}
