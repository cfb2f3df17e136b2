package consumer_test

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/consumer"
)

// vector is a request that the documentation of a provider, or a library in another language, has signed.
type vector struct {
	Provider string            `json:"provider"`
	Options  map[string]string `json:"options"`
	Secrets  []consumer.Secret `json:"secrets"`
	Method   string            `json:"method"`
	URL      string            `json:"url"`
	Query    string            `json:"query"`
	Headers  map[string]string `json:"headers"`
	Body     string            `json:"body"`
	At       time.Time         `json:"at"`
	Keys     map[string]string `json:"keys"`
	ID       string            `json:"id"`
	Type     string            `json:"type"`
	Answer   string            `json:"answer"`
}

func readVector(t *testing.T, path string) vector {
	t.Helper()
	text, err := os.ReadFile(path)
	check(t, err)
	var v vector
	check(t, json.Unmarshal(text, &v))
	return v
}

func named(t *testing.T, name string) vector {
	t.Helper()
	return readVector(t, filepath.Join("../internal/provider/all/testdata", name))
}

func (v vector) config(b *box) consumer.Config {
	return consumer.Config{
		Provider: v.Provider, Secrets: v.Secrets, Options: v.Options, PublicURL: v.URL, Fallback: b.put,
		Now: func() time.Time { return v.At }, Client: &http.Client{Transport: pages(v.Keys)},
		Learn: func(context.Context, consumer.Secret) error { return nil },
	}
}

func (v vector) request() *http.Request {
	r := httptest.NewRequest(v.Method, "http://behind.a.proxy/somewhere?"+v.Query, strings.NewReader(v.Body))
	for name, value := range v.Headers {
		r.Header.Set(name, value)
	}
	return r
}

const elsewhere = "https://elsewhere.example/"

// pages is the network: documents by address. What is empty is a redirect.
type pages map[string]string

// RoundTrip implements http.RoundTripper.
func (p pages) RoundTrip(r *http.Request) (*http.Response, error) {
	text, ok := p[r.URL.String()]
	answer := &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(text)), Header: http.Header{}, Request: r}
	switch {
	case !ok:
		answer.StatusCode = http.StatusNotFound
	case text == "":
		answer.StatusCode = http.StatusFound
		answer.Header.Set("Location", elsewhere)
	}
	return answer, nil
}

func TestEveryProviderIsUnderstood(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../internal/provider/all/testdata/*.json")
	check(t, err)
	if len(files) < 80 {
		t.Fatalf("only %d requests", len(files))
	}
	for _, path := range files {
		if strings.HasSuffix(path, "aws-sns-confirmation.json") { // has a test of its own
			continue
		}
		t.Run(filepath.Base(path), func(t *testing.T) {
			v, b := readVector(t, path), &box{}
			h := build(t, v.config(b))

			w := send(h, v.request())

			if w.Code/100 != 2 {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"), "nosniff")
			if v.Answer != "" || strings.HasSuffix(path, "xero-intent.json") { // the latter's answer is its status
				equal(t, "events of a handshake", len(b.events), 0)
				if said := w.Body.String() + w.Header().Get("X-Hook-Secret"); !strings.Contains(said, v.Answer) {
					t.Errorf("answered %q, want %q in it", said, v.Answer)
				}
				return
			}
			if len(b.events) != 1 {
				t.Fatalf("%d events", len(b.events))
			}
			e := b.events[0]
			equal(t, "id", e.ID, v.ID)
			equal(t, "type", e.Type, v.Type)
			equal(t, "body", string(e.Body), v.Body)
		})
	}
}

func TestSubscriptionIsConfirmedWhereSNSIsAndNowhereElse(t *testing.T) {
	t.Parallel()
	v := named(t, "aws-sns-confirmation.json")
	var body struct{ SubscribeURL string }
	check(t, json.Unmarshal([]byte(v.Body), &body))
	answered := func(network pages) int {
		maps.Copy(network, v.Keys)
		config := v.config(&box{})
		config.Client = &http.Client{Transport: network}
		return send(build(t, config), v.request()).Code
	}

	equal(t, "there", answered(pages{body.SubscribeURL: "confirmed"}), http.StatusOK)
	equal(t, "away", answered(pages{}), http.StatusServiceUnavailable)
	equal(t, "redirected", answered(pages{body.SubscribeURL: "", elsewhere: "confirmed"}), http.StatusServiceUnavailable)

	for _, host := range []string{"169.254.169.254", "sns.evil.com", "sns.us-west-2.amazonaws.com.evil.com"} {
		evil := v
		evil.Body = strings.Replace(v.Body, `"SubscribeURL": "https://sns.us-west-2.amazonaws.com`, `"SubscribeURL": "https://`+host, 1)
		equal(t, host, send(build(t, v.config(&box{})), evil.request()).Code, http.StatusUnauthorized)
	}
}
