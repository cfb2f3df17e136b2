package signature_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/posthorn/posthorn/signature"
)

func TestParseReadsEverySortOfKey(t *testing.T) {
	t.Parallel()
	bare := strings.TrimPrefix(vectorSecret, "whsec_")
	seed := "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc="
	for text, want := range map[string]string{
		vectorSecret:                             vectorSecret,
		bare:                                     vectorSecret,
		vectorPrivate:                            vectorPrivate,
		seed:                                     vectorPrivate,
		vectorPublic:                             vectorPublic,
		strings.TrimRight(vectorPublic, "="):     vectorPublic,
		"whsec_" + strings.Repeat("Zm9v", 25):    "whsec_" + strings.Repeat("Zm9v", 25),
		strings.Repeat("Zm9v", 8) + "Zg":         "whsec_" + strings.Repeat("Zm9v", 8) + "Zg==",
		"whsec_" + strings.Repeat("++//", 8):     "whsec_" + strings.Repeat("++//", 8),
		"whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
	} {

		key, err := signature.Parse(text)

		check(t, err)
		equal(t, key.Reveal(), want)
	}
}

func TestParseRefusesWhatIsNoKey(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]error{
		"":                                 signature.ErrKeyLength,
		" ":                                signature.ErrKeyFormat,
		"\t\n":                             signature.ErrKeyFormat,
		"whsec_":                           signature.ErrKeyLength,
		"whsk_":                            signature.ErrKeyLength,
		"whpk_":                            signature.ErrKeyLength,
		"whsec_c2hvcnQ=":                   signature.ErrKeyLength,
		vectorSecret + "\n":                signature.ErrKeyFormat,
		" " + vectorSecret:                 signature.ErrKeyFormat,
		"whsec_" + vectorSecret:            signature.ErrKeyFormat,
		"WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2": signature.ErrKeyFormat,
		strings.Repeat("Zm9v", 26):         signature.ErrKeyLength,
		strings.Repeat("-_", 16):           signature.ErrKeyFormat,
		"whpk_" + vectorPrivate[5:]:        signature.ErrKeyLength,
		"whsk_" + vectorSecret[6:]:         signature.ErrKeyLength,
	} {

		key, err := signature.Parse(text)

		fails(t, err, want)
		equal(t, key.IsZero(), true)
	}
}

func TestParseRefusesAPrivateKeyWithAForeignPublicHalf(t *testing.T) {
	t.Parallel()
	pair, err := base64.StdEncoding.DecodeString(vectorPrivate[5:])
	check(t, err)
	pair[ed25519.PrivateKeySize-1] ^= 1

	_, err = signature.NewAsymmetric(pair)

	fails(t, err, signature.ErrKeyPair)
}

func TestPublicHalfIsAllThatAReceiverNeeds(t *testing.T) {
	t.Parallel()
	key := parse(t, vectorPrivate)

	half, ok := key.Public()

	equal(t, ok, true)
	equal(t, half.Reveal(), vectorPublic)
	equal(t, half.CanSign(), false)
}

func TestSharedSecretHasNoPublicHalf(t *testing.T) {
	t.Parallel()

	_, ok := parse(t, vectorSecret).Public()

	equal(t, ok, false)
}

func TestGeneratedKeysSurviveTextAndFitTheSpecification(t *testing.T) {
	t.Parallel()
	random := bytes.NewReader(bytes.Repeat([]byte("0123456789abcdef"), 16))

	shared, err := signature.Generate(random)
	check(t, err)
	pair, err := signature.GenerateAsymmetric(random)
	check(t, err)

	equal(t, shared.Asymmetric(), false)
	equal(t, pair.Asymmetric(), true)
	equal(t, parse(t, shared.Reveal()).Equal(shared), true)
	equal(t, parse(t, pair.Reveal()).Equal(pair), true)
	equal(t, len(shared.Reveal()), len("whsec_")+32)
}

func TestGenerateFailsWhenThereIsNoRandomness(t *testing.T) {
	t.Parallel()
	broken := errors.New("no entropy")

	_, err := signature.Generate(iotest.ErrReader(broken))
	fails(t, err, broken)
	_, err = signature.GenerateAsymmetric(iotest.ErrReader(broken))
	fails(t, err, broken)
}

func TestKeyIsNeverPrinted(t *testing.T) {
	t.Parallel()
	secret := "CanaryCanaryCanaryCanaryCanary42"
	raw, err := base64.StdEncoding.DecodeString(secret)
	check(t, err)
	key := parse(t, secret)
	type holder struct {
		Key    signature.Key
		hidden signature.Key
	}
	h := holder{key, key}

	var printed strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		fmt.Fprintf(&printed, verb+verb+verb+verb, key, &key, h, &h)
	}
	asJSON, err := json.Marshal(h)
	check(t, err)
	slog.New(slog.NewJSONHandler(&printed, nil)).Info("x", "key", key, "holder", h)
	slog.New(slog.NewTextHandler(&printed, nil)).Info("x", "key", key, "holder", h)
	printed.Write(asJSON)

	for _, canary := range []string{secret, string(raw), fmt.Sprintf("%x", raw), fmt.Sprintf("%X", raw), fmt.Sprint(raw[:4])[1:]} {
		if strings.Contains(printed.String(), strings.TrimSuffix(canary, "]")) {
			t.Fatalf("found %q in %s", canary, printed.String())
		}
	}
}

// Senders that made their secret themselves chose its length. Our own keys stay as the specification wants them.
func TestParseForeignReadsSharedSecretsOfOtherLengths(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]error{
		"whsec_aw==": nil, "aw": nil, "whsec_" + strings.Repeat("Zm9v", 30): nil, vectorSecret: nil, vectorPublic: nil, vectorPrivate: nil,
		"": signature.ErrKeyLength, "whsec_": signature.ErrKeyLength, "whsec_?": signature.ErrKeyFormat,
		strings.Repeat("Zm9v", 171): signature.ErrKeyLength, "whpk_aw==": signature.ErrKeyLength,
	} {
		key, err := signature.ParseForeign(text)
		if !errors.Is(err, want) || key.IsZero() != (want != nil) {
			t.Errorf("%.20s: %v, want %v", text, err, want)
		}
	}
}
