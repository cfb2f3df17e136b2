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
// to, so that its owner can see one arrive. The payload is the example with this index of
// the newest schema, if it has one. An index past a list of examples is an Invalid error; without a list it is ignored.
func (s *Service) Example(ctx context.Context, application hook.Application, endpoint hook.Endpoint, eventType string, index int) (hook.Message, error) {
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
	payload, err := examplePayload(t, index)
	if err != nil {
		return hook.Message{}, err
	}
	in := Input{EventType: eventType, Payload: payload}
	receipt, err := s.store(ctx, in, snapshot, []hook.Key{endpoint.Key})
	return receipt.Message, err
}

// examplePayload returns the example with this index that the newest schema of t carries ("examples", JSON Schema
// 2020-12 section 9.5, or the "example" of OpenAPI), or a payload that only says what it is.
func examplePayload(t hook.EventType, index int) ([]byte, error) {
	example, err := newestExample(t.Schemas, index)
	if err != nil || isObject(example) {
		return example, err
	}
	payload, err := json.Marshal(map[string]string{"type": t.Name, "note": "An example message, sent on request."})
	if err != nil {
		panic("publish: two texts did not become JSON: " + err.Error())
	}
	return payload, nil
}

// examples are those of one version of a schema.
type examples struct {
	Example  json.RawMessage   `json:"example"`
	Examples []json.RawMessage `json:"examples"`
}

func newestExample(schemas []byte, index int) ([]byte, error) {
	newest := newestExamples(schemas)
	n := len(newest.Examples)
	switch {
	case n == 0:
		return newest.Example, nil
	case index < 0 || index >= n:
		return nil, fault.In("exampleIndex", "value_error", "Use an index from 0 to %d: the schema has %d examples.", n-1, n)
	}
	return newest.Examples[index], nil
}

// newestExamples returns the examples of the newest version, none if schemas holds no versions.
func newestExamples(schemas []byte) examples {
	var versions map[string]examples
	if json.Unmarshal(schemas, &versions) != nil || len(versions) == 0 {
		return examples{}
	}
	return versions[slices.MaxFunc(slices.Collect(maps.Keys(versions)), hook.CompareVersions)]
}

func isObject(text []byte) bool { return len(text) > 0 && text[0] == '{' }
