package provider

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"time"

	"github.com/posthorn/posthorn/signature"
)

// StandardWebhooks is the scheme of the specification of that name, with either family of header names: webhook-id or
// svix-id and so on. Many providers send through it.
type StandardWebhooks struct {
	Svix bool // the reference shows the svix- names; both are understood
	Key  StandardKey
}

// StandardKey is how the pasted secret of StandardWebhooks becomes a key.
type StandardKey uint8

// The forms of a secret. Senders that made it themselves choose any length.
const (
	EncodedKey StandardKey = iota // whsec_ and base64; the prefix, or v1,whsec_ as some dashboards show it, may be there or not
	TextKey                       // the bytes of the text are the key, its prefix included
)

// parse returns the key for a secret.
func (k StandardKey) parse(s Secret) (signature.Key, error) {
	text := s.Reveal()
	if k == TextKey {
		text = base64.StdEncoding.EncodeToString([]byte(text))
	}
	return signature.ParseForeign(strings.TrimPrefix(text, "v1,"))
}

// header returns the name of one of the three headers.
func (s StandardWebhooks) header(standard, svix string) Piece {
	if s.Svix {
		return FirstOf(Header(svix), Header(standard))
	}
	return FirstOf(Header(standard), Header(svix))
}

// ID is where the id stands; the signature covers it.
func (s StandardWebhooks) ID() Piece { return s.header(signature.HeaderID, signature.SvixHeaderID) }

func (s StandardWebhooks) stamp() Piece {
	return s.header(signature.HeaderTimestamp, signature.SvixHeaderTimestamp)
}

func (s StandardWebhooks) signature() Piece {
	return s.header(signature.HeaderSignature, signature.SvixHeaderSignature)
}

// Verify implements Scheme.
func (s StandardWebhooks) Verify(_ context.Context, c *Check) (Proof, error) {
	at, err := s.precheck(c)
	if err != nil {
		return Proof{}, err
	}
	r := &c.Request
	for i, secret := range c.Secrets {
		key, err := s.Key.parse(secret)
		if err != nil {
			return Proof{}, Refuse(BadSecret, "secret")
		}
		verifier, err := signature.NewVerifier(key)
		if err != nil {
			return Proof{}, Refuse(BadSecret, "secret")
		}
		err = verifier.Verify(r.Header, r.Body, r.ReceivedAt)
		if err == nil {
			return Proof{Secret: i, Stamp: at}, nil
		}
		if !errors.Is(err, signature.ErrNoMatch) {
			return Proof{}, s.refuse(err)
		}
	}
	return Proof{}, Refuse(NoMatch, s.signature().String())
}

// precheck refuses what package signature, which reads the first of several headers, would let pass.
func (s StandardWebhooks) precheck(c *Check) (time.Time, error) {
	if err := onlyOneFamily(c); err != nil {
		return time.Time{}, err
	}
	for _, p := range []Piece{s.ID(), s.signature()} {
		value, err := p.Read(c)
		if err != nil {
			return time.Time{}, err
		}
		if len(value) > maxValue {
			return time.Time{}, Refuse(TooLong, p.String())
		}
	}
	text, err := s.stamp().Read(c)
	if err != nil {
		return time.Time{}, err
	}
	return Stamp{}.check(text, s.stamp().String(), c.Request.ReceivedAt)
}

// onlyOneFamily refuses a request in which the two families of names contradict each other: one could be signed and
// the other read.
func onlyOneFamily(c *Check) error {
	for _, pair := range [][2]string{
		{signature.HeaderID, signature.SvixHeaderID},
		{signature.HeaderTimestamp, signature.SvixHeaderTimestamp},
		{signature.HeaderSignature, signature.SvixHeaderSignature},
	} {
		standard, svix := c.Request.Header.Get(pair[0]), c.Request.Header.Get(pair[1])
		if standard != "" && svix != "" && standard != svix {
			return Refuse(Repeated, Header(pair[0]).String())
		}
	}
	return nil
}

// refuse says what package signature said in the words of this one.
func (s StandardWebhooks) refuse(err error) error {
	switch {
	case errors.Is(err, signature.ErrMalformedTimestamp):
		return Refuse(StampMalformed, s.stamp().String())
	case errors.Is(err, signature.ErrTooOld):
		return Refuse(TooOld, s.stamp().String())
	case errors.Is(err, signature.ErrTooNew):
		return Refuse(TooNew, s.stamp().String())
	case errors.Is(err, signature.ErrTooManyCandidates):
		return Refuse(TooMany, s.signature().String())
	case errors.Is(err, signature.ErrMalformedID):
		return Refuse(Malformed, s.ID().String())
	}
	return Refuse(Missing, s.signature().String())
}

// Accept implements Scheme.
func (s StandardWebhooks) Accept(secret Secret) error {
	if secret.Blank() {
		return Refuse(BlankSecret, "secret")
	}
	if _, err := s.Key.parse(secret); err != nil {
		return Refuse(BadSecret, "secret")
	}
	return nil
}

// Facts implements Scheme.
func (s StandardWebhooks) Facts() Facts {
	return Facts{
		Family: "Standard Webhooks (HMAC-SHA-256 or ed25519)", Keyed: true, Signature: s.signature(),
		Layout: List(" "), Prefix: "v1,", Encoding: Base64,
		Signs: []Piece{s.ID(), Literal("."), Timestamp(), Literal("."), Body()},
		Stamp: Stamp{From: s.stamp()}, Timed: true,
	}
}
