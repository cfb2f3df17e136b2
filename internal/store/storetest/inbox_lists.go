package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

func inboxLists() []test {
	return []test{
		{"pages go both ways in both orders, within the source", receivedPages},
		{"a list brings bodies and headers only if asked", receivedContent},
		{"statuses, event types and times narrow a list", receivedFilters},
		{"webhooks are counted by status, within the source", statusCounts},
	}
}

func receivedID(r hook.Received) id.ID { return r.ID }

func receivedPages(t *testing.T, f *fixture) {
	a := f.application()
	s, other := f.source(a), f.source(a)
	var ids []id.ID
	for range 7 {
		ids = append(ids, f.receive(s).ID)
		f.receive(other)
	}
	slices.Reverse(ids)

	turnPages(t, ids, receivedID, func(page store.Page[id.ID]) (store.List[hook.Received, id.ID], error) {
		return f.ReceivedList(t.Context(), s.Key, store.ReceivedFilter{}, page)
	})
}

func receivedContent(t *testing.T, f *fixture) {
	s := f.source(f.application())
	want := []hook.Received{f.ended(s, hook.IntakeFailed), f.receive(s)}
	slices.Reverse(want)

	whole, err := f.ReceivedList(t.Context(), s.Key, store.ReceivedFilter{WithContent: true}, store.Page[id.ID]{Limit: 10})
	check(t, err)
	bare, err := f.ReceivedList(t.Context(), s.Key, store.ReceivedFilter{}, store.Page[id.ID]{Limit: 10})
	check(t, err)

	equal(t, whole.Items, want)
	for i := range want {
		want[i].Headers, want[i].Body = nil, nil
	}
	equal(t, bare.Items, want)
}

func receivedFilters(t *testing.T, f *fixture) {
	s := f.source(f.application())
	typed := func(name string) func(*store.Arrival) { return func(a *store.Arrival) { a.Received.EventType = name } }
	failed, fresh := f.ended(s, hook.IntakeFailed, typed("push")), f.receive(s, typed("push"))
	held, done := f.receive(s, typed("fork"), taken), f.ended(s, hook.IntakeDone, typed("star"))

	for name, c := range map[string]struct {
		filter store.ReceivedFilter
		want   []hook.Received
	}{
		"one status":   {store.ReceivedFilter{Statuses: []hook.Intake{hook.IntakeFailed}}, []hook.Received{failed}},
		"statuses":     {store.ReceivedFilter{Statuses: []hook.Intake{hook.IntakeNew, hook.IntakeDone}}, []hook.Received{done, fresh}},
		"processing":   {store.ReceivedFilter{Statuses: []hook.Intake{hook.IntakeProcessing}}, []hook.Received{held}},
		"event types":  {store.ReceivedFilter{EventTypes: []string{"fork", "star"}}, []hook.Received{done, held}},
		"both":         {store.ReceivedFilter{EventTypes: []string{"push"}, Statuses: []hook.Intake{hook.IntakeNew}}, []hook.Received{fresh}},
		"before":       {store.ReceivedFilter{Before: held.ReceivedAt}, []hook.Received{fresh, failed}},
		"after":        {store.ReceivedFilter{After: fresh.ReceivedAt.Add(time.Microsecond)}, []hook.Received{done, held}},
		"none of them": {store.ReceivedFilter{EventTypes: []string{"nothing"}}, nil},
		"in between":   {store.ReceivedFilter{After: failed.ReceivedAt.Add(time.Microsecond), Before: done.ReceivedAt.Add(-time.Microsecond)}, []hook.Received{held, fresh}},
	} {
		list, err := f.ReceivedList(t.Context(), s.Key, c.filter, store.Page[id.ID]{Limit: 10})
		check(t, err)
		if got := cursors(list.Items, receivedID); !slices.Equal(got, cursors(c.want, receivedID)) || !list.Done {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

func statusCounts(t *testing.T, f *fixture) {
	a := f.application()
	s, other := f.source(a), f.source(a)
	for range 3 {
		f.ended(s, hook.IntakeDone)
	}
	f.ended(s, hook.IntakeFailed)
	f.receive(s)
	f.receive(s)
	f.receive(s, taken)
	f.receive(other, taken)
	f.ended(other, hook.IntakeDone)

	got, err := f.StatusCounts(t.Context(), s.Key)
	check(t, err)
	none, err := f.StatusCounts(t.Context(), 4711)
	check(t, err)

	for status, want := range map[hook.Intake]int64{hook.IntakeNew: 2, hook.IntakeProcessing: 1, hook.IntakeFailed: 1, hook.IntakeDone: 3} {
		if got[status] != want || none[status] != 0 {
			t.Errorf("%s: got %d and %d, want %d", status, got[status], none[status], want)
		}
	}
}
