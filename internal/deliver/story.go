package deliver

import (
	"encoding/json"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
)

// story is what an event tells about.
type story struct {
	application hook.Application
	endpoint    hook.Endpoint
	message     hook.Message
	attempt     hook.Attempt
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
func (s story) exhausted() hook.Event {
	return s.event(hook.EventAttemptExhausted, exhaustedData{
		AppID: id.Application.Text(s.application.ID), AppUID: s.application.UID, EndpointID: id.Endpoint.Text(s.endpoint.ID),
		MsgID: id.Message.Text(s.message.ID), MsgEventID: s.message.EventID,
		LastAttempt: lastAttempt{ID: id.Attempt.Text(s.attempt.ID), ResponseStatusCode: s.attempt.Status, Timestamp: s.attempt.StartedAt},
	})
}

// disabled tells that Posthorn gave up on an endpoint.
func (s story) disabled(h hook.Health) hook.Event {
	return s.event(hook.EventEndpointDisabled, disabledData{
		AppID: id.Application.Text(s.application.ID), AppUID: s.application.UID, EndpointID: id.Endpoint.Text(s.endpoint.ID),
		EndpointUID: s.endpoint.UID, FailSince: h.FailingSince,
	})
}

func (s story) event(kind string, data any) hook.Event {
	text, err := json.Marshal(data)
	if err != nil {
		panic("deliver: an event did not become JSON: " + err.Error())
	}
	return hook.Event{ApplicationKey: s.application.Key, Type: kind, Data: text}
}

// stamp gives an event its id and time.
func (e *Engine) stamp(event hook.Event, now time.Time) hook.Event {
	event.ID, event.CreatedAt = e.IDs.New(now), now
	return event
}
