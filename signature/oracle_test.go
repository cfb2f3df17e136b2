package signature_test

import (
	"net/http"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	svix "github.com/svix/svix-webhooks/go"
	"pgregory.net/rapid"

	"github.com/posthorn/posthorn/signature"
)

// message is what the properties below draw.
type message struct {
	id     string
	at     time.Time
	body   []byte
	secret []byte
}

func drawMessage(t *rapid.T) message {
	return message{
		id:     rapid.StringMatching(`[!-\-/-~]{1,40}`).Draw(t, "id"),
		at:     time.Unix(rapid.Int64Range(0, 1<<36).Draw(t, "at"), 0),
		body:   rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "body"),
		secret: rapid.SliceOfN(rapid.Byte(), 24, 75).Draw(t, "secret"),
	}
}

func drawSigned(t *rapid.T) (message, signature.Key, http.Header) {
	m := drawMessage(t)
	key, err := signature.NewSymmetric(m.secret)
	if err != nil {
		t.Fatal(err)
	}
	return m, key, signed(m.id, m.at, string(m.body), key)
}

func TestPublishedLibrariesTakeWhatWeSign(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m, key, header := drawSigned(t)
		standard, err := standardwebhooks.NewWebhook(key.Reveal())
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := svix.NewWebhook(key.Reveal())
		if err != nil {
			t.Fatal(err)
		}

		if err := standard.VerifyIgnoringTimestamp(m.body, header); err != nil {
			t.Fatal(err)
		}
		if err := theirs.VerifyIgnoringTimestamp(m.body, header); err != nil {
			t.Fatal(err)
		}
	})
}

func TestWeTakeWhatThePublishedLibrarySigns(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m, key, header := drawSigned(t)
		theirs, err := standardwebhooks.NewWebhookRaw(m.secret)
		if err != nil {
			t.Fatal(err)
		}
		sum, err := theirs.Sign(m.id, m.at, m.body)
		if err != nil {
			t.Fatal(err)
		}
		header.Set(signature.HeaderSignature, sum)
		v, err := signature.NewVerifier(key)
		if err != nil {
			t.Fatal(err)
		}

		if err := v.Verify(header, m.body, m.at); err != nil {
			t.Fatal(err)
		}
	})
}

func TestNoChangedBitPasses(t *testing.T) {
	t.Parallel()
	pair := parse(t, vectorPrivate)
	rapid.Check(t, func(t *rapid.T) {
		m, key, _ := drawSigned(t)
		if rapid.Bool().Draw(t, "asymmetric") {
			key = pair
		}
		header := signed(m.id, m.at, string(m.body), key)
		v, err := signature.NewVerifier(key)
		if err != nil {
			t.Fatal(err)
		}
		changed := append([]byte(nil), append(m.body, 0)...)
		changed[rapid.IntRange(0, len(changed)-1).Draw(t, "where")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")

		if v.Verify(header, m.body, m.at) != nil || v.Verify(header, changed, m.at) == nil {
			t.Fatal("a changed body passed or an unchanged one did not")
		}
	})
}
