package clients_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	svix "github.com/svix/svix-webhooks/go"

	"github.com/posthorn/posthorn/test/harness"
)

func TestPayloadArrivesByteForByteAndSigned(t *testing.T) {
	t.Parallel()
	j := start(t)
	j.app("acme")
	endpoint := j.endpoint("acme", "/hook")
	payload := map[string]any{ // numbers and escapes that a server would change if it decoded them
		"amount": json.RawMessage(`1.50`), "big": json.RawMessage(`12345678901234567890`),
		"path": json.RawMessage(`"a\/b"`), "name": "Zoë <zoe@example.com>", "at": json.RawMessage(`1e3`),
	}
	sent, err := json.Marshal(payload)
	harness.Check(t, err)

	message, err := j.Message.Create(t.Context(), "acme", &svix.MessageIn{EventType: "user.created", Payload: payload})
	harness.Check(t, err)
	arrival := j.receiver.Wait(t, 1, harness.Of(message.Id))[0]

	harness.Equal(t, "body", string(arrival.Body), string(sent))
	harness.Equal(t, "method", arrival.Method, http.MethodPost)
	harness.Equal(t, "content type", arrival.Header.Get("Content-Type"), "application/json")
	harness.Check(t, verify(arrival, j.secret("acme", endpoint.Id)))
}

func TestRepeatedIdempotencyKeyGivesTheSameMessage(t *testing.T) {
	t.Parallel()
	j := start(t)
	j.app("acme")
	j.endpoint("acme", "/")
	create := func(n int) (*svix.MessageOut, error) {
		in := &svix.MessageIn{EventType: "user.created", Payload: map[string]any{"n": n}}
		return j.Message.CreateWithOptions(t.Context(), "acme", in, &svix.PostOptions{IdempotencyKey: ptr("key-1")})
	}

	first, err := create(1)
	harness.Check(t, err)
	second, err := create(1)
	harness.Check(t, err)
	_, errOther := create(2)
	list, err := j.Message.List(t.Context(), "acme", nil)
	harness.Check(t, err)

	harness.Equal(t, "message of the repeat", second, first)
	refused(t, "same key with another body", errOther, http.StatusConflict)
	harness.Equal(t, "number of messages", len(list.Data), 1)
}

func TestEventIDIsTakenOnceAndFindsTheMessage(t *testing.T) {
	t.Parallel()
	j := start(t)
	j.app("acme")
	in := &svix.MessageIn{EventType: "user.created", EventId: ptr("evt-1"), Payload: map[string]any{}}

	created, err := j.Message.Create(t.Context(), "acme", in)
	harness.Check(t, err)
	_, errAgain := j.Message.Create(t.Context(), "acme", in)
	found, err := j.Message.Get(t.Context(), "acme", "evt-1")
	harness.Check(t, err)

	harness.Equal(t, "event id", created.GetEventId(), "evt-1")
	refused(t, "second message of the event id", errAgain, http.StatusConflict)
	harness.Equal(t, "id of the message by event id", found.Id, created.Id)
}

func TestMessageMayBringItsApplication(t *testing.T) {
	t.Parallel()
	j := start(t)

	message, err := j.Message.Create(t.Context(), "fresh", &svix.MessageIn{
		EventType: "user.created", Payload: map[string]any{},
		Application: &svix.ApplicationIn{Name: "Fresh", Uid: ptr("fresh")},
	})
	harness.Check(t, err)
	_, errMissing := j.Message.Create(t.Context(), "nobody", &svix.MessageIn{EventType: "a", Payload: map[string]any{}})
	app, err := j.Application.Get(t.Context(), "fresh")
	harness.Check(t, err)
	_, err = j.Message.Get(t.Context(), app.Id, message.Id)
	harness.Check(t, err)

	harness.Equal(t, "name of the application", app.Name, "Fresh")
	refused(t, "message to a missing application", errMissing, http.StatusNotFound)
}

func TestMessageListFilters(t *testing.T) {
	t.Parallel()
	j := start(t)
	j.app("acme")
	create := func(eventType string, channels ...string) *svix.MessageOut {
		in := &svix.MessageIn{EventType: eventType, Payload: map[string]any{"secretly": "here"}, Channels: channels}
		message, err := j.Message.Create(t.Context(), "acme", in)
		harness.Check(t, err)
		return message
	}
	a, b, c := create("a"), create("b", "blue"), create("c", "red", "blue")
	hour := time.Hour

	for name, test := range map[string]struct {
		options svix.MessageListOptions
		want    []string
	}{
		"all, newest first":      {svix.MessageListOptions{}, []string{c.Id, b.Id, a.Id}},
		"by two event types":     {svix.MessageListOptions{EventTypes: &[]string{"a", "c"}}, []string{c.Id, a.Id}},
		"by joined event types":  {svix.MessageListOptions{EventTypes: &[]string{"a,c"}}, []string{c.Id, a.Id}},
		"by channel":             {svix.MessageListOptions{Channel: ptr("blue")}, []string{c.Id, b.Id}},
		"before the first":       {svix.MessageListOptions{Before: ptr(a.Timestamp.Add(-hour))}, nil},
		"after the last":         {svix.MessageListOptions{After: ptr(c.Timestamp.Add(hour))}, nil},
		"before a later time":    {svix.MessageListOptions{Before: ptr(c.Timestamp.Add(hour))}, []string{c.Id, b.Id, a.Id}},
		"by channel without one": {svix.MessageListOptions{Channel: ptr("green")}, nil},
	} {
		list, err := j.Message.List(t.Context(), "acme", &test.options)
		harness.Check(t, err)
		harness.Equal(t, name, ids(list.Data, (*svix.MessageOut).GetId), test.want)
	}
	bare, err := j.Message.List(t.Context(), "acme", &svix.MessageListOptions{WithContent: ptr(false)})
	harness.Check(t, err)
	harness.Equal(t, "payload without content", bare.Data[0].Payload, map[string]any{})
}

func TestExpungedContentIsGone(t *testing.T) {
	t.Parallel()
	j := start(t)
	j.app("acme")
	in := &svix.MessageIn{EventType: "user.created", Payload: map[string]any{"ssn": "123-45-6789"}}
	message, err := j.Message.Create(t.Context(), "acme", in)
	harness.Check(t, err)

	harness.Check(t, j.Message.ExpungeContent(t.Context(), "acme", message.Id))
	found, err := j.Message.Get(t.Context(), "acme", message.Id)
	harness.Check(t, err)

	harness.Equal(t, "event type", found.EventType, "user.created")
	if _, kept := found.Payload["ssn"]; kept {
		t.Error("the payload is still there after the expunge")
	}
}
