// Package signature signs webhooks and checks the signatures of received ones, as the Standard
// Webhooks specification describes it
// (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md,
// sections "Signature scheme", "Webhook headers" and "Verifying signatures").
//
// It exists as a package of its own, on the standard library alone, so that a receiver can import it
// without the server. What is signed is the id, the time of the attempt and the body, joined by full
// stops: v1 is HMAC-SHA256 under a shared secret (whsec_...), v1a is ed25519 under a key pair whose
// private half (whsk_...) never leaves the sender and whose public half (whpk_...) the receiver holds.
package signature

import (
	"encoding/base64"
	"strconv"
)

// The header names of the specification. An http.Header finds them in any case.
const (
	HeaderID        = "webhook-id"        // the same in every attempt of one message; a key against duplicates
	HeaderTimestamp = "webhook-timestamp" // Unix seconds of this attempt, not of the event
	HeaderSignature = "webhook-signature" // one or more signatures, separated by a space
)

// The names that Svix used before the specification; many receivers still look for these.
const (
	SvixHeaderID        = "svix-id"
	SvixHeaderTimestamp = "svix-timestamp"
	SvixHeaderSignature = "svix-signature"
)

// The identifiers in front of a signature, with the comma that ends them.
const (
	prefixV1  = "v1,"
	prefixV1a = "v1a,"
)

// Sign appends the value of the signature header to dst and returns the longer slice: one signature
// for each key in order, separated by a space, so that a receiver can move from an old secret to a new
// one at leisure. timestamp is in Unix seconds.
//
// The id must not contain a full stop, as the specification demands; Verify refuses such an id.
// A key that cannot sign (the zero Key, a public key) adds nothing: a message without a signature is
// refused by its receiver, one with a guessable signature would be taken. Use Key.CanSign to find out
// earlier. Sign is safe for concurrent use and, for v1 keys and a large enough dst, does not allocate.
func Sign(dst []byte, id string, timestamp int64, body []byte, keys ...Key) []byte {
	start := len(dst)
	for _, k := range keys {
		if !k.CanSign() {
			continue
		}
		if len(dst) > start {
			dst = append(dst, ' ')
		}
		dst = k.sign(dst, id, timestamp, body)
	}
	return dst
}

// sign appends one signature with its identifier.
func (k Key) sign(dst []byte, id string, timestamp int64, body []byte) []byte {
	if k.m().kind == private {
		sum := k.m().signEd25519(content(id, timestamp, body))
		return base64.StdEncoding.AppendEncode(append(dst, prefixV1a...), sum)
	}
	h := k.m().borrow()
	defer k.m().giveBack(h)
	return base64.StdEncoding.AppendEncode(append(dst, prefixV1...), h.sum(id, timestamp, body))
}

// content returns what a signature covers in one piece, as ed25519 needs it.
func content(id string, timestamp int64, body []byte) []byte {
	const longestInt, fullStops = 20, 2
	b := make([]byte, 0, len(id)+longestInt+fullStops+len(body))
	return append(appendHead(b, id, timestamp), body...)
}

// appendHead appends everything that is signed before the body.
func appendHead(b []byte, id string, timestamp int64) []byte {
	b = append(append(b, id...), '.')
	return append(strconv.AppendInt(b, timestamp, 10), '.')
}
