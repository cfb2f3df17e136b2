package diagnose_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/provider"
	"github.com/posthorn/posthorn/internal/provider/all"
	"github.com/posthorn/posthorn/internal/provider/diagnose"
)

const publicURL = "https://hooks.example.com/in/src_2abc"

func noon() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

// sender signs as a provider does, written apart from its declaration.
type sender struct {
	secret string
	kind   string // content type; JSON if empty
	sign   func(c *provider.Check, secret string)
}

const text = "a text as a secret: abcdef" // a key whose bytes are the text

// bytesKey is a key whose bytes the text stands for.
const bytesKey = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

func senders() map[string]sender {
	stamp := func(c *provider.Check) string { return strconv.FormatInt(c.Request.ReceivedAt.Unix(), 10) }
	return map[string]sender{
		"github": {text, "", func(c *provider.Check, s string) {
			c.Request.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac(s, string(c.Request.Body))))
			c.Request.Header.Set("X-GitHub-Event", "push")
		}},
		"stripe": {bytesKey, "", func(c *provider.Check, s string) {
			at := stamp(c)
			c.Request.Header.Set("Stripe-Signature", "t="+at+",v1="+hex.EncodeToString(mac(s, at+"."+string(c.Request.Body))))
		}},
		"shopify": {text, "", func(c *provider.Check, s string) {
			c.Request.Header.Set("X-Shopify-Hmac-Sha256", base64.StdEncoding.EncodeToString(mac(s, string(c.Request.Body))))
		}},
		"slack": {text, "", func(c *provider.Check, s string) {
			c.Request.Header.Set("X-Slack-Request-Timestamp", stamp(c))
			c.Request.Header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac(s, "v0:"+stamp(c)+":"+string(c.Request.Body))))
		}},
		"standard-webhooks": {bytesKey, "", func(c *provider.Check, s string) {
			key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(s, "whsec_"))
			if err != nil {
				panic(err) // the test's own key
			}
			c.Request.Header.Set("webhook-id", "msg_1")
			c.Request.Header.Set("webhook-timestamp", stamp(c))
			c.Request.Header.Set("webhook-signature", "v1,"+base64.StdEncoding.EncodeToString(mac(string(key), "msg_1."+stamp(c)+"."+string(c.Request.Body))))
		}},
		"twilio": {text, "application/x-www-form-urlencoded", func(c *provider.Check, s string) {
			h := hmac.New(sha1.New, []byte(s))
			h.Write([]byte(c.Request.URL() + "Bodyhi"))
			c.Request.Header.Set("X-Twilio-Signature", base64.StdEncoding.EncodeToString(h.Sum(nil)))
		}},
	}
}

func mac(key, text string) []byte {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(text))
	return h.Sum(nil)
}

// signed returns a request as a provider sends it.
func signed(t *testing.T, name, body string) diagnose.Case {
	t.Helper()
	s := senders()[name]
	kind := s.kind
	if kind == "" {
		kind = "application/json"
	}
	c := diagnose.Case{Catalog: all.Catalog(), Provider: name, Check: provider.Check{
		Secrets: []provider.Secret{provider.Secret(s.secret)},
		Request: provider.Request{
			Method: http.MethodPost, PublicURL: publicURL, Body: []byte(body), ReceivedAt: noon(),
			Header: http.Header{"Content-Type": {kind}, "User-Agent": {"test"}},
		},
	}}
	s.sign(&c.Check, s.secret)
	return c
}

func run(t *testing.T, c diagnose.Case) diagnose.Report {
	t.Helper()
	r, err := diagnose.Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// codes returns the findings of a report, such as "body/bom_added".
func codes(r diagnose.Report) string {
	var list []string
	for _, f := range r.Findings {
		list = append(list, string(f.Part)+"/"+f.Code)
	}
	return strings.Join(list, " ")
}

// nothing is a KeySource that is never asked.
type nothing struct{ provider.KeySource }
