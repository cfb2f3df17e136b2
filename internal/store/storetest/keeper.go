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
		{"payloads of the usual age go though their messages stay", expireUsual},
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

func expireUsual(t *testing.T, f *fixture) {
	a := f.application()
	first, second := f.message(a, nil), f.message(a, nil)
	over := f.now.Add(hook.MaxPayloadLife + 24*time.Hour)

	early, err := f.Expire(t.Context(), f.now.Add(hook.MaxPayloadLife-24*time.Hour), 10)
	check(t, err)
	steps := make([]int, 3)
	for i := range steps {
		steps[i], err = f.Expire(t.Context(), over, 1)
		check(t, err)
	}

	equal(t, append(steps, early), []int{1, 1, 0, 0})
	for _, m := range []hook.Message{first, second} {
		got, err := f.Message(t.Context(), a.Key, byID(m.ID))
		check(t, err)
		equal(t, got.Payload == nil, true)
	}
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
