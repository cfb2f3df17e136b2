package storetest

import (
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/store"
)

func answers() []test {
	return []test{
		{"the first caller reserves and later ones get its answer", answerIsRepeated},
		{"an empty answer is an answer", answerMayBeEmpty},
		{"a key with another fingerprint is a misuse", answerMismatch},
		{"a key whose first caller is at work is in progress", answerInProgress},
		{"a first caller is taken for dead after a minute", answerOfTheDead},
		{"a first caller of another run is dead", answerOfAnotherRun},
		{"a forgotten key may be reserved again", answerForgotten},
		{"an answered key cannot be forgotten", answerStays},
		{"a key may be used for something else when its time is over", answerExpires},
		{"of callers at the same time exactly one is the first", answerRace},
		{"an answer needs a reservation", answerNeedsReservation},
	}
}

// keyFor makes a claim that holds for an hour.
func (f *fixture) keyFor(key, fingerprint byte) store.Claim {
	return store.Claim{Key: [16]byte{key}, Fingerprint: [16]byte{fingerprint}, ExpiresAt: f.now.Add(time.Hour)}
}

// reserve reserves a key for the first time.
func (f *fixture) reserve(c store.Claim) {
	f.t.Helper()
	answer, err := f.Reserve(f.t.Context(), c, f.now)
	check(f.t, err)
	equal(f.t, answer == nil, true)
}

func answerIsRepeated(t *testing.T, f *fixture) {
	c := f.keyFor(1, 1)
	f.reserve(c)
	check(t, f.Answer(t.Context(), c.Key, []byte("created")))

	for range 2 {
		answer, err := f.Reserve(t.Context(), c, f.now.Add(59*time.Minute))
		check(t, err)
		equal(t, string(answer), "created")
	}
}

func answerMayBeEmpty(t *testing.T, f *fixture) {
	c := f.keyFor(1, 1)
	f.reserve(c)
	check(t, f.Answer(t.Context(), c.Key, nil))

	answer, err := f.Reserve(t.Context(), c, f.now.Add(2*time.Minute))

	check(t, err)
	equal(t, answer != nil && len(answer) == 0, true)
}

func answerMismatch(t *testing.T, f *fixture) {
	f.reserve(f.keyFor(1, 1))

	_, err := f.Reserve(t.Context(), f.keyFor(1, 2), f.now)
	refused(t, err, fault.Conflict, "idempotency_mismatch")

	check(t, f.Answer(t.Context(), [16]byte{1}, []byte("created")))
	_, err = f.Reserve(t.Context(), f.keyFor(1, 2), f.now)
	refused(t, err, fault.Conflict, "idempotency_mismatch")
	f.reserve(f.keyFor(2, 2))
}

func answerInProgress(t *testing.T, f *fixture) {
	c := f.keyFor(1, 1)
	f.reserve(c)

	_, err := f.Reserve(t.Context(), c, f.now.Add(59*time.Second))

	refused(t, err, fault.Conflict, "idempotency_in_progress")
}

func answerOfTheDead(t *testing.T, f *fixture) {
	c := f.keyFor(1, 1)
	f.reserve(c)
	later := f.now.Add(time.Minute)

	answer, err := f.Reserve(t.Context(), c, later)

	check(t, err)
	equal(t, answer == nil, true)
	_, err = f.Reserve(t.Context(), c, later.Add(time.Second))
	refused(t, err, fault.Conflict, "idempotency_in_progress")
}

func answerOfAnotherRun(t *testing.T, f *fixture) {
	c := f.keyFor(1, 1)
	f.reserve(c)
	check(t, f.Begin(t.Context(), store.Run{Key: 4711, Window: 10}, f.now))

	f.reserve(c)

	_, err := f.Reserve(t.Context(), c, f.now)
	refused(t, err, fault.Conflict, "idempotency_in_progress")
	check(t, f.Answer(t.Context(), c.Key, []byte("created")))
	check(t, f.Begin(t.Context(), store.Run{Key: 4712, Window: 10}, f.now))
	answer, err := f.Reserve(t.Context(), c, f.now)
	check(t, err)
	equal(t, string(answer), "created")
}

func answerForgotten(t *testing.T, f *fixture) {
	c := f.keyFor(1, 1)
	f.reserve(c)

	check(t, f.Forget(t.Context(), c.Key))

	f.reserve(f.keyFor(1, 2))
}

func answerStays(t *testing.T, f *fixture) {
	c := f.keyFor(1, 1)
	f.reserve(c)
	check(t, f.Answer(t.Context(), c.Key, []byte("created")))

	check(t, f.Forget(t.Context(), c.Key))

	answer, err := f.Reserve(t.Context(), c, f.now)
	check(t, err)
	equal(t, string(answer), "created")
}

func answerExpires(t *testing.T, f *fixture) {
	c := f.keyFor(1, 1)
	f.reserve(c)
	check(t, f.Answer(t.Context(), c.Key, []byte("created")))
	f.now = c.ExpiresAt

	f.reserve(f.keyFor(1, 2))
}

func answerRace(t *testing.T, f *fixture) {
	c := f.keyFor(1, 1)
	firsts := make([]bool, 50)

	errs := resultsAtOnce(len(firsts), func(i int) error {
		answer, err := f.Reserve(t.Context(), c, f.now)
		firsts[i] = err == nil && answer == nil
		return err
	})

	var winners int
	for i, err := range errs {
		if firsts[i] {
			winners++
			continue
		}
		refused(t, err, fault.Conflict, "idempotency_in_progress")
	}
	equal(t, winners, 1)
}

func answerNeedsReservation(t *testing.T, f *fixture) {
	missing(t, f.Answer(t.Context(), [16]byte{9}, []byte("?")))
	check(t, f.Forget(t.Context(), [16]byte{9}))
}
