package all_test

import (
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"maps"
	"net/url"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/provider"
	"github.com/posthorn/posthorn/internal/provider/all"
)

// challengeSamples are sources whose options declare a challenge: one for each way to ask and to answer. They are in
// samples, so every test of a provider's own handshakes attacks them too.
func challengeSamples() []sample {
	return []sample{interactionsSample(), echoedMemberSample(), verifyTokenSample(), validationTokenSample(), headSample()}
}

// interactionsSample is Discord's interactions: a signed PING, which is answered with a PONG.
func interactionsSample() sample {
	own, private := discordPair(1)
	other, foreign := discordPair(2)
	return sample{
		provider: "public-key", secret: own, foreign: other,
		options: provider.Options{
			"algorithm": "ed25519", "encoding": "hex", "header": "X-Signature-Ed25519", "timestamp_header": "X-Signature-Timestamp",
			"signed": "{timestamp}{body}", "id_path": "id", "type_path": "data.name",
			"challenge_when": "json:type", "challenge_equals": "1", "challenge_answer": `{"type":1}`, "challenge_as": "json",
		},
		body: `{"id":"845027738276462632","type":2,"data":{"name":"blep"}}`, id: "845027738276462632", kind: "blep",
		sign: func(s signing) {
			key := map[string]ed25519.PrivateKey{own: private, other: foreign}[s.secret]
			s.Header.Set("X-Signature-Timestamp", s.stamp)
			s.Header.Set("X-Signature-Ed25519", hex.EncodeToString(ed25519.Sign(key, []byte(s.stamp+s.text()))))
		},
		handshakes: map[string]handshake{"challenge": {request: func(s sample, _ string) *provider.Check {
			s.body = `{"type":1}`
			return s.signed(s.secret, "1772366400")
		}, want: `{"type":1}`}},
	}
}

// echoedMemberSample gives a member back in a member, to who signs.
func echoedMemberSample() sample {
	s := hmacSample(func(s signing) { s.Header.Set("X-Signature", hex256(s.secret, s.text())) }, provider.Options{
		"hash": "sha256", "challenge_when": "json:type", "challenge_equals": "url_verification",
		"challenge_echo": "json:challenge", "challenge_as": "json", "challenge_member": "answer",
	})
	s.handshakes = map[string]handshake{"challenge": {request: func(s sample, challenge string) *provider.Check {
		s.body = `{"type":"url_verification","challenge":` + quote(challenge) + `}`
		return s.signed(s.secret, "")
	}, want: `{"answer":"c-123"}`}}
	return s
}

// verifyTokenSample gives a parameter back as text, to who has the word.
func verifyTokenSample() sample {
	s := hmacSample(func(s signing) { s.Header.Set("X-Signature", hex256(s.secret, s.text())) }, provider.Options{
		"hash": "sha256", "challenge_method": "GET", "challenge_echo": "query:hub.challenge",
		"challenge_from": "token", "challenge_token": "query:hub.verify_token", "verify_token": "the word",
	})
	s.handshakes = map[string]handshake{"challenge": {request: func(s sample, challenge string) *provider.Check {
		s.method, s.body, s.sign = "GET", "", func(signing) {}
		s.query = url.Values{"hub.challenge": {challenge}, "hub.verify_token": {"the word"}}.Encode()
		return s.signed("", "")
	}, want: "c-123"}}
	return s
}

// validationTokenSample gives a parameter of a POST back as text, to anyone.
func validationTokenSample() sample {
	s := apiKeyJSONSample()
	s.options = maps.Clone(s.options)
	maps.Copy(s.options, provider.Options{"challenge_echo": "query:validationToken", "challenge_from": "anyone"})
	s.handshakes = map[string]handshake{"challenge": {request: func(s sample, challenge string) *provider.Check {
		s.body, s.sign = "", func(signing) {}
		s.query = url.Values{"validationToken": {challenge}}.Encode()
		return s.signed("", "")
	}, want: "c-123"}}
	return s
}

// headSample is looked at by HEAD before anything is sent.
func headSample() sample {
	s := basicSample()
	s.options = provider.Options{"id_header": "X-Id", "challenge_method": "HEAD", "challenge_from": "anyone"}
	s.handshakes = map[string]handshake{"challenge": {request: func(s sample, _ string) *provider.Check {
		s.method, s.body, s.sign = "HEAD", "", func(signing) {}
		return s.signed("", "")
	}}}
	return s
}

// What carries the place of a challenge is answered only if all that tells it is there.
func TestWebhooksAreNotAnsweredAsChallenges(t *testing.T) {
	t.Parallel()

	for _, s := range challengeSamples() {
		if got := judged(t, s.declared(t), s.good(t)); got.Reply != nil {
			t.Errorf("%s: %+v", s.name(), got.Reply)
		}
	}
}

// S21: the answer is what was asked for, as text or JSON, or nothing; never a header.
func TestDeclaredChallengesAreAnsweredInTheBodyAlone(t *testing.T) {
	t.Parallel()

	for _, s := range challengeSamples() {
		got := judged(t, s.declared(t), s.handshakes["challenge"].request(s, "<b>"))
		switch {
		case got.Reply == nil || len(got.Reply.Header) > 0:
			t.Errorf("%s: %+v", s.name(), got.Reply)
		case len(got.Reply.Body) > 0 && got.Reply.ContentType != provider.Text && got.Reply.ContentType != provider.JSON:
			t.Errorf("%s: answered as %q", s.name(), got.Reply.ContentType)
		}
	}
}

func TestChallengesThatCannotBeAnsweredAreRefusedAtSetup(t *testing.T) {
	t.Parallel()

	for _, name := range []string{"hmac", "public-key", "jwt", "basic", "api-key", "none"} {
		p, err := all.Catalog().ByName(name)
		if err != nil {
			t.Fatal(err)
		}
		for field, options := range map[string][]provider.Options{
			"options.challenge_when": {
				{"challenge_answer": "ok"}, {"challenge_when": "json:type"}, {"challenge_echo": "query:c", "challenge_equals": "1"},
				{"challenge_echo": "query:c", "challenge_when": "body"}, {"challenge_echo": "query:c", "challenge_when": "json:a|b"},
			},
			"options.challenge_echo": {{"challenge_echo": "query:c", "challenge_status": "204"},
				{"challenge_echo": "query:c", "challenge_method": "HEAD"}, {"challenge_echo": "challenge"}, {"challenge_echo": "query:"}, {"challenge_echo": "json:@this"}, {"challenge_echo": "cookie:a"}},
			"options.challenge_member": {{"challenge_echo": "query:c", "challenge_member": "answer"}},
			"options.verify_token":     {{"verify_token": "word"}, {"challenge_echo": "query:c", "challenge_from": "anyone", "verify_token": "word"}},
			"options.challenge_equals": {{"challenge_equals": "1"}},
			"options.challenge_answer": {
				{"challenge_answer": "ok", "challenge_echo": "query:c"},
				{"challenge_answer": "{", "challenge_as": "json", "challenge_method": "GET"},
				{"challenge_answer": strings.Repeat("a", 1025), "challenge_method": "GET"},
			},
			"options.challenge_token": {{"challenge_echo": "query:c", "challenge_from": "token"}, {"challenge_token": "query:c"},
				{"challenge_echo": "query:c", "challenge_from": "anyone", "challenge_token": "query:t"}},
			"options.challenge_from":   {{"challenge_echo": "query:c", "challenge_from": "everywhere"}},
			"options.challenge_as":     {{"challenge_echo": "query:c", "challenge_as": "html"}},
			"options.challenge_status": {{"challenge_echo": "query:c", "challenge_status": "302"}},
			"options.challenge_method": {{"challenge_method": "TRACE"}},
		} {
			for _, o := range options {
				err := p.Setup(nil, o)
				var known *fault.Error
				if !errors.As(err, &known) || known.Field != field {
					t.Errorf("%s: %v: %v, want %s", name, o, err, field)
				}
			}
		}
	}
}

func TestSecretOfTheWrongFormIsRefusedWithTheFormThatIsExpected(t *testing.T) {
	t.Parallel()
	pem := "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"
	for _, c := range []struct {
		name    string
		options provider.Options
		secret  provider.Secret
		want    string
	}{
		{"hmac", provider.Options{"header": "X-Signature", "key": "hex"}, "no hex", "Write the key in hex."},
		{"hmac", provider.Options{"header": "X-Signature", "key": "base64"}, "!", "Write the key in base64."},
		{"public-key", provider.Options{"header": "X-Signature"}, provider.Secret(pem), "PEM, or DER in base64"},
		{"jwt", provider.Options{"algorithm": "RS256"}, "text", "PEM, or DER in base64"},
		{"basic", nil, "no colon", "name:password"},
	} {
		p, err := all.Catalog().ByName(c.name)
		if err != nil {
			t.Fatal(err)
		}

		err = p.Setup([]provider.Secret{c.secret}, c.options)

		var known *fault.Error
		if !errors.As(err, &known) || known.Field != "secrets" || !strings.Contains(known.Detail, c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}

func TestChallengeThatIsAnsweredWithoutABodyNeedsOnlyItsPlace(t *testing.T) {
	t.Parallel()
	p, err := all.Catalog().ByName("none")
	if err != nil {
		t.Fatal(err)
	}
	for _, method := range []string{"POST", "GET", "HEAD"} {
		err := p.Setup(nil, provider.Options{
			"challenge_when": "query:c", "challenge_status": "204", "challenge_method": method, "challenge_from": "anyone",
		})
		if err != nil {
			t.Errorf("%s: %v", method, err)
		}
	}
}
