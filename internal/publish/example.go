package publish

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
)

// Example publishes a made-up message of the event type to one endpoint alone, whatever it subscribes
// to, so that its owner can see one arrive. The payload is the example of the newest schema, if it has one.
func (s *Service) Example(ctx context.Context, application hook.Application, endpoint hook.Endpoint, eventType string) (hook.Message, error) {
	if endpoint.Disabled {
		return hook.Message{}, fault.New(fault.Conflict, "endpoint_disabled", "The endpoint is disabled: enable it first.")
	}
	if !hook.ValidName(eventType, hook.MaxName) {
		return hook.Message{}, badEventType()
	}
	t, err := s.eventType(ctx, application.Key, eventType)
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

// examplePayload returns the first example that the newest schema of t carries ("examples", JSON Schema
// 2020-12 section 9.5, or the "example" of OpenAPI), or a payload that only says what it is.
func examplePayload(t hook.EventType) []byte {
	if example := newestExample(t.Schemas); isObject(example) {
		return example
	}
	payload, err := json.Marshal(map[string]string{"type": t.Name, "note": "An example message, sent on request."})
	if err != nil {
		panic("publish: two texts did not become JSON: " + err.Error())
	}
	return payload
}

func newestExample(schemas []byte) []byte {
	var versions map[string]struct {
		Example  json.RawMessage   `json:"example"`
		Examples []json.RawMessage `json:"examples"`
	}
	if json.Unmarshal(schemas, &versions) != nil || len(versions) == 0 {
		return nil
	}
	newest := versions[slices.MaxFunc(slices.Collect(maps.Keys(versions)), hook.CompareVersions)]
	if len(newest.Examples) > 0 {
		return newest.Examples[0]
	}
	return newest.Example
}

func isObject(text []byte) bool { return len(text) > 0 && text[0] == '{' }
