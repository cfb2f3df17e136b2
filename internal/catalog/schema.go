package catalog

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
)

// What checking one payload may cost, in ticks of about 10 ns: a tenth of a second, and half a microsecond for each
// byte of the payload, which is about ten times what usual schemas take; two seconds at most.
const (
	checkBudget        = 10_000_000
	checkBudgetPerByte = 50
	maxCheckBudget     = 200_000_000
	placeBudget        = 2_000_000 // for finding the place of a mismatch, which collects all of them
)

// Schemas checks payloads against the schemas of event types and remembers the compiled ones. It holds
// at most one for each event type, and checks one payload of an event type at a time. It is safe for concurrent use.
type Schemas struct {
	compiled sync.Map      // from the name to a *compiledSchema
	slots    chan struct{} // holds an element for each check that is under way
	turns    turns
}

type compiledSchema struct {
	source  []byte // what it was compiled from
	newest  *program
	refused error         // why it cannot be used
	turn    chan struct{} // holds one element while newest is in use
}

// NewSchemas returns an empty cache.
func NewSchemas() *Schemas { return &Schemas{slots: make(chan struct{}, runtime.GOMAXPROCS(0))} }

// Check returns an Invalid error if the event type asks for its schema to be enforced and payload does
// not match the newest one. The error names the place and the rule and repeats nothing of the payload. A payload whose
// check would cost too much, and any payload of a type whose stored schema is refused, is Invalid as well. Check waits until
// ctx ends for other payloads of the application, of which one is checked at a time, and of the same type.
func (s *Schemas) Check(ctx context.Context, t hook.EventType, application hook.Key, payload []byte) error {
	if !t.Enforced {
		return nil
	}
	schema := s.of(t)
	if schema.refused != nil {
		return fault.In("eventType", "schema_refused",
			"The schema of %s cannot be used: %s. Replace it, or set enforceSchema to false.", t.Name, reason(schema.refused)).Because(schema.refused)
	}
	if schema.newest == nil {
		return nil
	}
	release, err := s.enter(ctx, schema, application)
	if err != nil {
		return err
	}
	defer release()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(payload))
	if err != nil {
		return fault.In("payload", "schema_mismatch", "Send a payload that is JSON: the schema of %s is enforced.", t.Name)
	}
	levels, err := measure(value)
	if err != nil || levels*schema.newest.graph.chain > maxRecursion {
		return tooComplex(t.Name)
	}
	return schema.newest.check(t.Name, value, levels, min(checkBudget+checkBudgetPerByte*int64(len(payload)), maxCheckBudget))
}

// enter waits until no other payload of the application is checked, schema is not in use, and fewer checks than there are
// processors are under way: each of them needs a multiple of its payload in memory.
func (s *Schemas) enter(ctx context.Context, schema *compiledSchema, application hook.Key) (release func(), err error) {
	busy := func() error {
		return fault.New(fault.Unavailable, "schema_busy", "Other payloads are being checked against schemas; try again.").Because(ctx.Err())
	}
	leave, err := s.turns.take(ctx, application)
	if err != nil {
		return nil, busy()
	}
	select {
	case schema.turn <- struct{}{}:
	case <-ctx.Done():
		leave()
		return nil, busy()
	}
	select {
	case s.slots <- struct{}{}:
		return func() { <-s.slots; <-schema.turn; leave() }, nil
	case <-ctx.Done():
		<-schema.turn
		leave()
		return nil, busy()
	}
}

// Forget drops what is remembered of an event type.
func (s *Schemas) Forget(name string) { s.compiled.Delete(name) }

func (s *Schemas) of(t hook.EventType) *compiledSchema {
	if known, ok := s.compiled.Load(t.Name); ok {
		if c, ok := known.(*compiledSchema); ok && bytes.Equal(c.source, t.Schemas) {
			return c
		}
	}
	newest, err := compileNewest(t.Schemas)
	c := &compiledSchema{source: t.Schemas, newest: newest, refused: err, turn: make(chan struct{}, 1)}
	s.compiled.Store(t.Name, c)
	return c
}

// check validates value within a budget of ticks. It asks first whether value matches, which collects nothing, and
// for the place of a mismatch only then.
func (p *program) check(name string, value any, levels int, budget int64) error {
	p.meter.start(budget, p.graph, levels)
	mismatches := p.wrap.Validate(value) == nil
	if p.meter.spent() {
		return tooComplex(name)
	}
	if !mismatches {
		return nil
	}
	p.meter.start(placeBudget, p.graph, levels)
	err := p.schema.Validate(value)
	if p.meter.spent() {
		return fault.In("payload", "schema_mismatch", "The payload does not match the schema of %s.", name)
	}
	return mismatch(name, err)
}

func tooComplex(name string) error {
	return fault.In("payload", "schema_too_complex",
		"Checking this payload against the schema of %s takes too long: send a smaller one, or have the schema simplified.", name)
}

// mismatch turns the library's error into ours.
func mismatch(name string, err error) error {
	var found *jsonschema.ValidationError
	if err == nil {
		return nil
	}
	if !errors.As(err, &found) {
		return fmt.Errorf("validate a payload of %s: %w", name, err)
	}
	for len(found.Causes) > 0 {
		found = found.Causes[0]
	}
	at := append([]string{"payload"}, found.InstanceLocation...)
	return fault.In(strings.Join(at, "."), "schema_mismatch",
		"The payload does not match the schema of %s (rule %s).", name, strings.Join(found.ErrorKind.KeywordPath(), "/"))
}

// measure returns how deep a payload is nested, and an error if the validator cannot compute with one of its numbers.
func measure(value any) (levels int, err error) {
	switch value := value.(type) {
	case json.Number:
		return 1, checkNumber(value)
	case []any:
		for _, item := range value {
			n, err := measure(item)
			if err != nil {
				return n, err
			}
			levels = max(levels, n)
		}
	case map[string]any:
		for _, member := range value {
			n, err := measure(member)
			if err != nil {
				return n, err
			}
			levels = max(levels, n)
		}
	}
	return levels + 1, nil
}
