package load

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/posthorn/posthorn/internal/bench/rawhttp"
	"github.com/posthorn/posthorn/internal/bench/remote"
	"github.com/posthorn/posthorn/internal/bench/sink"
)

// tries is how often a publisher sends a message before it gives up, as the client libraries do.
const tries = 4

// publisher is one client: one connection, one request at a time.
type publisher struct {
	plan    Plan
	live    *Live
	client  rawhttp.Client
	request request
	result  Result
}

// newPublisher returns a publisher with its own copy of the prepared request to one of the addresses.
func newPublisher(p Plan, address string, live *Live) *publisher {
	client := rawhttp.Client{Address: address, Timeout: p.Timeout, Now: p.Clock.Now}
	return &publisher{plan: p, live: live, client: client, request: prepare(p, address)}
}

// run sends a message for every ticket until there are no more.
func (p *publisher) run(ctx context.Context, next func() (time.Duration, bool)) error {
	defer p.client.Close()
	for {
		intended, ok := next()
		if !ok {
			return nil
		}
		if p.plan.Rate > 0 {
			p.result.Late.Record(p.plan.Elapsed() - intended)
		}
		if err := p.publish(ctx, intended); err != nil {
			return err
		}
	}
}

// publish sends one message, under one key, until it is acknowledged or there is no hope.
func (p *publisher) publish(ctx context.Context, intended time.Duration) error {
	p.request.newKey()
	for try := range tries {
		if try > 0 {
			p.result.Retried++
			pause(ctx, 50*time.Millisecond<<try)
		}
		status, body, err := p.client.Do(ctx, p.request.bytes)
		switch {
		case err != nil, status == 429, status >= 500:
			continue
		case status >= 300:
			return remote.Refusal(status, body) // no repetition would change it
		}
		return p.acknowledged(intended, rawhttp.Member(body, "id"))
	}
	p.result.Unacked++
	p.live.Failed.Add(1)
	return nil
}

// acknowledged notes the answer to one message.
func (p *publisher) acknowledged(intended time.Duration, id []byte) error {
	if len(id) == 0 {
		return errors.New("the server acknowledged a message without an id")
	}
	p.result.Sent = append(p.result.Sent, Sent{
		Message: sink.Key(id), Intended: intended, Acked: p.plan.Elapsed(),
	})
	p.live.Acked.Add(1)
	return nil
}

// pause waits for d or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// request is one publish as it goes over the wire; only its idempotency key changes.
type request struct {
	bytes []byte
	key   []byte // the digits of the key, within bytes
}

// keyPattern has the form in which the client libraries send their keys.
const keyPattern = "auto_00000000-0000-4000-8000-000000000000"

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
