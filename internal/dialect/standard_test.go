package dialect_test

import (
	"crypto/rand"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/dialect"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/signature"
)

func TestHeadersVerifyWithEveryKeyAndOwnersReplaceNoneOfOurs(t *testing.T) {
	t.Parallel()
	shared, err := signature.Generate(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	pair, err := signature.GenerateAsymmetric(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	own := map[string][]string{"X-Own": {"yes"}, "Webhook-Id": {"forged"}, "Content-Type": {"text/plain"}}
	sent := time.Unix(1_800_000_000, 999)

	got := http.Header(dialect.Standard(dialect.Envelope{
		MessageID: "msg_1", Body: []byte(`{"n":1}`), Sent: sent, Keys: []signature.Key{shared, pair}, Own: own,
	}))

	for _, key := range []signature.Key{shared, pair} {
		verifier, err := signature.NewVerifier(key)
		if err != nil {
			t.Fatal(err)
		}
		if err := verifier.Verify(got, []byte(`{"n":1}`), sent); err != nil {
			t.Error(err)
		}
	}
	if got.Get("Webhook-Id") != "msg_1" || got.Get("Content-Type") != "application/json" || got.Get("X-Own") != "yes" ||
		own["Webhook-Id"][0] != "forged" {
		t.Errorf("headers: %v", got)
	}
}

func TestEachChoiceOfNamesCarriesTheSameValuesAndHidesNoForgery(t *testing.T) {
	t.Parallel()
	standard := []string{"Webhook-Id", "Webhook-Timestamp", "Webhook-Signature"}
	svix := []string{"Svix-Id", "Svix-Timestamp", "Svix-Signature"}
	for setting, want := range map[string][]string{"webhook": standard, "": standard, "svix": svix, "both": append(standard, svix...)} {
		shared, err := signature.Generate(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		forged := map[string][]string{"Webhook-Id": {"forged"}, "Svix-Id": {"forged"}, "Webhook-Signature": {"forged"}, "Svix-Signature": {"forged"}}
		sent := time.Unix(1_800_000_000, 0)

		got := http.Header(dialect.Standard(dialect.Envelope{
			MessageID: "msg_1", Body: []byte("{}"), Sent: sent, Keys: []signature.Key{shared}, Names: dialect.NamesOf(setting),
			Own: forged, Carried: hook.Carried{Headers: forged},
		}))

		for _, name := range append(standard[:3:3], svix...) {
			if there := got.Get(name) != ""; there != slices.Contains(want, name) || got.Get(name) == "forged" {
				t.Errorf("%q: %s is %q", setting, name, got.Get(name))
			}
		}
		verifier, err := signature.NewVerifier(shared)
		if err != nil {
			t.Fatal(err)
		}
		if err := verifier.Verify(got, []byte("{}"), sent); err != nil {
			t.Errorf("%q: %v", setting, err)
		}
	}
}
