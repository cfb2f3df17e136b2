package hostile_test

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // Twilio signs with it
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"strconv"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/test/harness"
)

// What providers do is written here a second time, from their pages (internal/provider/all names them): a test that asked
// the server's own code would agree with it about anything.

const senderSecret = "0123456789abcdef0123456789abcdef"

func macOf(of func() hash.Hash, secret, text string) []byte {
	mac := hmac.New(of, []byte(secret))
	mac.Write([]byte(text)) // a hash does not fail
	return mac.Sum(nil)
}

func hex256(secret, text string) string { return hex.EncodeToString(macOf(sha256.New, secret, text)) }

// newSource makes a source with a secret.
func newSource(t *testing.T, s *harness.Server, provider string, secrets ...string) inlet {
	t.Helper()
	return newInlet(t, s, object{"provider": provider, "secrets": secrets})
}

// ofGitHub returns a webhook as GitHub signs it.
func ofGitHub(secret, body string) webhook {
	return webhook{body: body, header: map[string]string{
		"Content-Type": "application/json", "X-GitHub-Event": "push", "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
		"X-Hub-Signature-256": "sha256=" + hex256(secret, body),
	}}
}

// ofSlack returns a webhook as Slack signs it at a time.
func ofSlack(secret, stamp, body string) webhook {
	return webhook{body: body, header: map[string]string{
		"Content-Type": "application/json", "X-Slack-Request-Timestamp": stamp,
		"X-Slack-Signature": "v0=" + hex256(secret, "v0:"+stamp+":"+body),
	}}
}

// ofStripe returns a webhook as Stripe signs it at a time, in one of its versions.
func ofStripe(secret, version, stamp, body string) webhook {
	return webhook{body: body, header: map[string]string{
		"Content-Type": "application/json", "Stripe-Signature": "t=" + stamp + "," + version + "=" + hex256(secret, stamp+"."+body),
	}}
}

// ofTwilio returns a form with one field as Twilio signs it for an address.
func ofTwilio(secret, address, name, value string) webhook {
	return webhook{body: name + "=" + value, header: map[string]string{
		"Content-Type":       "application/x-www-form-urlencoded",
		"X-Twilio-Signature": base64.StdEncoding.EncodeToString(macOf(sha1.New, secret, address+name+value)),
	}}
}

// stampIn returns Unix seconds, so far from now.
func stampIn(d time.Duration) string { return strconv.FormatInt(clock.Clock{}.Now().Add(d).Unix(), 10) }
