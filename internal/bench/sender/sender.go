// Package sender makes webhooks as providers make them: with an id of its own in each, and signed. The benchmark needs
// it because the same request twice would be one webhook sent again, and because a signature that is made once and
// repeated would show nothing of what checking costs.
package sender

import (
	"crypto/hmac"
	"crypto/sha256"
	"hash"
	"math/rand/v2"
	"strconv"
	"time"
)

// Options say what to send.
type Options struct {
	Provider string // one of Providers
	Secret   string // as the source was told it
	Host     string
	Path     string
	Payload  []byte // a JSON object, which gets an id as its first member
	Now      func() time.Time
}

// Sender makes the webhooks of one client. It is not safe for concurrent use.
type Sender struct {
	headers func(*Sender, []byte) []byte
	mac     hash.Hash
	now     func() time.Time
	head    []byte // what all requests begin with
	body    []byte
	id      []byte // the digits of the id, within body
	request []byte
	sum     []byte
	stamp   []byte
}

// New returns a sender, or false if its provider is not known or cannot use the secret.
func New(o Options) (*Sender, bool) {
	kind, known := kinds()[o.Provider]
	if !known {
		return nil, false
	}
	key, ok := kind.key(o.Secret)
	body, id := Identified(o.Payload)
	head := "POST " + o.Path + " HTTP/1.1\r\nHost: " + o.Host + "\r\nUser-Agent: posthorn-bench\r\nAccept: */*\r\n" +
		"Content-Type: application/json\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n"
	return &Sender{
		headers: kind.headers, mac: hmac.New(sha256.New, key), now: o.Now, head: []byte(head), body: body, id: id,
	}, ok
}

// pattern has the form of a random UUID, which many providers use.
const pattern = "00000000-0000-4000-8000-000000000000"

// Extra is how many bytes longer a webhook is than its payload.
const Extra = len(`"id":"",`) + len(pattern)

// Identified returns the payload with an id as its first member, and where that stands.
func Identified(payload []byte) (body, id []byte) {
	rest := payload[1:]
	body = append([]byte(`{"id":"`), pattern...)
	body = append(body, '"')
	if string(rest) != "}" {
		body = append(body, ',')
	}
	body = append(body, rest...)
	return body, body[len(`{"id":"`):][:len(pattern)]
}

// Next returns the bytes of a webhook with a new id. They are valid until the next call.
func (s *Sender) Next() []byte {
	const digits = "0123456789abcdef"
	for i, c := range []byte(pattern) {
		if c != '-' {
			s.id[i] = digits[rand.IntN(16)]
		}
	}
	s.stamp = strconv.AppendInt(s.stamp[:0], s.now().Unix(), 10)
	b := s.headers(s, append(s.request[:0], s.head...))
	s.request = append(append(b, "\r\n\r\n"...), s.body...)
	return s.request
}

// ID returns the id of the webhook that Next returned last.
func (s *Sender) ID() []byte { return s.id }

// sign returns the MAC over all parts.
func (s *Sender) sign(parts ...[]byte) []byte {
	s.mac.Reset()
	for _, p := range parts {
		s.mac.Write(p)
	}
	s.sum = s.mac.Sum(s.sum[:0])
	return s.sum
}
