package hostile_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/posthorn/posthorn/test/harness"
)

// A chain of 24 definitions that use the next one twice cost 33 s of a core per publish.
func TestSchemasCannotHoldAProcessorOrGrowTheServer(t *testing.T) {
	t.Parallel()
	s := harness.StartLimited(t, memoryLimit)
	pid := s.PID()

	rows(t, s, map[string]func(*testing.T, *harness.Server){
		"fan-out is refused":        fanOutIsRefused,
		"dear payloads are refused": dearPayloadsAreRefused,
	})

	survived(t, s, pid)
	staysSmall(t, pid)
}

func fanOutIsRefused(t *testing.T, s *harness.Server) {
	definitions := object{"d24": object{"type": "object"}}
	for i := range 24 {
		next := object{"$ref": fmt.Sprintf("#/$defs/d%d", i+1)}
		definitions[fmt.Sprintf("d%d", i)] = object{"allOf": []object{next, next}}
	}
	schema := object{"$ref": "#/$defs/d0", "$defs": definitions}
	body := object{"name": "fan", "description": "d", "schemas": object{"1": schema}, "enforceSchema": true}

	refusal(t, "POST", s.Do(t, http.MethodPost, "/api/v1/event-type", body), "schemas")
	refusal(t, "PUT", s.Do(t, http.MethodPut, "/api/v1/event-type/fan", object{"description": "d", "schemas": object{"1": schema}}), "schemas")
}

// dearPayloadsAreRefused publishes what costs the most to check, eight at a time for each schema.
func dearPayloadsAreRefused(t *testing.T, s *harness.Server) {
	self := object{"$ref": "#"}
	app := newApplication(t, s)
	mega := (1 << 20) - 1000 // bytes of the largest payload
	nested := strings.Repeat(`{"a":`, 60) + `1` + strings.Repeat(`}`, 60)
	numbers := `{"a":[` + strings.Repeat(`0,`, mega/2-10) + `0]}`
	list := func(schema object) object { return object{"properties": object{"a": schema}} }
	var wait sync.WaitGroup
	for name, c := range map[string]struct {
		schema  object
		payload string
	}{
		"recursion": {object{"properties": object{"a": object{"allOf": []object{self, self}}}}, nested},
		"unique":    {list(object{"uniqueItems": true}), `{"a":[` + strings.Repeat(`[[],[]],`, mega/8-10) + `0]}`},
		"mismatch":  {list(object{"items": object{"anyOf": []object{{"type": "string"}, {"type": "null"}}}}), numbers},
		"exponent":  {list(object{"minimum": 1}), `{"a":1e2000000}`},
	} {
		do(t, s, http.MethodPost, "/api/v1/event-type",
			object{"name": name, "description": "d", "schemas": object{"1": c.schema}, "enforceSchema": true}, http.StatusCreated)
		for range 8 {
			wait.Go(func() {
				body := fmt.Sprintf(`{"eventType":%q,"payload":%s}`, name, c.payload)
				got := s.Do(t, http.MethodPost, app+"/msg", []byte(body)).Status
				if got != http.StatusUnprocessableEntity && got != http.StatusServiceUnavailable {
					t.Errorf("%s: got %d", name, got)
				}
			})
		}
	}
	wait.Wait()
}
