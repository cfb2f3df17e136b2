package storetest

import (
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
)

func keeper() []test {
	return []test{
		{"expiring drops payloads whose time is over and nothing else", expireDrops},
		{"purging removes old messages with all that hangs on them", purgeRemoves},
		{"purging removes idempotency keys whose time is over", purgeKeys},
		{"a check writes, and a description names the engine", checkAndDescribe},
		{"after close every write is refused", closedRefuses},
	}
}

func expireDrops(t *testing.T, f *fixture) {
	a := f.application()
	short := f.message(a, nil, func(m *hook.Message) { m.PayloadUntil = f.now.AddDate(0, 0, 5) })
	long := f.message(a, nil)

	early, err := f.Expire(t.Context(), f.now.AddDate(0, 0, 4), 10)
	check(t, err)
	late, err := f.Expire(t.Context(), f.now.AddDate(0, 0, 6), 10)
	check(t, err)

	equal(t, []int{early, late}, []int{0, 1})
	got, err := f.Message(t.Context(), a.Key, byID(short.ID))
	check(t, err)
	equal(t, got.Payload == nil, true)
	got, err = f.Message(t.Context(), a.Key, byID(long.ID))
	check(t, err)
	equal(t, string(got.Payload), string(long.Payload))
}

func purgeRemoves(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	done, open := f.message(a, []hook.Endpoint{e}), f.message(a, []hook.Endpoint{e})
	f.attempt(done, e, hook.Succeeded)
	f.attempt(open, e, hook.Failed)
	future := f.now.Add(24 * time.Hour)

	kept, err := f.Purge(t.Context(), f.now.Add(-time.Hour), f.now, 100)
	check(t, err)
	gone, err := f.Purge(t.Context(), future, f.now, 100)
	check(t, err)

	equal(t, kept, 0)
	if gone < 2 {
		t.Errorf("%d rows went, want at least the two messages", gone)
	}
	for _, m := range []hook.Message{done, open} {
		_, err := f.Message(t.Context(), a.Key, byID(m.ID))
		missing(t, err)
	}
	waiting, err := f.Waiting(t.Context(), 0, 10)
	check(t, err)
	equal(t, len(waiting), 0)
	equal(t, f.left(), 0)
}

func purgeKeys(t *testing.T, f *fixture) {
	a := f.application()
	_, err := f.Publish(t.Context(), f.keyed(f.publication(a, nil), 1, 1))
	check(t, err)

	_, err = f.Purge(t.Context(), f.now.Add(-time.Hour), f.now.Add(2*time.Hour), 100)
	check(t, err)

	receipt, err := f.Publish(t.Context(), f.keyed(f.publication(a, nil), 1, 2))
	check(t, err)
	equal(t, receipt.Repeated, false)
}

func checkAndDescribe(t *testing.T, f *fixture) {
	check(t, f.Check(t.Context(), f.now))
	check(t, f.Check(t.Context(), f.now.Add(time.Second)))

	d, err := f.Describe(t.Context())

	check(t, err)
	if d.Engine == "" || d.Version == "" || d.Durability == "" || d.Bytes <= 0 || d.Schema < 1 {
		t.Errorf("got %+v", d)
	}
}

func closedRefuses(t *testing.T, f *fixture) {
	a := f.application()
	p := f.publication(a, nil)
	check(t, f.Close())
	check(t, f.Close())

	_, err := f.Publish(t.Context(), p)

	if err == nil {
		t.Error("a closed store took a message")
	}
	if err := f.Settle(t.Context(), store.Settlement{}); err == nil {
		t.Error("a closed store took a settlement")
	}
}
