package dialect_test

import (
	"crypto/rand"
	"net/http"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/dialect"
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
