package storetest

import (
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
)

func repeats() []test {
	return []test{
		{"a used idempotency key names the first message without a second publication", keyNamesFirst},
		{"an idempotency key that nobody used, or whose time is over, names nothing", unusedKeyNamesNothing},
		{"a used idempotency key with another fingerprint names nothing and is refused", foreignKeyNamesNothing},
	}
}

func keyNamesFirst(t *testing.T, f *fixture) {
	first := f.keyed(f.publication(f.application(), nil), 1, 1)
	receipt, err := f.Publish(t.Context(), first)
	check(t, err)

	m, repeated, err := f.Repeated(t.Context(), *first.Claim, f.now)

	check(t, err)
	equal(t, repeated, true)
	equal(t, m, receipt.Message)
}

func unusedKeyNamesNothing(t *testing.T, f *fixture) {
	p := f.keyed(f.publication(f.application(), nil), 1, 1)
	_, unused, err := f.Repeated(t.Context(), *p.Claim, f.now)
	check(t, err)
	_, err = f.Publish(t.Context(), p)
	check(t, err)

	m, over, err := f.Repeated(t.Context(), *p.Claim, p.Claim.ExpiresAt.Add(time.Second))

	check(t, err)
	equal(t, []bool{unused, over}, []bool{false, false})
	equal(t, m, hook.Message{})
}

func foreignKeyNamesNothing(t *testing.T, f *fixture) {
	p := f.keyed(f.publication(f.application(), nil), 1, 1)
	_, err := f.Publish(t.Context(), p)
	check(t, err)
	p.Claim.Fingerprint = [16]byte{2}

	_, repeated, err := f.Repeated(t.Context(), *p.Claim, f.now)

	refused(t, err, fault.Conflict, "idempotency_mismatch")
	equal(t, repeated, false)
}
