package provider_test

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"github.com/posthorn/posthorn/internal/provider"
)

// rotating is a KeySource whose set has changed since it was fetched.
type rotating struct {
	documents
	newer   documents
	renewed int
}

// Renew returns the newer document.
func (r *rotating) Renew(ctx context.Context, address string, hosts []string) ([]byte, error) {
	r.renewed++
	return r.newer.Fetch(ctx, address, hosts)
}

// pair is the key of an id: always the same one.
func pair(id string) ed25519.PrivateKey {
	seed := make([]byte, ed25519.SeedSize)
	copy(seed, id)
	return ed25519.NewKeyFromSeed(seed)
}

// set is a published set with the keys of some ids.
func set(t *testing.T, ids ...string) documents {
	t.Helper()
	keys := []map[string]string{}
	for _, id := range ids {
		public := pair(id).Public().(ed25519.PublicKey)
		keys = append(keys, map[string]string{"kid": id, "kty": "OKP", "crv": "Ed25519", "x": base64.RawURLEncoding.EncodeToString(public)})
	}
	text, err := json.Marshal(map[string]any{"keys": keys})
	if err != nil {
		t.Fatal(err)
	}
	return documents{keySet: string(text)}
}

// signed is a request whose token names one key and is signed by that of another id.
func signed(t *testing.T, named, by string) *provider.Check {
	t.Helper()
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, jwt.MapClaims{"iss": "sender", "iat": noon().Unix(), "exp": noon().Unix() + 60})
	if named != "" {
		token.Header["kid"] = named
	}
	text, err := token.SignedString(pair(by))
	if err != nil {
		t.Fatal(err)
	}
	c := check("{}", "Authorization", "Bearer "+text)
	c.Secrets = nil
	return c
}

func TestNewKeyOfTheProviderIsAskedForAtOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		named, by string
		newer     documents
		want      error
		renewed   int
	}{
		"an old key":                  {"a", "a", nil, nil, 0},
		"a new key":                   {"b", "b", set(t, "a", "b"), nil, 1},
		"a key that does not exist":   {"c", "c", set(t, "a", "b"), provider.NoMatch, 1},
		"a new key's name only":       {"b", "c", set(t, "a", "b"), provider.NoMatch, 1},
		"an old key's name only":      {"a", "c", set(t, "a", "b"), provider.NoMatch, 0},
		"no name":                     {"", "a", set(t, "a", "b"), provider.NoMatch, 0},
		"a provider that is away":     {"b", "b", nil, provider.KeyUnavailable, 1},
		"a set that cannot be read":   {"b", "b", documents{keySet: "<html>"}, provider.NoMatch, 1},
		"a set that is empty by now":  {"b", "b", set(t), provider.NoMatch, 1},
		"the new set lacks both keys": {"b", "a", set(t, "d"), provider.NoMatch, 1},
	} {
		keys := &rotating{documents: set(t, "a"), newer: c.newer}
		request := signed(t, c.named, c.by)
		request.Keys = keys

		_, err := fetched().Judge(t.Context(), request)

		if !errors.Is(err, c.want) || keys.renewed != c.renewed {
			t.Errorf("%s: got %v after %d renewals", name, err, keys.renewed)
		}
	}
}

func TestUnknownKeyIsRefusedWhereNothingCanBeRenewed(t *testing.T) {
	t.Parallel()
	c := signed(t, "b", "b")
	c.Keys = set(t, "a")

	_, err := fetched().Judge(t.Context(), c)

	refused(t, "unknown key", err, provider.NoMatch)
}

func TestTokenIsRefusedWhereThereIsNoKeyAtAll(t *testing.T) {
	t.Parallel()
	c := signed(t, "a", "a")

	_, err := provider.JWT{From: provider.Header("Authorization"), Prefix: "Bearer ", Algorithms: []string{"EdDSA"}}.Verify(t.Context(), c)

	refused(t, "no key", err, provider.NoMatch)
}

// A forger could name one document in any number of ways, and each would be fetched and kept. An address that the
// declaration or the owner wrote may look as it likes.
func TestAddressFromARequestIsAHostAndAPlainPath(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]provider.Reason{
		"https://sender.example.com/certs/a-1.pem": provider.KeyUnavailable, "https://sender.example.com/a.pem?1": provider.KeyHost,
		"https://sender.example.com/%61.pem": provider.KeyHost, "https://sender.example.com//a.pem": provider.KeyHost,
		"https://sender.example.com/x/../a.pem": provider.KeyHost, "https://sender.example.com/./a.pem": provider.KeyHost,
		"https://sender.example.com/a.pem;1": provider.KeyHost, "https://sender.example.com/a.pem?": provider.KeyHost,
	} {
		_, err := of(certified(provider.Header("X-Cert"))).Judge(t.Context(), certificateAt(address))
		refused(t, "header "+address, err, want)

		_, err = of(certified(provider.Literal(address))).Judge(t.Context(), certificateAt(address))
		refused(t, "literal "+address, err, provider.KeyUnavailable)
	}
}

// certified is a scheme whose certificate lies at an address.
func certified(from provider.Piece) provider.Public {
	return provider.Public{
		Algorithm: provider.RSASHA256, Signature: provider.Header("X-Sig"), Encoding: provider.Base64,
		Fetched: provider.Fetched{From: from, Hosts: []string{"sender.example.com"}},
	}
}

// certificateAt is a request that names an address, where nothing is.
func certificateAt(address string) *provider.Check {
	c := check("body", "X-Sig", "c2ln", "X-Cert", address)
	c.Secrets, c.Keys = nil, documents{}
	return c
}
