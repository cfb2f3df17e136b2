package consumer_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/posthorn/posthorn/consumer"
)

const secret = "It's a Secret to Everybody"

// box is a queue that keeps what it is given, unless do says otherwise.
type box struct {
	mutex  sync.Mutex
	events []consumer.Event
	calls  int
	do     func(ctx context.Context, call int) error
}

func (b *box) put(ctx context.Context, e consumer.Event) error {
	b.mutex.Lock()
	b.calls++
	call := b.calls
	b.mutex.Unlock()
	if b.do != nil {
		if err := b.do(ctx, call); err != nil {
			return err
		}
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.events = append(b.events, e)
	return nil
}

func (b *box) called() int {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.calls
}

// github returns a consumer of GitHub's webhooks in front of b.
func github(t *testing.T, b *box, change ...func(*consumer.Config)) *consumer.Consumer {
	t.Helper()
	c := consumer.Config{Provider: "github", Secrets: []consumer.Secret{secret}, Fallback: b.put}
	for _, f := range change {
		f(&c)
	}
	return build(t, c)
}

func build(t *testing.T, c consumer.Config) *consumer.Consumer {
	t.Helper()
	made, err := consumer.New(c)
	check(t, err)
	return made
}

// push returns a request as GitHub sends it.
func push(body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/hook", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-GitHub-Event", "push")
	r.Header.Set("X-GitHub-Delivery", "72d3162e")
	r.Header.Set("X-Hub-Signature-256", "sha256="+mac(secret, body))
	return r
}

func mac(key, text string) string {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(text))
	return hex.EncodeToString(h.Sum(nil))
}

// charge returns a request as Stripe sends it.
func charge(key string, at time.Time, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/hook", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	stamp := fmt.Sprint(at.Unix())
	r.Header.Set("Stripe-Signature", "t="+stamp+",v1="+mac(key, stamp+"."+body))
	return r
}

// send returns the answer to a request.
func send(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func with(r *http.Request, name string, values ...string) *http.Request {
	r.Header.Del(name)
	for _, v := range values {
		r.Header.Add(name, v)
	}
	return r
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func noon() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }
