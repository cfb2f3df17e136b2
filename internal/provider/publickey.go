package provider

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"time"
)

// parsePublic reads a public key as providers hand it out: PEM of a key or of a certificate, DER in base64, or the
// 32 bytes of an ed25519 key in hex or base64. It returns nil for anything else, a private key above all. A
// certificate counts only while it is valid; the zero time does not ask.
func parsePublic(text string, now time.Time) crypto.PublicKey {
	if block, _ := pem.Decode([]byte(text)); block != nil {
		return fromPEM(block, now)
	}
	if raw, err := hex.DecodeString(text); err == nil && len(raw) == ed25519.PublicKeySize {
		return ed25519.PublicKey(raw)
	}
	raw := Base64.Decode(text)
	if len(raw) == ed25519.PublicKeySize {
		return ed25519.PublicKey(raw)
	}
	return fromDER(raw)
}

func fromPEM(block *pem.Block, now time.Time) crypto.PublicKey {
	if block.Type != "CERTIFICATE" {
		return fromDER(block.Bytes)
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil
	}
	if !now.IsZero() && (now.Before(certificate.NotBefore) || now.After(certificate.NotAfter)) {
		return nil
	}
	return certificate.PublicKey
}

func fromDER(raw []byte) crypto.PublicKey {
	if key, err := x509.ParsePKIXPublicKey(raw); err == nil {
		return key
	}
	if key, err := x509.ParsePKCS1PublicKey(raw); err == nil {
		return key
	}
	return nil
}

// strong reports whether a key is of a kind and size that proves anything.
func strong(key crypto.PublicKey) bool {
	const fewestBits = 1024 // some providers still sign with these; shorter ones can be broken at home
	switch k := key.(type) {
	case *rsa.PublicKey:
		return k.N.BitLen() >= fewestBits && k.E > 1
	case *ecdsa.PublicKey, ed25519.PublicKey:
		return true
	}
	return false
}
