package signature_test

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/posthorn/posthorn/signature"
)

// FuzzVerify holds us against the published library: whatever we take, it takes as well (an ed25519
// key is not configured, as it knows none).
func FuzzVerify(f *testing.F) {
	f.Add(vectorID, "1614265330", vectorV1, []byte(vectorBody))
	f.Add("a.1", "1e9", "v1, v1a,x", []byte("{}"))
	f.Add("", "", " ", []byte(nil))
	f.Add(vectorID, "99999999999999999999", strings.Repeat(vectorV1+" ", 20), []byte{0})
	theirs, err := standardwebhooks.NewWebhook(vectorSecret)
	check(f, err)
	ours := verifier(f, parse(f, vectorSecret))
	f.Fuzz(func(t *testing.T, id, stamp, list string, body []byte) {
		h := headers(id, stamp, list)
		if err := ours.Verify(h, body, time.Unix(vectorStamp, 0)); err == nil {
			check(t, theirs.VerifyIgnoringTimestamp(body, h))
		}
	})
}

// FuzzParse holds that no text makes it panic and that a key survives its text.
func FuzzParse(f *testing.F) {
	for _, s := range []string{vectorSecret, vectorPrivate, vectorPublic, "", "whsec_", "whsk_====", strings.Repeat("A", 33)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		key, err := signature.Parse(text)
		if err != nil {
			equal(t, key.IsZero(), true)
			return
		}
		again, err := signature.Parse(key.Reveal())
		check(t, err)
		equal(t, again.Equal(key), true)
	})
}

// FuzzOwnSignature holds that Verify takes what Sign makes exactly when the id and time are allowed.
func FuzzOwnSignature(f *testing.F) {
	f.Add("msg_1", int64(vectorStamp), []byte("{}"))
	f.Add("msg.1", int64(-1), []byte(nil))
	key := parse(f, vectorPrivate)
	f.Fuzz(func(t *testing.T, id string, stamp int64, body []byte) {
		list := signature.Sign(nil, id, stamp, bytes.Clone(body), key)
		h := headers(id, strconv.FormatInt(stamp, 10), string(list))
		err := verifier(t, key).Verify(h, body, time.Unix(stamp, 0))
		allowed := id != "" && !strings.Contains(id, ".") && stamp >= 0 && stamp < 1e12
		equal(t, err == nil, allowed)
	})
}
