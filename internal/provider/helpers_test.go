package provider_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/provider"
)

func noon() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

// check is a POST of a body with headers, which stand in pairs.
func check(body string, headers ...string) *provider.Check {
	c := &provider.Check{
		Secrets: []provider.Secret{"s3cret"},
		Request: provider.Request{
			Method: http.MethodPost, PublicURL: "https://hooks.example.com/in/key", Header: http.Header{}, Body: []byte(body), ReceivedAt: noon(),
		},
	}
	for i := 0; i+1 < len(headers); i += 2 {
		c.Request.Header.Add(headers[i], headers[i+1])
	}
	return c
}

// of is a provider that has nothing but a scheme.
func of(s provider.Scheme) provider.Provider {
	return provider.Provider{Name: "p", Title: "P", Scheme: s}
}

func sum(text string) string {
	h := hmac.New(sha256.New, []byte("s3cret"))
	h.Write([]byte(text))
	return hex.EncodeToString(h.Sum(nil))
}

// refused asks for one reason.
func refused(t *testing.T, name string, err error, want provider.Reason) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: got %v, want %s", name, err, want)
	}
}

// documents is a KeySource that holds what it would fetch, by address.
type documents map[string]string

// Fetch returns the document at an address.
func (d documents) Fetch(_ context.Context, address string, _ []string) ([]byte, error) {
	if text, ok := d[address]; ok {
		return []byte(text), nil
	}
	return nil, errors.New("not there")
}

func asFault(err error, into **fault.Error) bool { return errors.As(err, into) }
