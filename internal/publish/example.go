package publish

import (
	"context"
	"encoding/json"

	"github.com/posthorn/posthorn/internal/catalog"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
)

// Example publishes a made-up message of the event type to one endpoint alone, whatever it subscribes
// to, so that its owner can see one arrive. The payload is the example of the newest schema, if it has one.
func (s *Service) Example(ctx context.Context, application hook.Application, endpoint hook.Endpoint, eventType string) (hook.Message, error) {
	if endpoint.Disabled {
		return hook.Message{}, fault.New(fault.Conflict, "endpoint_disabled", "The endpoint is disabled: enable it first.")
	}
	if !catalog.ValidName(eventType, maxName) {
		return hook.Message{}, badEventType()
	}
	t, err := s.eventType(ctx, eventType)
	if err != nil {
		return hook.Message{}, err
	}
	snapshot, err := s.directory.Snapshot(ctx, application.Key)
	if err != nil {
		return hook.Message{}, err
	}
	in := Input{EventType: eventType, Payload: examplePayload(t)}
	receipt, err := s.store(ctx, in, snapshot, []hook.Key{endpoint.Key})
	return receipt.Message, err
}

// examplePayload returns the first example that a schema of t carries ("example" or "examples", JSON
// Schema 2020-12 section 9.5), or one that only says what it is.
func examplePayload(t hook.EventType) []byte {
	var versions map[string]struct {
		Example  json.RawMessage   `json:"example"`
		Examples []json.RawMessage `json:"examples"`
	}
	if json.Unmarshal(t.Schemas, &versions) == nil {
		for _, schema := range versions {
			if len(schema.Examples) > 0 {
				return schema.Examples[0]
			}
			if len(schema.Example) > 0 {
				return schema.Example
			}
		}
	}
	payload, err := json.Marshal(map[string]string{"type": t.Name, "note": "An example message, sent on request."})
	if err != nil {
		panic("publish: two texts did not become JSON: " + err.Error())
	}
	return payload
}
