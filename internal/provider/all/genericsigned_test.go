package all_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/provider"
	"github.com/posthorn/posthorn/internal/provider/all"
)

// hmacSample signs as a sender does that only knows the options.
func hmacSample(sign func(signing), options provider.Options) sample {
	return sample{provider: "hmac", options: options, secret: "s3cret", foreign: "s4cret", body: `{"a":1}`, sign: sign}
}

func hmacSamples() []sample {
	list := []sample{
		hmacSample(func(s signing) { s.Header.Set("X-Signature", "sha256="+hex256(s.secret, s.text())) },
			provider.Options{"hash": "sha256", "prefix": "sha256="}),
		hmacSample(func(s signing) {
			s.Header.Set("X-Time", s.stamp)
			s.Header.Set("X-Mac", hex512(s.secret, s.stamp, ".", s.text()))
		}, provider.Options{"hash": "sha512", "header": "X-Mac", "timestamp_header": "X-Time"}),
		hmacSample(func(s signing) { s.Header.Set("X-Signature", base1(s.secret, s.text())) },
			provider.Options{"hash": "sha1", "encoding": "base64"}),
		hmacSample(func(s signing) {
			s.Header.Set("X-Signature", base64.RawURLEncoding.EncodeToString(mac(sha512.New384, s.secret, s.Method, " ", s.URL(), "\n", s.text())))
		}, provider.Options{"hash": "sha384", "encoding": "base64url", "signed": "{method} {url}\n{body}"}),
		hmacSample(func(s signing) {
			s.Header.Set("X-Signature", "t="+s.stamp+",v1="+hex256(s.secret, s.stamp, ":", s.text())+",v0=00")
		}, provider.Options{"hash": "sha256", "separator": "comma", "signature_name": "v1", "timestamp_name": "t", "signed": "{timestamp}:{body}"}),
		hmacSample(func(s signing) {
			s.Header.Set("X-Id", "e1")
			s.Header.Set("X-Time", s.stamp)
			s.Header.Set("X-Signature", "v1,"+base64.StdEncoding.EncodeToString(make([]byte, 32))+" v1,"+base256(s.secret, "v1:", s.stamp, ":e1:", s.text()))
		}, provider.Options{
			"hash": "sha256", "encoding": "base64", "separator": "space", "prefix": "v1,", "timestamp_header": "X-Time", "timestamp_format": "rfc3339",
			"id_header": "X-Id", "signed": "v1:{timestamp}:{id}:{body}",
		}),
	}
	list[5].id = "e1"
	return append(list, hmacKeySamples()...)
}

// hmacKeySamples have the same key in every form of writing.
func hmacKeySamples() []sample {
	key := "\x00\xffkey with odd bytes"
	sign := func(s signing) {
		used := key
		if !strings.Contains(s.secret, "AP9rZX") && !strings.Contains(s.secret, "00ff6b") {
			used = "another key"
		}
		s.Header.Set("X-Signature", hex256(used, s.text()))
	}
	forms := map[string]func(string) string{
		"base64":    func(k string) string { return base64.StdEncoding.EncodeToString([]byte(k)) },
		"base64url": func(k string) string { return base64.RawURLEncoding.EncodeToString([]byte(k)) },
		"hex":       func(k string) string { return hex.EncodeToString([]byte(k)) },
	}
	var list []sample
	for _, form := range slices.Sorted(maps.Keys(forms)) {
		s := hmacSample(sign, provider.Options{"hash": "sha256", "key": form, "key_prefix": "whsec_"})
		s.secret, s.foreign = "whsec_"+forms[form](key), "whsec_"+forms[form]("another key")
		list = append(list, s)
	}
	return list
}

func publicKeySamples() []sample {
	var list []sample
	for _, algorithm := range []string{"ed25519", "rsa-sha256", "rsa-sha512", "rsa-pss-sha256", "ecdsa-sha256", "ecdsa-sha256-p1363"} {
		kind := map[byte]string{'d': "EdDSA", 's': "RS256", 'c': "ES256"}[algorithm[1]]
		own, other := pairFor(kind, "own"), pairFor(kind, "other")
		private := map[string]any{own.public: own.private, other.public: other.private}
		list = append(list, sample{
			provider: "public-key", options: provider.Options{"algorithm": algorithm, "timestamp_header": "X-Time", "signed": "{timestamp}{body}"},
			secret: own.public, foreign: other.public, body: `{"a":1}`,
			sign: func(s signing) {
				s.Header.Set("X-Time", s.stamp)
				s.Header.Set("X-Signature", base64.StdEncoding.EncodeToString(signPublic(algorithm, private[s.secret], s.stamp+s.text())))
			},
		})
	}
	return list
}

// signPublic signs a text with a private key.
func signPublic(algorithm string, key any, text string) []byte {
	sum, long := sha256.Sum256([]byte(text)), sha512.Sum512([]byte(text))
	var sig []byte
	var err error
	switch algorithm {
	case "ed25519":
		return ed25519.Sign(key.(ed25519.PrivateKey), []byte(text))
	case "rsa-sha256":
		sig, err = rsa.SignPKCS1v15(rand.Reader, key.(*rsa.PrivateKey), crypto.SHA256, sum[:])
	case "rsa-sha512":
		sig, err = rsa.SignPKCS1v15(rand.Reader, key.(*rsa.PrivateKey), crypto.SHA512, long[:])
	case "rsa-pss-sha256":
		sig, err = rsa.SignPSS(rand.Reader, key.(*rsa.PrivateKey), crypto.SHA256, sum[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
	case "ecdsa-sha256":
		sig, err = ecdsa.SignASN1(rand.Reader, key.(*ecdsa.PrivateKey), sum[:])
	case "ecdsa-sha256-p1363":
		r, s, signErr := ecdsa.Sign(rand.Reader, key.(*ecdsa.PrivateKey), sum[:])
		if err = signErr; err == nil {
			sig = append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
		}
	}
	if err != nil {
		panic(err) // the keys are made by the tests
	}
	return sig
}

// Options that contradict each other, or that would leave something unsigned that must be signed, are refused where a
// source is written, with the option at fault.
func TestGenericSignaturesRefuseOptionsThatProveTooLittle(t *testing.T) {
	t.Parallel()

	for _, name := range []string{"hmac", "public-key"} {
		p, err := all.Catalog().ByName(name)
		if err != nil {
			t.Fatal(err)
		}
		for field, options := range map[string][]provider.Options{
			"options.signed": {
				{"signed": "{timestamp}", "timestamp_header": "X-Time"}, {"signed": "{body}", "timestamp_header": "X-Time"},
				{"signed": "{timestamp}.{body}"}, {"signed": "{body}{body}"}, {"signed": "{body}{secret}"}, {"signed": "{body"}, {"signed": "{body}{"},
				{"signed": strings.Repeat("a", 300) + "{body}"}, {"signed": "body"},
			},
			"options.id_header":      {{"signed": "{id}.{body}"}},
			"options.separator":      {{"signature_name": "v1"}, {"timestamp_name": "t"}, {"separator": "|"}},
			"options.signature_name": {{"separator": "comma", "timestamp_name": "t"}, {"separator": "comma", "signature_name": "v1="}},
			"options.timestamp_name": {
				{"separator": "comma", "signature_name": "v1", "timestamp_name": "t", "timestamp_header": "X-Time"},
				{"separator": "comma", "signature_name": "t", "timestamp_name": "t"},
			},
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

func TestAPIKeysAreFoundWhereverTheyStand(t *testing.T) {
	t.Parallel()

	for _, s := range []sample{apiKeySample(), apiKeyQuerySample(), apiKeyFormSample(), apiKeyJSONSample()} {
		judged(t, s.declared(t), s.good(t))
		if _, err := s.declared(t).Judge(t.Context(), s.signed(s.foreign, "")); !errors.Is(err, provider.NoMatch) {
			t.Errorf("%s: another key: %v", s.name(), err)
		}
	}
	p := apiKeySample().declared(t)
	if err := p.Setup(nil, provider.Options{"in": "json", "name": "a..b"}); err == nil {
		t.Error("a malformed path is accepted")
	}
}
