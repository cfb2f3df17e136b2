package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

func attempts() []test {
	return []test{
		{"an attempt comes back as it was settled, with the ids around it", attemptIsFound},
		{"an attempt belongs to its message", attemptOfItsMessage},
		{"an expunged attempt has no body and no headers", attemptExpunged},
		{"pages by endpoint go both ways in both orders", attemptPagesOfEndpoint},
		{"pages by message go both ways in both orders", attemptPagesOfMessage},
		{"pages by message and endpoint go both ways in both orders", attemptPagesOfBoth},
		{"a list has bodies and headers only when asked for", attemptContent},
		{"status and class narrow a list", attemptStatus},
		{"event types and channels narrow a list", attemptTopic},
		{"times narrow a list and leave out their instant", attemptTimes},
		{"attempts name a deleted endpoint", attemptOfDeletedEndpoint},
	}
}

func attemptID(r store.AttemptRecord) id.ID { return r.ID }

type attemptPage func(store.Page[id.ID]) (store.List[store.AttemptRecord, id.ID], error)

func (f *fixture) attemptsAt(e hook.Endpoint, filter store.AttemptFilter) attemptPage {
	return func(page store.Page[id.ID]) (store.List[store.AttemptRecord, id.ID], error) {
		return f.AttemptsByEndpoint(f.t.Context(), e, filter, page)
	}
}

func (f *fixture) attemptsFor(m hook.Message, filter store.AttemptFilter) attemptPage {
	return func(page store.Page[id.ID]) (store.List[store.AttemptRecord, id.ID], error) {
		return f.AttemptsByMessage(f.t.Context(), m, filter, page)
	}
}

// listed returns the ids of a list, newest first.
func (f *fixture) listed(list attemptPage) []id.ID {
	f.t.Helper()
	all, _ := readAll(f.t, store.Page[id.ID]{Limit: 2}, attemptID, list)
	return all
}

func attemptIsFound(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	m := f.message(a, []hook.Endpoint{e})
	made := f.attempt(m, e, hook.Failed, func(a *hook.Attempt) {
		a.Cause, a.Status, a.Trigger, a.Number = "timeout", 0, hook.Manual, 7
		a.Duration, a.Response = 15*time.Second+7*time.Microsecond, []byte{0, 255, 10}
	})
	bare := f.attempt(m, f.endpoint(a), hook.Interrupted, func(a *hook.Attempt) { a.Status, a.Response, a.Headers = 0, nil, nil })

	got, err := f.Attempt(t.Context(), m, made.ID)
	check(t, err)
	other, err := f.Attempt(t.Context(), m, bare.ID)
	check(t, err)

	equal(t, got, store.AttemptRecord{Attempt: made, Message: topicOf(m), EndpointID: e.ID})
	equal(t, other.Attempt, bare)
}

func attemptOfItsMessage(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	m, other := f.message(a, []hook.Endpoint{e}), f.message(a, []hook.Endpoint{e})
	made := f.attempt(m, e, hook.Succeeded)

	_, err := f.Attempt(t.Context(), other, made.ID)

	missing(t, err)
	missing(t, f.ExpungeAttempt(t.Context(), other, made.ID))
	equal(t, len(f.listed(f.attemptsFor(other, store.AttemptFilter{}))), 0)
}

func attemptExpunged(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	m := f.message(a, []hook.Endpoint{e})
	gone, kept := f.attempt(m, e, hook.Failed), f.attempt(m, f.endpoint(a), hook.Failed)

	check(t, f.ExpungeAttempt(t.Context(), m, gone.ID))

	got, err := f.Attempt(t.Context(), m, gone.ID)
	check(t, err)
	gone.Response, gone.Headers = []byte(store.Expunged), nil
	equal(t, got.Attempt, gone)
	got, err = f.Attempt(t.Context(), m, kept.ID)
	check(t, err)
	equal(t, got.Attempt, kept)
}

func attemptPagesOfEndpoint(t *testing.T, f *fixture) {
	a := f.application()
	e, other := f.endpoint(a), f.endpoint(a)
	var falling []id.ID
	for range 9 {
		m := f.message(a, []hook.Endpoint{e, other})
		f.attempt(m, other, hook.Succeeded)
		falling = append([]id.ID{f.attempt(m, e, hook.Failed).ID}, falling...)
	}

	turnPages(t, falling, attemptID, f.attemptsAt(e, store.AttemptFilter{}))
}

func attemptPagesOfMessage(t *testing.T, f *fixture) {
	a := f.application()
	targets := f.endpoints(a, 3)
	m, other := f.message(a, targets), f.message(a, targets)
	var falling []id.ID
	for i := range 10 {
		f.attempt(other, targets[i%3], hook.Failed)
		falling = append([]id.ID{f.attempt(m, targets[i%3], hook.Failed).ID}, falling...)
	}

	turnPages(t, falling, attemptID, f.attemptsFor(m, store.AttemptFilter{}))
}

func attemptPagesOfBoth(t *testing.T, f *fixture) {
	a := f.application()
	targets := f.endpoints(a, 2)
	m := f.message(a, targets)
	var falling []id.ID
	for range 7 {
		f.attempt(m, targets[0], hook.Failed)
		falling = append([]id.ID{f.attempt(m, targets[1], hook.Failed).ID}, falling...)
	}

	turnPages(t, falling, attemptID, f.attemptsFor(m, store.AttemptFilter{Endpoint: targets[1].Key}))
}

func attemptContent(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	m := f.message(a, []hook.Endpoint{e})
	made := f.attempt(m, e, hook.Succeeded)
	bare := made
	bare.Response, bare.Headers = nil, nil
	record := func(a hook.Attempt) []store.AttemptRecord {
		return []store.AttemptRecord{{Attempt: a, Message: topicOf(m), EndpointID: e.ID}}
	}

	for content, want := range map[bool][]store.AttemptRecord{true: record(made), false: record(bare)} {
		filter := store.AttemptFilter{WithContent: content}
		for _, list := range []attemptPage{f.attemptsAt(e, filter), f.attemptsFor(m, filter)} {
			got, err := list(store.Page[id.ID]{Limit: 2})
			check(t, err)
			equal(t, got.Items, want)
		}
	}
}

func attemptStatus(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	m := f.message(a, []hook.Endpoint{e})
	answered := func(outcome hook.OutcomeKind, status int) id.ID {
		return f.attempt(m, e, outcome, func(a *hook.Attempt) { a.Status = status }).ID
	}
	cut, none := answered(hook.Interrupted, 0), answered(hook.Failed, 0)
	gone, busy, fine := answered(hook.Gone, 410), answered(hook.Failed, 503), answered(hook.Succeeded, 204)

	statuses := map[store.Status][]id.ID{
		store.StatusSuccess: {fine}, store.StatusFailed: {busy, gone, none, cut},
		store.StatusPending: nil, store.StatusSending: nil, store.StatusCanceled: nil,
	}
	for status, want := range statuses {
		filter := store.AttemptFilter{Statuses: []store.Status{status}}
		equal(t, f.listed(f.attemptsAt(e, filter)), want)
		equal(t, f.listed(f.attemptsFor(m, filter)), want)
	}
	for class, want := range map[int][]id.ID{0: {none, cut}, 100: nil, 200: {fine}, 400: {gone}, 500: {busy}} {
		filter := store.AttemptFilter{StatusClass: &class}
		equal(t, f.listed(f.attemptsAt(e, filter)), want)
		equal(t, f.listed(f.attemptsFor(m, filter)), want)
	}
}

func attemptTopic(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	var made []id.ID
	var published []hook.Message
	for i := range 4 {
		m := f.message(a, []hook.Endpoint{e}, func(m *hook.Message) {
			m.EventType, m.Channels = fmt.Sprint("type-", i%2), []string{fmt.Sprint("channel-", i/2)}
			m.Tags = []string{fmt.Sprint("tag-", i/2)}
		})
		published = append(published, m)
		made = append(made, f.attempt(m, e, hook.Succeeded).ID)
	}

	byType := store.AttemptFilter{EventTypes: []string{"type-1", "other"}}
	byChannel := store.AttemptFilter{Channel: "channel-0"}
	byTag := store.AttemptFilter{Tag: "tag-0"}

	equal(t, f.listed(f.attemptsAt(e, byType)), []id.ID{made[3], made[1]})
	equal(t, f.listed(f.attemptsAt(e, byChannel)), []id.ID{made[1], made[0]})
	equal(t, f.listed(f.attemptsFor(published[1], byType)), []id.ID{made[1]})
	equal(t, f.listed(f.attemptsFor(published[0], byType)), nil)
	equal(t, f.listed(f.attemptsFor(published[3], byChannel)), nil)
	equal(t, f.listed(f.attemptsAt(e, byTag)), []id.ID{made[1], made[0]})
	equal(t, f.listed(f.attemptsFor(published[0], byTag)), []id.ID{made[0]})
	equal(t, f.listed(f.attemptsFor(published[3], byTag)), nil)
}

func attemptTimes(t *testing.T, f *fixture) {
	a := f.application()
	e := f.endpoint(a)
	m := f.message(a, []hook.Endpoint{e})
	first, second, third := f.attempt(m, e, hook.Failed), f.attempt(m, e, hook.Failed), f.attempt(m, e, hook.Failed)

	for _, list := range []func(store.AttemptFilter) attemptPage{
		func(filter store.AttemptFilter) attemptPage { return f.attemptsAt(e, filter) },
		func(filter store.AttemptFilter) attemptPage { return f.attemptsFor(m, filter) },
	} {
		equal(t, f.listed(list(store.AttemptFilter{After: second.StartedAt})), []id.ID{third.ID, second.ID})
		equal(t, f.listed(list(store.AttemptFilter{Before: second.StartedAt})), []id.ID{first.ID})
		equal(t, f.listed(list(store.AttemptFilter{After: first.StartedAt, Before: third.StartedAt})), []id.ID{second.ID, first.ID})
	}
}

func attemptOfDeletedEndpoint(t *testing.T, f *fixture) {
	a := f.application()
	e, kept := f.endpoint(a), f.endpoint(a)
	m := f.message(a, []hook.Endpoint{e, kept})
	f.attempt(m, e, hook.Failed)
	f.attempt(m, kept, hook.Succeeded)
	_, err := f.DeleteEndpoint(t.Context(), a.Key, byID(e.ID))
	check(t, err)

	got, err := f.attemptsFor(m, store.AttemptFilter{})(store.Page[id.ID]{Limit: 5})

	check(t, err)
	equal(t, cursors(got.Items, func(r store.AttemptRecord) id.ID { return r.EndpointID }), []id.ID{kept.ID, e.ID})
	equal(t, got.Items[1].Message.ID, m.ID)
}

// topicOf returns what a list of attempts shows of a message.
func topicOf(m hook.Message) hook.Message {
	return hook.Message{ID: m.ID, EventType: m.EventType, EventID: m.EventID, Channels: m.Channels, Tags: m.Tags, CreatedAt: m.CreatedAt}
}
