package provider

import (
	"context"
	"crypto/hmac"
	"hash"
	"strings"
)

// HMAC is a keyed hash over the body or over parts of the request, the scheme of most providers.
type HMAC struct {
	Hash      Hash
	Signature Piece
	Layout    Layout
	Prefix    string // before the digits of every signature, such as "sha256="
	Encoding  Encoding
	Signed    []Piece // the body if empty
	Stamp     Stamp
	Key       KeyForm
	// Plain hashes the secret followed by the parts instead of keying the hash with it. Old schemes do that.
	Plain bool
}

// KeyForm is how a pasted secret becomes the bytes of a key.
type KeyForm struct {
	Prefix   string // dropped if it is there, such as "whsec_"
	Encoded  bool   // the rest is in Encoding; otherwise its bytes are the key
	Encoding Encoding
}

// bytes returns the key, or nil if the secret does not have the form.
func (k KeyForm) bytes(s Secret) []byte {
	text := strings.TrimPrefix(s.Reveal(), k.Prefix)
	if !k.Encoded {
		return []byte(text)
	}
	if k.Encoding == Base64 { // some dashboards leave the padding out
		text = strings.TrimRight(text, "=")
		text += strings.Repeat("=", -len(text)&3)
	}
	return k.Encoding.Decode(text)
}

func (s HMAC) envelope() envelope {
	return envelope{s.Signature, s.Layout, s.Prefix, s.Encoding, s.Signed, s.Stamp}
}

// Verify implements Scheme.
func (s HMAC) Verify(_ context.Context, c *Check) (Proof, error) {
	make := s.Hash.maker()
	if make == nil {
		return Proof{}, Refuse(UnknownScheme, "hash")
	}
	o, err := s.envelope().open(c, make().Size())
	if err != nil {
		return Proof{}, err
	}
	for i, secret := range c.Secrets {
		sum, err := s.sum(o.view, secret)
		if err != nil {
			return Proof{}, err
		}
		if anyEqual(sum, o.candidates) {
			return Proof{Secret: i, Stamp: o.at}, nil
		}
	}
	return Proof{}, Refuse(NoMatch, s.Signature.String())
}

// sum returns what the signature must be under a secret.
func (s HMAC) sum(v view, secret Secret) ([]byte, error) {
	key := s.Key.bytes(secret)
	if len(key) == 0 {
		return nil, Refuse(BadSecret, "secret")
	}
	h := s.start(key)
	if err := v.writeAll(h, s.envelope().covered()); err != nil {
		return nil, err
	}
	return h.Sum(nil), nil
}

func (s HMAC) start(key []byte) hash.Hash {
	if !s.Plain {
		return hmac.New(s.Hash.maker(), key)
	}
	h := s.Hash.maker()()
	h.Write(key)
	return h
}

// anyEqual compares digests of one length in constant time.
func anyEqual(want []byte, candidates [][]byte) bool {
	found := false
	for _, c := range candidates {
		found = hmac.Equal(want, c) || found
	}
	return found
}

// Accept implements Scheme.
func (s HMAC) Accept(secret Secret) error {
	if secret.Blank() {
		return Refuse(BlankSecret, "secret")
	}
	if len(s.Key.bytes(secret)) > 0 {
		return nil
	}
	names := map[Encoding]string{Hex: "hex", Base64: "base64", Base64URL: "base64url"}
	if name := names[s.Key.Encoding]; s.Key.Encoded && s.Key.Prefix == "" && name != "" {
		return badForm("secret", "Write the key in "+name+".")
	}
	return Refuse(BadSecret, "secret")
}

// Facts implements Scheme.
func (s HMAC) Facts() Facts {
	family := "HMAC-" + s.Hash.String()
	if s.Plain {
		family = s.Hash.String() + " of the secret and the signed text"
	}
	return s.envelope().facts(family)
}
