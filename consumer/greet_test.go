package consumer_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/consumer"
)

// told is a handshake in which Asana tells a secret.
func told(s string) *http.Request { return with(push(""), "X-Hook-Secret", s) }

func TestSecretIsLearnedOnceAndUsed(t *testing.T) {
	t.Parallel()
	b, learned, failing := &box{}, []string{}, true
	h := build(t, consumer.Config{
		Provider: "asana", Fallback: b.put,
		Learn: func(_ context.Context, s consumer.Secret) error {
			if failing {
				return errFull
			}
			learned = append(learned, string(s))
			return nil
		},
	})
	const body = `{"events":[]}`
	hook := func(key string) *http.Request { return with(push(body), "X-Hook-Signature", mac(key, body)) }

	equal(t, "before", send(h, hook("s3cret")).Code, http.StatusUnauthorized)
	lost := send(h, told("lost"))
	equal(t, "not kept", lost.Code, http.StatusServiceUnavailable)
	equal(t, "Retry-After", lost.Header().Get("Retry-After"), "5")
	failing = false
	w := send(h, told("s3cret"))
	equal(t, "kept", w.Code, http.StatusOK)
	equal(t, "echoed", w.Header().Get("X-Hook-Secret"), "s3cret")
	equal(t, "a second one", send(h, told("forged")).Code, http.StatusUnauthorized)

	equal(t, "learned", strings.Join(learned, " "), "s3cret")
	equal(t, "an event", send(h, hook("s3cret")).Code, http.StatusOK)
	equal(t, "a forged event", send(h, hook("forged")).Code, http.StatusUnauthorized)
	equal(t, "an event with what was not kept", send(h, hook("lost")).Code, http.StatusUnauthorized)
}

func TestOfTwoSecretsAtOnceOneIsLearned(t *testing.T) {
	t.Parallel()
	b, first, calls := &box{}, make(chan struct{}), make(chan string, 2)
	h := build(t, consumer.Config{
		Provider: "asana", Fallback: b.put,
		Learn: func(_ context.Context, s consumer.Secret) error {
			calls <- string(s)
			<-first
			return nil
		},
	})
	codes := make(chan int, 2)
	for _, s := range []string{"one", "two"} {
		go func() { codes <- send(h, told(s)).Code }()
	}
	<-calls
	close(first)

	if a, b := <-codes, <-codes; a == b || a+b != 200+401 && a+b != 200+503 {
		t.Errorf("answers %d and %d", a, b)
	}
	equal(t, "more calls", len(calls), 0)
}
