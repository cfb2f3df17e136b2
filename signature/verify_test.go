package signature_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/signature"
)

func TestVerifyTakesAPublishedSignatureUnderEitherFamilyOfNames(t *testing.T) {
	t.Parallel()
	now := time.Unix(vectorStamp, 0)
	standard := signed(vectorID, now, vectorBody, parse(t, vectorSecret), parse(t, vectorPrivate))
	svix := http.Header{}
	svix.Set(signature.SvixHeaderID, standard.Get(signature.HeaderID))
	svix.Set(signature.SvixHeaderTimestamp, standard.Get(signature.HeaderTimestamp))
	svix.Set(signature.SvixHeaderSignature, standard.Get(signature.HeaderSignature))

	for _, text := range []string{vectorSecret, vectorPrivate, vectorPublic} {
		v := verifier(t, parse(t, text))

		check(t, v.Verify(standard, []byte(vectorBody), now))
		check(t, v.Verify(svix, []byte(vectorBody), now))
	}
}

func TestVerifyRefusesARequestWithoutAllThreeHeaders(t *testing.T) {
	t.Parallel()
	now := time.Unix(vectorStamp, 0)
	v := verifier(t, parse(t, vectorSecret))
	for _, name := range []string{signature.HeaderID, signature.HeaderTimestamp, signature.HeaderSignature} {
		h := signed("msg_1", now, "", parse(t, vectorSecret))
		h.Del(name)

		fails(t, v.Verify(h, nil, now), signature.ErrMissingHeader)
	}
	fails(t, v.Verify(nil, nil, now), signature.ErrMissingHeader)
}

func TestVerifyDoesNotMixTheFamiliesOfNames(t *testing.T) {
	t.Parallel()
	now := time.Unix(vectorStamp, 0)
	h := signed("msg_1", now, "", parse(t, vectorSecret))
	h.Set(signature.SvixHeaderID, h.Get(signature.HeaderID))
	h.Del(signature.HeaderID)

	err := verifier(t, parse(t, vectorSecret)).Verify(h, nil, now)

	fails(t, err, signature.ErrMissingHeader)
}

func TestVerifyRefusesTimestampsOutsideFiveMinutes(t *testing.T) {
	t.Parallel()
	now := time.Unix(vectorStamp, 0)
	key := parse(t, vectorSecret)
	for offset, want := range map[time.Duration]error{
		-301 * time.Second: signature.ErrTooOld,
		-300 * time.Second: nil,
		0:                  nil,
		300 * time.Second:  nil,
		301 * time.Second:  signature.ErrTooNew,
	} {

		err := verifier(t, key).Verify(signed("msg_1", now.Add(offset), "", key), nil, now)

		fails(t, err, want)
	}
}

func TestVerifyRefusesMalformedTimestamps(t *testing.T) {
	t.Parallel()
	now := time.Unix(vectorStamp, 0)
	key := parse(t, vectorSecret)
	for _, stamp := range []string{
		"null", "1e9", "16142653301614265330", "9223372036854775807", "-1", "-1614265330", "+1614265330",
		"0x60379ab2", "60379ab2", " ", " 1614265330", "1614265330 ", "1 614265330", "01614265330", "1_614_265_330",
		"1614265330.0", "1614265330\x00", "١٦١٤٢٦٥٣٣٠", "NaN", "true", "2021-02-25T15:02:10Z", "1614265330,1614265330",
	} {
		h := signed("msg_1", now, "", key)
		h.Set(signature.HeaderTimestamp, stamp)

		fails(t, verifier(t, key).Verify(h, nil, now), signature.ErrMalformedTimestamp)
	}
}

func TestVerifyRefusesAnIDThatCouldHideATimestamp(t *testing.T) {
	t.Parallel()
	now := time.Unix(vectorStamp, 0)
	key := parse(t, vectorSecret)
	// The same signed text as id "msg", now, body "1614265330.body", read in another way.
	genuine := signed("msg", now, "1614265330.body", key)
	forged := headers("msg.1614265330", "1614265330", genuine.Get(signature.HeaderSignature))

	err := verifier(t, key).Verify(forged, []byte("body"), now)

	fails(t, err, signature.ErrMalformedID)
}

func TestVerifyRefusesSignaturesThatMatchNothing(t *testing.T) {
	t.Parallel()
	now := time.Unix(vectorStamp, 0)
	bare := strings.TrimPrefix(vectorV1, "v1,")
	v := verifier(t, parse(t, vectorSecret), parse(t, vectorPublic))
	for _, list := range []string{
		"v1,", "v1a,", "v1", ",", "v1,=", " ", "v0=" + bare, "sha256=" + bare, bare,
		"v0," + bare, "v2," + bare, "V1," + bare, "v1a," + bare, "v1, " + bare, vectorV1[:len(vectorV1)-1],
		vectorV1 + "=", vectorV1 + "," + vectorV1, "v1,AAAA", "v1," + strings.Repeat("A", 43) + "=",
		"v1," + vectorV1a[4:], "v1\t" + bare, "v1,%%%", "v1," + strings.Repeat("A", 1<<16),
	} {

		err := v.Verify(headers(vectorID, "1614265330", list), []byte(vectorBody), now)

		fails(t, err, signature.ErrNoMatch)
	}
}

func TestVerifyFindsAMatchAmongStrangeCandidates(t *testing.T) {
	t.Parallel()
	list := "v9,x v1,  v1a,!! " + strings.Repeat("v1,AAAA ", 10) + vectorV1

	err := verifier(t, parse(t, vectorSecret)).
		Verify(headers(vectorID, "1614265330", list), []byte(vectorBody), time.Unix(vectorStamp, 0))

	check(t, err)
}

func TestVerifyLooksAtSixteenCandidatesAndRefusesMore(t *testing.T) {
	t.Parallel()
	v, now := verifier(t, parse(t, vectorSecret)), time.Unix(vectorStamp, 0)
	sixteen := headers(vectorID, "1614265330", strings.Repeat("v1,x ", 15)+vectorV1)
	seventeen := headers(vectorID, "1614265330", vectorV1+strings.Repeat(" v1,x", 16))

	check(t, v.Verify(sixteen, []byte(vectorBody), now))
	fails(t, v.Verify(seventeen, []byte(vectorBody), now), signature.ErrTooManyCandidates)
}

func TestVerifierWithoutAKeyRefusesEverything(t *testing.T) {
	t.Parallel()
	now := time.Unix(vectorStamp, 0)
	h := signed("msg_1", now, "", parse(t, vectorSecret))

	_, err := signature.NewVerifier()
	fails(t, err, signature.ErrNoKey)
	_, err = signature.NewVerifier(parse(t, vectorSecret), signature.Key{})
	fails(t, err, signature.ErrNoKey)
	fails(t, new(signature.Verifier).Verify(h, nil, now), signature.ErrNoKey)
	fails(t, (*signature.Verifier)(nil).Verify(h, nil, now), signature.ErrNoKey)
}
