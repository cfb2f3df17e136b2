package signature_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/posthorn/posthorn/signature"
)

func TestSignMakesThePublishedSignatures(t *testing.T) {
	t.Parallel()
	for want, key := range map[string]string{vectorV1: vectorSecret, vectorV1a: vectorPrivate} {

		got := signature.Sign(nil, vectorID, vectorStamp, []byte(vectorBody), parse(t, key))

		equal(t, string(got), want)
	}
}

func TestSignSeparatesSeveralSignaturesWithASpace(t *testing.T) {
	t.Parallel()
	keys := []signature.Key{parse(t, vectorSecret), parse(t, vectorPrivate)}

	got := signature.Sign([]byte("before:"), vectorID, vectorStamp, []byte(vectorBody), keys...)

	equal(t, string(got), "before:"+vectorV1+" "+vectorV1a)
}

func TestSignAddsNothingForAKeyThatCannotSign(t *testing.T) {
	t.Parallel()

	got := signature.Sign(nil, "msg_1", 1, nil, signature.Key{}, parse(t, vectorPublic))

	equal(t, string(got), "")
}

func TestSignIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	key := parse(t, vectorSecret)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				got := signature.Sign(nil, vectorID, vectorStamp, []byte(vectorBody), key)
				if string(got) != vectorV1 {
					t.Errorf("got %s", got)
				}
			}
		})
	}
	wg.Wait()
}

func TestReceiverTakesEitherKeyDuringRotation(t *testing.T) {
	t.Parallel()
	now := time.Unix(vectorStamp, 0)
	old, next := parse(t, vectorSecret), parse(t, "whsec_"+strings.Repeat("QUJD", 8))

	header := signed("msg_1", now, "body", next, old)

	check(t, verifier(t, old).Verify(header, []byte("body"), now))
	check(t, verifier(t, next).Verify(header, []byte("body"), now))
}
