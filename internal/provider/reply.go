package provider

import (
	"crypto/hmac"
	"encoding/json"
	"net/http"
	"strings"
	"unicode"
)

// Reply is the answer to a handshake.
type Reply struct {
	Handshake   string
	Status      int
	ContentType string
	Header      map[string]string
	Body        []byte
	Learned     Secret // a secret that the provider has told; to be kept, sealed
	Visit       string // an address that must be visited through the guarded door; its host has been checked
	Hosts       []string
}

// answer builds the reply.
func (h Handshake) answer(c *Check) (*Reply, error) {
	r := &Reply{Handshake: h.Name, Status: h.Status, ContentType: h.As, Header: map[string]string{}}
	if r.Status == 0 {
		r.Status = http.StatusOK
	}
	fields := map[string]string{}
	for _, g := range h.Reply {
		value, err := h.value(g, c)
		if err != nil {
			return nil, err
		}
		if g.InHeader {
			r.Header[g.Name] = value
			continue
		}
		fields[g.Name] = value
	}
	if h.Fixed != "" {
		r.Body = []byte(h.Fixed)
	} else if err := r.write(fields); err != nil {
		return nil, err
	}
	return r, h.confirm(c, r)
}

// write puts the fields into the body.
func (r *Reply) write(fields map[string]string) error {
	switch r.ContentType {
	case JSON:
		body, err := json.Marshal(fields)
		r.Body = body
		return err
	case Text:
		r.Body = []byte(fields[""])
	}
	return nil
}

// value returns one value of the answer.
func (h Handshake) value(g Given, c *Check) (string, error) {
	from := g.Value
	if from.None() {
		from = h.Echo
	}
	text, err := challenge(from, c)
	if err != nil || g.Seal == (Seal{}) {
		return text, err
	}
	make := g.Seal.Hash.maker()
	if make == nil || len(c.Secrets) == 0 || c.Secrets[0].Blank() {
		return "", Refuse(NoSecret, "secret")
	}
	if strings.ContainsFunc(text, notToken) {
		return "", Refuse(BadChallenge, from.String())
	}
	mac := hmac.New(make, []byte(c.Secrets[0].Reveal()))
	mac.Write([]byte(text))
	return g.Seal.Prefix + g.Seal.Encoding.encode(mac.Sum(nil)), nil
}

// notToken keeps a sealed challenge to letters, digits and the signs of base64. The same secret signs webhooks: whoever
// could have any text sealed would have a webhook of their own signed.
func notToken(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("+/=_-", r)
}

// Sealable reports whether a text could be a challenge that is sealed (see Given). Where webhooks are signed in the same
// way as challenges are sealed, such a body must be refused. No empty text is sealed.
func Sealable(text []byte) bool {
	return len(text) > 0 && !strings.ContainsFunc(string(text), notToken)
}

// challenge returns a text that may be given back: short, and nothing but printable characters.
func challenge(from Piece, c *Check) (string, error) {
	const longest = 1 << 10
	text, err := from.Read(c)
	if err != nil {
		return "", err
	}
	odd := func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }
	if len(text) > longest || strings.ContainsFunc(text, odd) {
		return "", Refuse(BadChallenge, from.String())
	}
	return text, nil
}

// confirm adds what the caller has to do: keep a secret, visit an address.
func (h Handshake) confirm(c *Check, r *Reply) error {
	if !h.Learn.None() {
		secret, err := challenge(h.Learn, c)
		if err != nil {
			return err
		}
		r.Learned = Secret(secret)
	}
	if h.Visit.None() {
		return nil
	}
	address, err := h.Visit.From.Read(c)
	if err != nil {
		return err
	}
	if !h.Visit.allows(address) {
		return Refuse(KeyHost, h.Visit.From.String())
	}
	r.Visit, r.Hosts = address, h.Visit.Hosts
	return nil
}
