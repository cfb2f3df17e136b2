package provider

import (
	"context"
	"crypto/hmac"
	"net/http"
	"slices"
	"strings"
)

// Handshake is a question that a provider asks before, or between, its webhooks: is this address yours? It is answered
// and not stored.
type Handshake struct {
	Name   string
	Method string  // POST if empty
	When   []Match // all of them tell this question from a webhook
	Guard  Guard
	Token  Piece // with Guard TokenKnown: what must be the option TokenOption
	// Echo is the challenge. It is bounded, printable, and given back as plain text, as JSON or in a header.
	Echo   Piece
	Reply  []Given
	Fixed  string // the answer's body, where it is always the same; in place of Echo and Reply
	As     string // media type of the answer's body: Text or JSON; no body if empty
	Status int    // 200 if zero

	Learn Piece   // the secret that the provider tells us
	Visit Fetched // the address that must be visited to confirm
}

// TokenOption is the option that holds the word which Guard TokenKnown asks for.
const TokenOption = "verify_token"

// Match is a place and what must stand there; anything if Equals is empty.
type Match struct {
	At     Piece
	Equals string
}

// Guard says who may ask.
type Guard uint8

// The guards.
const (
	Open       Guard = iota // anyone: the answer tells nothing that the asker does not know
	Signed                  // whoever can sign a webhook
	TokenKnown              // whoever knows the word that was set up on both sides
	Unset                   // anyone, as long as the source has no secret yet
)

// Given is one value of the answer.
type Given struct {
	Name     string // of the JSON field or header; empty for a plain text
	InHeader bool
	Value    Piece // the challenge if zero
	Seal     Seal
}

// Seal turns a value into a proof that we know the secret. The zero Seal leaves it as it is. A sealed value is a
// token: nothing that could be the body of a webhook.
type Seal struct {
	Hash     Hash
	Encoding Encoding
	Prefix   string
}

// greet answers a handshake. It returns nil if the request is none.
func (p Provider) greet(ctx context.Context, c *Check) (*Reply, error) {
	handshakes, err := p.handshakes(c.Options)
	if err != nil {
		return nil, err
	}
	for _, h := range handshakes {
		if !h.asks(c) {
			continue
		}
		if err := h.admit(ctx, p, c); err != nil {
			return nil, err
		}
		return h.answer(c)
	}
	return nil, nil //nolint:nilnil // no handshake is the usual case and no failure
}

// HandshakesFor returns the handshakes of a source with the given options, those that they declare included.
func (p Provider) HandshakesFor(o Options) ([]Handshake, error) {
	return p.handshakes(p.withDefaults(o))
}

// handshakes is HandshakesFor with the defaults filled in.
func (p Provider) handshakes(o Options) ([]Handshake, error) {
	if p.Ask == nil {
		return p.Handshakes, nil
	}
	declared, err := p.Ask(o)
	if err != nil || declared.Name == "" {
		return p.Handshakes, err
	}
	return append(slices.Clip(p.Handshakes), declared), nil
}

// asks reports whether the request is this question.
func (h Handshake) asks(c *Check) bool {
	want := h.Method
	if want == "" {
		want = http.MethodPost
	}
	if !strings.EqualFold(c.Request.Method, want) {
		return false
	}
	for _, m := range h.When {
		got, err := m.At.Read(c)
		if err != nil || m.Equals != "" && got != m.Equals {
			return false
		}
	}
	return true
}

// admit refuses whoever may not ask.
func (h Handshake) admit(ctx context.Context, p Provider, c *Check) error {
	switch h.Guard {
	case Open:
		return nil
	case Signed:
		_, _, err := p.verify(ctx, c)
		return err
	case TokenKnown:
		return h.checkToken(c)
	case Unset:
		if len(c.Secrets) == 0 {
			return nil
		}
		return Refuse(BadChallenge, h.Name)
	}
	return Refuse(UnknownScheme, h.Name)
}

func (h Handshake) checkToken(c *Check) error {
	want := c.Option(TokenOption)
	if strings.TrimSpace(want) == "" {
		return Refuse(BadOption, "option "+TokenOption)
	}
	got, err := h.Token.Read(c)
	if err != nil {
		return err
	}
	if !hmac.Equal([]byte(got), []byte(want)) {
		return Refuse(NoMatch, h.Token.String())
	}
	return nil
}
