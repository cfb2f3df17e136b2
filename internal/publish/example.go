package publish

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
)

// Example publishes a made-up message of the event type to one endpoint alone, whatever it subscribes
// to, so that its owner can see one arrive. The payload is the example of the newest schema, if it has one.
func (s *Service) Example(ctx context.Context, application hook.Application, endpoint hook.Endpoint, eventType string) (hook.Message, error) {
	if endpoint.Disabled {
		return hook.Message{}, fault.New(fault.Conflict, "endpoint_disabled", "The endpoint is disabled: enable it first.")
	}
	if !hook.ValidName(eventType, maxName) {
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
	newest := versions[slices.MaxFunc(slices.Collect(maps.Keys(versions)), compareVersions)]
	if len(newest.Examples) > 0 {
		return newest.Examples[0]
	}
	return newest.Example
}

// compareVersions orders "9" before "10", and texts before numbers, as enforcement does.
func compareVersions(a, b string) int {
	left, errLeft := strconv.Atoi(a)
	right, errRight := strconv.Atoi(b)
	switch {
	case errLeft == nil && errRight == nil:
		return cmp.Compare(left, right)
	case errLeft == nil:
		return 1
	case errRight == nil:
		return -1
	default:
		return cmp.Compare(a, b)
	}
}

func isObject(text []byte) bool { return len(text) > 0 && text[0] == '{' }
