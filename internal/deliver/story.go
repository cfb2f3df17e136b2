package deliver

import (
	"encoding/json"
	"time"

	"github.com/posthorn/posthorn/internal/directory"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
)

// told is what an event tells about.
type told struct {
	snapshot *directory.Snapshot
	route    *directory.Route
	message  hook.Message
	attempt  *hook.Attempt // nil if it is not about one
	earlier  *hook.Attempt // that attempt repeated at once
}

// The bodies of events, as the public interface defines them (schemas MessageAttemptExhaustedEventData
// and EndpointDisabledEventData).
type (
	exhaustedData struct {
		AppID       string      `json:"appId"`
		AppUID      string      `json:"appUid,omitempty"`
		EndpointID  string      `json:"endpointId"`
		MsgID       string      `json:"msgId"`
		MsgEventID  string      `json:"msgEventId,omitempty"`
		LastAttempt lastAttempt `json:"lastAttempt"`
	}
	lastAttempt struct {
		ID                 string    `json:"id"`
		ResponseStatusCode int       `json:"responseStatusCode"`
		Timestamp          time.Time `json:"timestamp"`
	}
	disabledData struct {
		AppID       string    `json:"appId"`
		AppUID      string    `json:"appUid,omitempty"`
		EndpointID  string    `json:"endpointId"`
		EndpointUID string    `json:"endpointUid,omitempty"`
		FailSince   time.Time `json:"failSince,omitzero"`
	}
)

// exhausted tells that the last attempt of a delivery failed.
func (t told) exhausted() hook.Event {
	return t.event(hook.EventAttemptExhausted, exhaustedData{
		AppID: id.Application.Text(t.snapshot.Application.ID), AppUID: t.snapshot.Application.UID, EndpointID: id.Endpoint.Text(t.route.Endpoint.ID),
		MsgID: id.Message.Text(t.message.ID), MsgEventID: t.message.EventID,
		LastAttempt: lastAttempt{ID: id.Attempt.Text(t.attempt.ID), ResponseStatusCode: t.attempt.Status, Timestamp: t.attempt.StartedAt},
	})
}

// disabled tells that Posthorn gave up on an endpoint.
func (t told) disabled(h hook.Health) hook.Event {
	return t.event(hook.EventEndpointDisabled, disabledData{
		AppID: id.Application.Text(t.snapshot.Application.ID), AppUID: t.snapshot.Application.UID, EndpointID: id.Endpoint.Text(t.route.Endpoint.ID),
		EndpointUID: t.route.Endpoint.UID, FailSince: h.FailingSince,
	})
}

func (t told) event(kind string, data any) hook.Event {
	text, err := json.Marshal(data)
	if err != nil {
		panic("deliver: an event did not become JSON: " + err.Error())
	}
	return hook.Event{ApplicationKey: t.snapshot.Application.Key, Type: kind, Data: text}
}

// stamp gives an event its id and time.
func (e *Engine) stamp(event hook.Event, now time.Time) hook.Event {
	event.ID, event.CreatedAt = e.parts.IDs.New(now), now
	return event
}
