package deliver_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/catalog"
	"github.com/posthorn/posthorn/internal/egress"
	"github.com/posthorn/posthorn/internal/hook"
)

// TestWhatAReceiverEchoesIsStoredWithoutTheSecretsOfTheRequest has a receiver that answers with all that it got, in
// several encodings, in its body and its headers.
func TestWhatAReceiverEchoesIsStoredWithoutTheSecretsOfTheRequest(t *testing.T) {
	t.Parallel()
	sender := newScript(nil)
	h := newHouse(t, func(h *house) { h.sender = sender })
	for name, write := range map[string]func([]byte) string{
		"plain":  func(b []byte) string { return string(b) },
		"base64": base64.StdEncoding.EncodeToString,
		"query":  func(b []byte) string { return url.QueryEscape(string(b)) },
		"cut":    func(b []byte) string { return string(b[:len(b)-4]) },
	} {
		for _, status := range []int{200, 302, 400} {
			app := h.application()
			h.endpoint(app, func(n *catalog.NewEndpoint) {
				n.URL = strings.Replace(n.URL, "https://", "https://user:password-of-url@", 1)
				n.Headers = map[string]string{"X-Api-Key": "value-of-the/key+", "X-Plain": "value-that-is-plain"}
			})
			sender.set(func(_ context.Context, c call) egress.Response {
				echo, err := json.Marshal(c.header)
				check(t, err)
				r := answered(status)
				r.Body = []byte(write(append(echo, c.header.Get("X-Api-Key")...)))
				r.Header = http.Header{"Location": {"https://example.com/?key=" + url.QueryEscape(c.header.Get("X-Api-Key"))}, "X-Echo": {c.header.Get("Webhook-Signature")}}
				return r
			})

			m := h.publish(app)

			eventually(t, "the attempt", func() bool { return len(h.attempts(m)) > 0 })
			sent := sender.all()[sender.count()-1].header
			_, signature, _ := strings.Cut(sent.Get("Webhook-Signature"), ",")
			stored := h.attempts(m)[0]
			kept := string(stored.Response) + stored.Headers["Location"] + stored.Headers["X-Echo"]
			for _, secret := range []string{"value-of-the/key", "password-of-url", sent.Get("Authorization"), signature} {
				for _, form := range []string{secret, url.QueryEscape(secret), base64.StdEncoding.EncodeToString([]byte(secret))[2:10]} {
					if strings.Contains(kept, form) {
						t.Errorf("%s, status %d: %q is in %s", name, status, form, kept)
					}
				}
			}
			if !strings.Contains(kept, "[redacted]") || name == "plain" && !strings.Contains(kept, "value-that-is-plain") {
				t.Errorf("%s, status %d: stored is %s", name, status, kept)
			}
		}
	}
}

// TestShortAnswersAreStoredAsTheyAre has an answer that is shorter than what is redacted.
func TestShortAnswersAreStoredAsTheyAre(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	app := h.application()
	e := h.endpoint(app, func(n *catalog.NewEndpoint) { n.Headers = map[string]string{"X-Api-Key": "thanks"} })

	m := h.publish(app)

	h.reaches(m, e, hook.Delivered)
	if got := string(h.attempts(m)[0].Response); got != "thanks" {
		t.Errorf("stored is %q", got)
	}
}
