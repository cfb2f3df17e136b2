package load

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"strconv"

	"github.com/posthorn/posthorn/internal/bench/rawhttp"
	"github.com/posthorn/posthorn/internal/bench/remote"
	"github.com/posthorn/posthorn/internal/bench/sink"
)

// Maker makes what one publisher sends and judges the answers.
type Maker interface {
	// Next returns the bytes of a request that was not made before. They are valid until the next call.
	Next() []byte
	// Judge returns the key under which the request that Next returned last is noted, or an error if the answer says
	// that no other request would fare better. It does not see answers that a repetition may change.
	Judge(status int, body []byte) (uint64, error)
}

// messages makes publishes of a plan's body to one of its addresses.
func (p Plan) messages(address string) Maker { return prepare(p, address) }

// request is one publish as it goes over the wire; only its idempotency key changes.
type request struct {
	bytes []byte
	key   []byte // the digits of the key, within bytes
}

// keyPattern has the form in which the client libraries send their keys.
const keyPattern = "auto_00000000-0000-4000-8000-000000000000"

// Next implements Maker.
func (r request) Next() []byte {
	r.newKey()
	return r.bytes
}

// Judge implements Maker.
func (r request) Judge(status int, body []byte) (uint64, error) {
	if status >= 300 {
		return 0, remote.Refusal(status, body)
	}
	id := rawhttp.Member(body, "id")
	if len(id) == 0 {
		return 0, errors.New("the server acknowledged a message without an id")
	}
	return sink.Key(id), nil
}

// newKey gives the request another idempotency key. The key is random, as a client library's is:
// ascending ones would be kinder to the server's index than real ones are.
func (r request) newKey() {
	const digits = "0123456789abcdef"
	for i, c := range []byte(keyPattern[len("auto_"):]) {
		if c != '-' {
			r.key[i] = digits[rand.IntN(16)]
		}
	}
}

// prepare renders the request of a plan to one of its addresses.
func prepare(p Plan, address string) request {
	var b bytes.Buffer
	b.WriteString("POST " + p.Path + " HTTP/1.1\r\nHost: " + address + "\r\n")
	b.WriteString("User-Agent: posthorn-bench\r\nAccept: application/json\r\nContent-Type: application/json\r\n")
	if p.Token != "" {
		b.WriteString("Authorization: Bearer " + p.Token + "\r\n")
	}
	b.WriteString("Idempotency-Key: " + keyPattern + "\r\n")
	key := b.Len() - len(keyPattern) - len("\r\n") + len("auto_")
	b.WriteString("Content-Length: " + strconv.Itoa(len(p.Body)) + "\r\n\r\n")
	b.Write(p.Body)
	all := b.Bytes()
	return request{bytes: all, key: all[key : key+len(keyPattern)-len("auto_")]}
}
