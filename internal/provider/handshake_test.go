package provider_test

import (
	"testing"

	"github.com/posthorn/posthorn/internal/provider"
)

// sealing is a provider whose challenge anyone may have sealed.
func sealing() provider.Provider {
	p := of(provider.HMAC{Hash: provider.SHA256, Signature: provider.Header("X-Sig")})
	p.Handshakes = []provider.Handshake{{
		Name: "check", Method: "GET", When: []provider.Match{{At: provider.Query("c")}}, Echo: provider.Query("c"), As: provider.Text,
		Reply: []provider.Given{{Seal: provider.Seal{Hash: provider.SHA256}}},
	}}
	return p
}

// Otherwise a stranger would have a body of his choice signed with the secret that signs webhooks.
func TestOnlyTokensAreSealed(t *testing.T) {
	t.Parallel()

	for query, ok := range map[string]bool{
		"c=aZ09%2B%2F%3D_-": true, "c=%7B%22id%22%3A1%7D": false, "c=v0%3A1%3A": false, "c=a+b": false, "c=1.2": false,
	} {
		c := check("")
		c.Request.Method, c.Request.Query = "GET", query
		if _, err := sealing().Judge(t.Context(), c); (err == nil) != ok {
			t.Errorf("%s: %v", query, err)
		}
	}
}

func TestNothingIsSealedWithoutASecret(t *testing.T) {
	t.Parallel()

	for _, secrets := range [][]provider.Secret{nil, {" "}} {
		c := check("")
		c.Request.Method, c.Request.Query, c.Secrets = "GET", "c=token", secrets
		_, err := sealing().Judge(t.Context(), c)
		refused(t, "sealed", err, provider.NoSecret)
	}
}

// S19: an address to be visited comes from the request.
func TestOnlyTheProvidersOwnAddressesAreVisited(t *testing.T) {
	t.Parallel()
	p := of(provider.Nothing{})
	p.Handshakes = []provider.Handshake{{
		Name: "confirm", When: []provider.Match{{At: provider.JSONPath("visit")}},
		Visit: provider.Fetched{From: provider.JSONPath("visit"), Hosts: []string{"sns.*.amazonaws.com"}},
	}}

	for address, ok := range map[string]bool{
		"https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription": true, "http://169.254.169.254/": false, "https://sns.evil.com/": false,
	} {
		c := check(`{"visit":"` + address + `"}`)
		c.Secrets = nil
		got, err := p.Judge(t.Context(), c)
		if (err == nil) != ok || ok && got.Reply.Visit != address {
			t.Errorf("%s: %+v, %v", address, got.Reply, err)
		}
	}
}

// A secret is learnt once. Whoever asks later would put in one of his own.
func TestSecretIsLearntOnlyWhileThereIsNone(t *testing.T) {
	t.Parallel()
	p := of(provider.HMAC{Hash: provider.SHA256, Signature: provider.Header("X-Sig")})
	p.Handshakes = []provider.Handshake{{
		Name: "secret", Guard: provider.Unset, When: []provider.Match{{At: provider.Header("X-Hook-Secret")}}, Learn: provider.Header("X-Hook-Secret"),
		Echo: provider.Header("X-Hook-Secret"), Reply: []provider.Given{{Name: "X-Hook-Secret", InHeader: true}},
	}}
	c := check("", "X-Hook-Secret", "told")
	c.Secrets = nil

	got, err := p.Judge(t.Context(), c)
	if err != nil || got.Reply.Learned.Reveal() != "told" || got.Reply.Header["X-Hook-Secret"] != "told" {
		t.Errorf("%+v, %v", got.Reply, err)
	}
	c.Secrets = []provider.Secret{"s3cret"}
	_, err = p.Judge(t.Context(), c)
	refused(t, "a second secret", err, provider.BadChallenge)
}
