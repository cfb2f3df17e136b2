package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
)

// Limits of schemas.
const (
	maxVersions    = 100 // schemas of one event type
	maxSchemaDepth = 64  // nesting of one schema
)

// Schemas checks payloads against the schemas of event types and remembers the compiled ones. It holds
// at most one for each event type. It is safe for concurrent use.
type Schemas struct {
	compiled sync.Map // from the name to a compiledSchema
}

type compiledSchema struct {
	source []byte // what it was compiled from
	newest *jsonschema.Schema
}

// NewSchemas returns an empty cache.
func NewSchemas() *Schemas { return &Schemas{} }

// Check returns an Invalid error if the event type asks for its schema to be enforced and payload does
// not match the newest one. The error names the place and the rule and repeats nothing of the payload.
func (s *Schemas) Check(t hook.EventType, payload []byte) error {
	if !t.Enforced {
		return nil
	}
	schema, err := s.of(t)
	if err != nil || schema == nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(payload))
	if err != nil {
		return fault.In("payload", "value_error", "Send a payload that is JSON.")
	}
	return mismatch(t.Name, schema.Validate(value))
}

// Forget drops what is remembered of an event type.
func (s *Schemas) Forget(name string) { s.compiled.Delete(name) }

func (s *Schemas) of(t hook.EventType) (*jsonschema.Schema, error) {
	if known, ok := s.compiled.Load(t.Name); ok {
		if c, ok := known.(compiledSchema); ok && bytes.Equal(c.source, t.Schemas) {
			return c.newest, nil
		}
	}
	newest, err := compile(t.Schemas)
	if err != nil {
		return nil, fmt.Errorf("compile the schema of %s: %w", t.Name, err)
	}
	s.compiled.Store(t.Name, compiledSchema{source: t.Schemas, newest: newest})
	return newest, nil
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

// compile checks all schemas of an event type and returns the newest, nil if there is none.
func compile(schemas []byte) (*jsonschema.Schema, error) {
	if schemas == nil {
		return nil, nil
	}
	var versions map[string]json.RawMessage
	if err := json.Unmarshal(schemas, &versions); err != nil {
		return nil, fault.In("schemas", "value_error", "Give an object from version to JSON Schema.")
	}
	if len(versions) > maxVersions {
		return nil, fault.In("schemas", "value_error", "Use at most %d versions.", maxVersions)
	}
	var newest *jsonschema.Schema
	last := ""
	for version, text := range versions {
		schema, err := compileOne(text)
		if err != nil {
			return nil, fault.In("schemas."+version, "value_error",
				"Give a JSON Schema without references to other documents.").Because(err)
		}
		if newest == nil || hook.CompareVersions(last, version) < 0 {
			newest, last = schema, version
		}
	}
	return newest, nil
}

func compileOne(text []byte) (*jsonschema.Schema, error) {
	if text = bytes.TrimSpace(text); len(text) == 0 || text[0] != '{' {
		return nil, errors.New("the schema is not an object")
	}
	if depth(text) > maxSchemaDepth {
		return nil, fmt.Errorf("the schema is nested deeper than %d", maxSchemaDepth)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(noLoader{})
	const name = "https://schema.invalid/payload" // no host has such a name (RFC 2606), and we fetch nothing anyway
	if err := compiler.AddResource(name, document); err != nil {
		return nil, err
	}
	return compiler.Compile(name)
}

// noLoader refuses to fetch anything: a schema of a stranger must not make us read files or addresses.
type noLoader struct{}

func (noLoader) Load(string) (any, error) {
	return nil, errors.New("references to other documents are not followed")
}

// depth returns the deepest nesting of valid JSON.
func depth(text []byte) (deepest int) {
	level, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			level++
			deepest = max(deepest, level)
		case c == '}' || c == ']':
			level--
		}
	}
	return deepest
}
