package crash

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// door is the source under test as a sender knows it.
type door struct {
	base, path, secret string
	client             *http.Client
	elapsed            func() time.Duration

	mu   sync.Mutex
	sent []Sent
}

// intakeSender is somebody else's system: it sends a webhook again, byte for byte, until it is told that it was taken.
type intakeSender struct {
	door   *door
	rand   *rand.Rand
	number int
	count  int
	gap    time.Duration
}

// run sends until stop is closed.
func (s *intakeSender) run(ctx context.Context, stop <-chan struct{}) error {
	for {
		body, contentType := s.webhook()
		for again := true; again; {
			taken, err := s.try(ctx, body, contentType)
			if err != nil {
				return err
			}
			again = !taken || s.rand.IntN(100) < 3 // some send once more what was taken
			if again && !s.pause(ctx, stop, time.Duration(10+s.rand.IntN(60))*time.Millisecond) {
				return ctx.Err()
			}
		}
		if !s.pause(ctx, stop, s.gap) {
			return ctx.Err()
		}
	}
}

// webhook returns a body that was not sent before: JSON with spelling that a careless store would mend, or, one in
// four, bytes that are no text at all.
func (s *intakeSender) webhook() (body []byte, contentType string) {
	s.count++
	if s.rand.IntN(4) == 0 {
		body = fmt.Appendf(nil, "n=%d.%d&b=", s.number, s.count)
		for range s.rand.IntN(600) {
			body = append(body, byte(s.rand.Uint32())) //nolint:gosec // any byte will do
		}
		return body, "application/x-www-form-urlencoded"
	}
	text := bytes.Repeat([]byte("\\u00e9 ü\u2028<"), s.rand.IntN(120))
	return fmt.Appendf(nil, "{ \"key\" : \"%d.%d\" ,\r\n\t\"n\": 1.0e0, \"n\": 10000000000000000001, \"text\":\"%s\"}\n", s.number, s.count, text),
		"application/json; charset=utf-8"
}

// try sends one request. Three in a hundred are given up after a few milliseconds.
func (s *intakeSender) try(ctx context.Context, body []byte, contentType string) (taken bool, err error) {
	timeout := 5 * time.Second
	if s.rand.IntN(100) < 3 {
		timeout = time.Duration(1+s.rand.IntN(5)) * time.Millisecond
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	seen := Sent{Digest: digest(body)}
	status, problem := s.door.post(ctx, body, contentType)
	seen.Status, seen.Answered = status, s.door.elapsed()
	if problem != nil {
		seen.Status, seen.Problem = 0, problem.Error()
	}
	s.door.note(seen)
	if seen.Status >= 300 && seen.Status < 500 && seen.Status != http.StatusTooManyRequests {
		return false, fmt.Errorf("a webhook was refused with status %d", status)
	}
	return seen.Status == http.StatusOK, nil
}

func (s *intakeSender) pause(ctx context.Context, stop <-chan struct{}, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-stop:
	case <-ctx.Done():
	}
	return false
}

// post sends a body as GitHub does.
func (d *door) post(ctx context.Context, body []byte, contentType string) (int, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, d.base+d.path, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	mac := hmac.New(sha256.New, []byte(d.secret))
	mac.Write(body)
	r.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	r.Header.Set("X-GitHub-Event", "push")
	r.Header.Set("Content-Type", contentType)
	answer, err := d.client.Do(r)
	if err != nil {
		return 0, err
	}
	_, _ = io.Copy(io.Discard, answer.Body) // the status is the promise
	return answer.StatusCode, answer.Body.Close()
}

func (d *door) note(s Sent) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sent = append(d.sent, s)
}
