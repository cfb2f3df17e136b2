package provider

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // SNS signed with it and may still
	"crypto/sha256"
	"crypto/sha512"
	"encoding/asn1"
	"math/big"
	"strings"
	"time"
)

// Asymmetric is a signature algorithm with a public key. The zero value is none and refuses everything.
type Asymmetric uint8

// The algorithms that providers sign with.
const (
	Ed25519      Asymmetric = iota + 1
	RSASHA1                 // PKCS #1 v1.5
	RSASHA256               // PKCS #1 v1.5
	RSASHA512               // PKCS #1 v1.5
	RSAPSSSHA256            // PSS with the salt as long as the hash
	ECDSASHA256             // r and s in ASN.1, as most libraries write them
	ECDSAP1363              // SHA-256, r and s one after the other
)

// String returns the algorithm's name.
func (a Asymmetric) String() string {
	switch a {
	case Ed25519:
		return "ed25519"
	case RSASHA1:
		return "RSA with SHA-1"
	case RSASHA256:
		return "RSA with SHA-256"
	case RSASHA512:
		return "RSA with SHA-512"
	case RSAPSSSHA256:
		return "RSA-PSS with SHA-256"
	case ECDSASHA256, ECDSAP1363:
		return "ECDSA with SHA-256"
	}
	return "none"
}

// Public is a signature by a private key that only the provider has.
type Public struct {
	Algorithm Asymmetric
	Signature Piece
	Layout    Layout
	Prefix    string
	Encoding  Encoding
	Signed    []Piece // the body if empty
	Stamp     Stamp
	Fetched   Fetched // where the key is; if nothing, users paste it
}

func (s Public) envelope() envelope {
	return envelope{s.Signature, s.Layout, s.Prefix, s.Encoding, s.Signed, s.Stamp}
}

// Verify implements Scheme.
func (s Public) Verify(ctx context.Context, c *Check) (Proof, error) {
	o, err := s.envelope().open(c, 0)
	if err != nil {
		return Proof{}, err
	}
	keys, err := s.keys(ctx, c)
	if err != nil {
		return Proof{}, err
	}
	var message bytes.Buffer
	if err := o.writeAll(&message, s.envelope().covered()); err != nil {
		return Proof{}, err
	}
	for i, key := range keys {
		for _, candidate := range o.candidates {
			if s.Algorithm.verify(key, message.Bytes(), candidate) {
				return Proof{Secret: s.which(i), Stamp: o.at}, nil
			}
		}
	}
	return Proof{}, Refuse(NoMatch, s.Signature.String())
}

// which returns the index of the secret that a key came from.
func (s Public) which(i int) int {
	if s.Fetched.None() {
		return i
	}
	return -1
}

// keys returns the pasted keys, or the fetched one.
func (s Public) keys(ctx context.Context, c *Check) ([]crypto.PublicKey, error) {
	now := c.Request.ReceivedAt
	if !s.Fetched.None() {
		text, err := s.Fetched.document(ctx, c)
		if err != nil {
			return nil, err
		}
		key := parsePublic(strings.TrimSpace(string(text)), now)
		if !strong(key) {
			return nil, Refuse(BadSecret, "public key")
		}
		return []crypto.PublicKey{key}, nil
	}
	keys := make([]crypto.PublicKey, 0, len(c.Secrets))
	for _, secret := range c.Secrets {
		key := parsePublic(secret.Reveal(), now)
		if !strong(key) {
			return nil, Refuse(BadSecret, "public key")
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// verify checks one signature. A key of another kind than the algorithm's matches nothing.
func (a Asymmetric) verify(key crypto.PublicKey, message, sig []byte) bool {
	switch k := key.(type) {
	case ed25519.PublicKey:
		return a == Ed25519 && ed25519.Verify(k, message, sig)
	case *rsa.PublicKey:
		return a.verifyRSA(k, message, sig)
	case *ecdsa.PublicKey:
		return a.verifyECDSA(k, message, sig)
	}
	return false
}

func (a Asymmetric) verifyRSA(key *rsa.PublicKey, message, sig []byte) bool {
	switch a {
	case RSASHA1:
		sum := sha1.Sum(message) //nolint:gosec // see the import
		return rsa.VerifyPKCS1v15(key, crypto.SHA1, sum[:], sig) == nil
	case RSASHA256:
		sum := sha256.Sum256(message)
		return rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], sig) == nil
	case RSASHA512:
		sum := sha512.Sum512(message)
		return rsa.VerifyPKCS1v15(key, crypto.SHA512, sum[:], sig) == nil
	case RSAPSSSHA256:
		sum := sha256.Sum256(message)
		return rsa.VerifyPSS(key, crypto.SHA256, sum[:], sig, nil) == nil
	}
	return false
}

func (a Asymmetric) verifyECDSA(key *ecdsa.PublicKey, message, sig []byte) bool {
	sum := sha256.Sum256(message)
	switch a {
	case ECDSASHA256:
		return ecdsa.VerifyASN1(key, sum[:], sig)
	case ECDSAP1363:
		return ecdsa.VerifyASN1(key, sum[:], toASN1(key, sig))
	}
	return false
}

// toASN1 turns r and s, one after the other, into what the standard library reads; nil if the length is wrong.
func toASN1(key *ecdsa.PublicKey, sig []byte) []byte {
	size := (key.Curve.Params().BitSize + 7) / 8
	if len(sig) != 2*size {
		return nil
	}
	pair := struct{ R, S *big.Int }{new(big.Int).SetBytes(sig[:size]), new(big.Int).SetBytes(sig[size:])}
	raw, err := asn1.Marshal(pair)
	if err != nil {
		return nil
	}
	return raw
}

// publicKeyForm is the form of public keys, for the owner of a source.
const publicKeyForm = "Give the public key as PEM, or DER in base64; an ed25519 key also as its 32 bytes in hex or base64. " +
	"It must be of the kind that the algorithm uses, and long enough."

// Accept implements Scheme.
func (s Public) Accept(secret Secret) error {
	if secret.Blank() {
		return Refuse(BlankSecret, "public key")
	}
	if key := parsePublic(secret.Reveal(), time.Time{}); !strong(key) || !s.Algorithm.fits(key) {
		return badForm("public key", publicKeyForm)
	}
	return nil
}

// fits reports whether the algorithm verifies with keys of this kind.
func (a Asymmetric) fits(key crypto.PublicKey) bool {
	switch key.(type) {
	case ed25519.PublicKey:
		return a == Ed25519
	case *rsa.PublicKey:
		return a >= RSASHA1 && a <= RSAPSSSHA256
	case *ecdsa.PublicKey:
		return a == ECDSASHA256 || a == ECDSAP1363
	}
	return false
}

// Facts implements Scheme.
func (s Public) Facts() Facts {
	f := s.envelope().facts(s.Algorithm.String())
	f.Keyed = s.Fetched.None()
	return f
}
