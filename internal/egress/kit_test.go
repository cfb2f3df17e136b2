package egress_test

import (
	"context"
	"net/netip"
	"testing"

	"github.com/posthorn/posthorn/internal/egress"
)

// policy returns the policy of o.
func policy(t testing.TB, o egress.Options) egress.Policy {
	t.Helper()
	p, err := egress.NewPolicy(o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// loopbackPolicy permits what every test server listens on.
func loopbackPolicy(t testing.TB) egress.Policy {
	t.Helper()
	return policy(t, egress.Options{AllowNetworks: []string{"127.0.0.0/8"}})
}

func target(t testing.TB, raw string) egress.Target {
	t.Helper()
	parsed, err := egress.ParseTarget(raw)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// newClient returns a client for c that is closed with the test.
func newClient(t testing.TB, c egress.Config) *egress.Client {
	t.Helper()
	client := egress.New(c)
	t.Cleanup(client.Close)
	return client
}

// post makes one attempt to raw with a small body.
func post(t testing.TB, c *egress.Client, raw string) egress.Response {
	t.Helper()
	return c.Do(t.Context(), egress.Request{Target: target(t, raw), Body: []byte(`{"a":1}`)})
}

// answers is a resolver that gives the same addresses for every name.
type answers []netip.Addr

func (a answers) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) { return a, nil }

func resolvesTo(texts ...string) answers {
	var a answers
	for _, text := range texts {
		a = append(a, netip.MustParseAddr(text))
	}
	return a
}
