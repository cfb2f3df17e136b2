package signature_test

import (
	"errors"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/posthorn/posthorn/signature"
)

// The message of the vectors below and the moment at which it was signed.
const (
	vectorID    = "msg_p5jXN8AQM9LWM0D4loKWxJek"
	vectorStamp = 1614265330
	vectorBody  = `{"test": 2432232314}`
)

// The secret and the key pair that the test suites of the specification's libraries
// (github.com/standard-webhooks/standard-webhooks, libraries) and of the Svix server
// (github.com/svix/svix-webhooks, server/svix-server/src/worker.rs) use, and what they sign.
const (
	vectorSecret  = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	vectorPrivate = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg=="
	vectorPublic  = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="
	vectorV1      = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	vectorV1a     = "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg=="
)

func parse(t testing.TB, text string) signature.Key {
	t.Helper()
	k, err := signature.Parse(text)
	check(t, err)
	return k
}

func verifier(t testing.TB, keys ...signature.Key) *signature.Verifier {
	t.Helper()
	v, err := signature.NewVerifier(keys...)
	check(t, err)
	return v
}

// headers returns the three headers of the specification.
func headers(id, timestamp, signatures string) http.Header {
	h := http.Header{}
	h.Set(signature.HeaderID, id)
	h.Set(signature.HeaderTimestamp, timestamp)
	h.Set(signature.HeaderSignature, signatures)
	return h
}

// signed returns the headers of a message signed at at.
func signed(id string, at time.Time, body string, keys ...signature.Key) http.Header {
	list := signature.Sign(nil, id, at.Unix(), []byte(body), keys...)
	return headers(id, strconv.FormatInt(at.Unix(), 10), string(list))
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t testing.TB, got, want T) {
	t.Helper()
	if got != want {
		t.Fatalf("got %v, want %v", got, want)
	}
}

func fails(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got error %v, want %v", err, want)
	}
}
