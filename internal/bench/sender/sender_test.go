package sender_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/posthorn/posthorn/internal/bench/sender"
	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/provider"
	"github.com/posthorn/posthorn/internal/provider/all"
)

func TestWebhooksAreWhatTheirProvidersDeclarationTakes(t *testing.T) {
	t.Parallel()
	for _, name := range sender.Providers() {
		secret := sender.Secret(name, bytes.Repeat([]byte{7}, 32))
		foreign := sender.Secret(name, bytes.Repeat([]byte{8}, 32))
		s := newSender(t, name, secret)
		seen := map[string]bool{}

		for range 3 {
			verdict, err := judge(t, name, secret, s.Next())

			if err != nil || verdict.ID != string(s.ID()) || seen[verdict.ID] || seen[verdict.Key] || verdict.Key == "" {
				t.Errorf("%s: %+v, %v, id %s", name, verdict, err, s.ID())
			}
			seen[verdict.ID], seen[verdict.Key] = true, true
		}
		if _, err := judge(t, name, foreign, s.Next()); err == nil {
			t.Errorf("%s: a foreign secret verifies", name)
		}
	}
}

func TestBodyIsThePayloadWithAnIdInFront(t *testing.T) {
	t.Parallel()
	for _, payload := range []string{`{}`, `{"a":{"b":[1]}}`} {
		body, id := sender.Identified([]byte(payload))

		var object map[string]any
		if err := json.Unmarshal(body, &object); err != nil || object["id"] != string(id) || len(body) > len(payload)+sender.Extra {
			t.Errorf("%s became %s, %v", payload, body, err)
		}
	}
}

func TestUnknownProvidersAndUselessSecretsAreRefused(t *testing.T) {
	t.Parallel()
	for provider, secret := range map[string]string{"nobody": "x", "github": "", "standard-webhooks": "whsec_*"} {
		if _, ok := sender.New(sender.Options{Provider: provider, Secret: secret, Payload: []byte(`{}`)}); ok {
			t.Errorf("%s with %q", provider, secret)
		}
	}
}

func newSender(t *testing.T, name, secret string) *sender.Sender {
	t.Helper()
	s, ok := sender.New(sender.Options{
		Provider: name, Secret: secret, Host: "h", Path: "/in/x", Payload: []byte(`{"type":"a.b"}`), Now: clock.Clock{}.Now,
	})
	if !ok {
		t.Fatal(name)
	}
	return s
}

// judge reads a request as a server does and asks the declaration.
func judge(t *testing.T, name, secret string, request []byte) (provider.Verdict, error) {
	t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(request)))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil || int64(len(body)) != r.ContentLength {
		t.Fatalf("%d bytes of %d, %v", len(body), r.ContentLength, err)
	}
	declared, err := all.Catalog().ByName(name)
	if err != nil {
		t.Fatal(err)
	}
	return declared.Judge(t.Context(), &provider.Check{
		Request: provider.Request{Method: r.Method, Header: r.Header, Body: body, ReceivedAt: clock.Clock{}.Now()},
		Secrets: []provider.Secret{provider.Secret(secret)}, Options: provider.Options{},
	})
}
