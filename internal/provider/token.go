package provider

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// Token is a secret that is sent along with every request: in a header, a query parameter or the body. It proves that
// the sender knows it and says nothing about the request; whoever reads one request can write the next.
type Token struct {
	From   Piece
	Prefix string // in front of the token, such as "Bearer "; letters match in any case
}

// Verify implements Scheme. Digests are compared, so that the time tells nothing about the length either.
func (s Token) Verify(_ context.Context, c *Check) (Proof, error) {
	value, err := s.From.Read(c)
	if err != nil {
		return Proof{}, err
	}
	token, ok := cutPrefix(value, s.Prefix)
	if token == "" || !ok {
		return Proof{}, Refuse(Malformed, s.From.String())
	}
	return matchSecret(token, c, s.From)
}

// matchSecret returns the secret that is the given text.
func matchSecret(text string, c *Check, from Piece) (Proof, error) {
	got := sha256.Sum256([]byte(text))
	for i, secret := range c.Secrets {
		want := sha256.Sum256([]byte(secret.Reveal()))
		if hmac.Equal(got[:], want[:]) && !secret.Blank() {
			return Proof{Secret: i}, nil
		}
	}
	return Proof{}, Refuse(NoMatch, from.String())
}

// cutPrefix drops a prefix, whatever the case of its letters: names of authentication schemes have none.
func cutPrefix(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return "", false
	}
	return s[len(prefix):], true
}

// Accept implements Scheme.
func (s Token) Accept(secret Secret) error { return notBlank(secret, "token") }

func notBlank(secret Secret, what string) error {
	if secret.Blank() {
		return Refuse(BlankSecret, what)
	}
	return nil
}

// Facts implements Scheme.
func (s Token) Facts() Facts {
	return Facts{Family: "token", Keyed: true, Signature: s.From, Prefix: s.Prefix}
}

// Basic is HTTP basic authentication. The secret is pasted as name:password.
type Basic struct{}

const basicPrefix = "Basic "

// Verify implements Scheme.
func (Basic) Verify(_ context.Context, c *Check) (Proof, error) {
	from := Header("Authorization")
	value, err := from.Read(c)
	if err != nil {
		return Proof{}, err
	}
	encoded, ok := cutPrefix(value, basicPrefix)
	if !ok {
		return Proof{}, Refuse(Algorithm, from.String())
	}
	pair, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || !strings.Contains(string(pair), ":") {
		return Proof{}, Refuse(Malformed, from.String())
	}
	return matchSecret(string(pair), c, from)
}

// Accept implements Scheme. A name or a password of nothing protects nothing.
func (Basic) Accept(secret Secret) error {
	name, password, ok := strings.Cut(secret.Reveal(), ":")
	if err := notBlank(secret, "name and password"); err != nil {
		return err
	}
	if !ok || name == "" || password == "" {
		return badForm("name and password", "Write the secret as name:password.")
	}
	return nil
}

// Facts implements Scheme.
func (Basic) Facts() Facts {
	return Facts{Family: "HTTP basic authentication", Keyed: true, Signature: Header("Authorization"), Prefix: basicPrefix}
}

// Nothing verifies nothing. It is for senders that cannot prove who they are; only the secrecy of the source's
// address protects it. It must be chosen by name and is never a fallback.
type Nothing struct{}

// Verify implements Scheme.
func (Nothing) Verify(context.Context, *Check) (Proof, error) { return Proof{Secret: -1}, nil }

// Accept implements Scheme.
func (Nothing) Accept(Secret) error { return Refuse(BadSecret, "secret") }

// Facts implements Scheme.
func (Nothing) Facts() Facts { return Facts{Family: "none"} }
