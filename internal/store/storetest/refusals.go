package storetest

import (
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

func refusals() []test {
	return []test{
		{"a sample reads back", sampleReadsBack},
		{"counts of an hour and a cause add up", refusalsAddUp},
		{"of the samples the newest are kept", samplesAreBounded},
		{"refusals of a source that is gone are not kept", refusalsOfGone},
	}
}

// refusal makes a sample of a refused request.
func (f *fixture) refusal(s hook.Source) hook.Refused {
	now, made := f.tick()
	return hook.Refused{SourceKey: s.Key, ID: made, At: now, Cause: "no_match", Detail: "No signature matches.", Method: "POST",
		ContentType: "text/plain", Remote: "192.0.2.7", Headers: map[string][]string{"X-Event": {"push"}}, Body: []byte("{}")}
}

// refuse counts n refused requests of one hour and keeps them as samples.
func (f *fixture) refuse(s hook.Source, n int) (all []hook.Refused) {
	f.t.Helper()
	for range n {
		all = append(all, f.refusal(s))
	}
	count := store.RefusalCount{Cause: "no_match", Hour: f.now.Truncate(time.Hour), Count: int64(n)}
	check(f.t, f.Refuse(f.t.Context(), s.Key, []store.RefusalCount{count}, all))
	return all
}

func sampleReadsBack(t *testing.T, f *fixture) {
	a := f.application()
	s, other := f.source(a), f.source(a)
	odd := "a\x00\xff\"'\\ü"
	want := f.refusal(s)
	want.Detail, want.Method, want.ContentType, want.Remote, want.Body = odd, odd, odd, odd, []byte{0, 0xff}
	want.Headers = map[string][]string{odd: {odd, ""}}
	bare := hook.Refused{SourceKey: s.Key, ID: f.newID(), At: f.now, Cause: "too_large"}
	check(t, f.Refuse(t.Context(), s.Key, nil, []hook.Refused{want, bare}))
	check(t, f.Refuse(t.Context(), s.Key, nil, nil))
	f.refuse(other, 1)

	counts, got, err := f.Refusals(t.Context(), s.Key, f.now)

	check(t, err)
	equal(t, len(counts), 0)
	equal(t, got, []hook.Refused{bare, want})
}

func refusalsAddUp(t *testing.T, f *fixture) {
	s := f.source(f.application())
	hour := f.now.Truncate(time.Hour)
	count := func(cause string, hours int, n int64) store.RefusalCount {
		return store.RefusalCount{Cause: cause, Hour: hour.Add(time.Duration(hours) * time.Hour), Count: n}
	}
	refuse := func(cause string, hours int, n int64) {
		check(t, f.Refuse(t.Context(), s.Key, []store.RefusalCount{count(cause, hours, n), count("other", hours, 1)}, nil))
	}
	refuse("no_match", -2, 5)
	refuse("no_match", -1, 7)
	refuse("no_match", 0, 1)
	refuse("no_match", 0, 2)

	got, samples, err := f.Refusals(t.Context(), s.Key, hour.Add(-30*time.Minute))

	check(t, err)
	equal(t, len(samples), 0)
	equal(t, got, []store.RefusalCount{count("no_match", 0, 3), count("other", 0, 2), count("no_match", -1, 7), count("other", -1, 1)})
}

func samplesAreBounded(t *testing.T, f *fixture) {
	a := f.application()
	s, other := f.source(a), f.source(a)
	f.refuse(s, 30)
	f.refuse(other, 2)
	want := append(f.refuse(s, store.MostRefused-10), f.refuse(s, 10)...)

	_, got, err := f.Refusals(t.Context(), s.Key, f.now)
	check(t, err)
	_, others, err := f.Refusals(t.Context(), other.Key, f.now)
	check(t, err)

	equal(t, len(got), store.MostRefused)
	for i, r := range got {
		equal(t, r.ID, want[len(want)-1-i].ID)
	}
	equal(t, len(others), 2)
}

func refusalsOfGone(t *testing.T, f *fixture) {
	s := f.source(f.application())
	_, err := f.DeleteSource(t.Context(), byID(s.ID))
	check(t, err)

	f.refuse(s, 3)

	counts, samples, err := f.Refusals(t.Context(), s.Key, f.now.Add(-time.Hour))
	check(t, err)
	equal(t, len(counts)+len(samples), 0)
	equal(t, cursors(samples, func(r hook.Refused) id.ID { return r.ID }), nil)
}
