package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
)

// Limits of schemas. Compiling compares every subschema with every other, and keeps the path of each.
const (
	maxVersions    = 100     // schemas of one event type
	maxSchemaDepth = 64      // nesting of one schema
	maxSubschemas  = 10_000  // objects and booleans in one schema
	maxSchemasSize = 50_000  // objects and booleans in all schemas of one event type
	maxSchemaPaths = 4 << 20 // bytes of the paths to all objects and booleans of one schema
)

// Names of the documents that are compiled. No host has such a name (RFC 2606), and nothing is fetched.
const (
	schemaURL = "https://schema.invalid/payload"
	wrapURL   = "https://schema.invalid/check"
)

// program is a compiled schema whose evaluation is metered. It runs one validation at a time.
type program struct {
	schema *jsonschema.Schema // names the place of a mismatch
	wrap   *jsonschema.Schema // the negation of schema: evaluated without collecting errors
	graph  graph
	meter  *meter
}

// checkSchemas returns an Invalid error unless every schema of an event type compiles and stays within the limits.
func checkSchemas(schemas []byte) error {
	versions, err := versionsOf(schemas)
	if err != nil {
		return err
	}
	left := maxSchemasSize
	for version, text := range versions {
		p, size, err := compileOne(text)
		if err == nil {
			err = p.graph.checkFanOut()
		}
		if left -= size; err == nil && left < 0 {
			err = refusedSchema(fmt.Sprintf("all schemas together have more than %d objects", maxSchemasSize))
		}
		if err != nil {
			return fault.In("schemas."+version, "value_error",
				"Give another JSON Schema: %s.", reason(err)).Because(err)
		}
	}
	return nil
}

// hasSchema reports whether there is any version.
func hasSchema(schemas []byte) bool {
	versions, err := versionsOf(schemas)
	return err == nil && len(versions) > 0
}

// compileNewest returns the newest schema of an event type, nil if there is none.
func compileNewest(schemas []byte) (*program, error) {
	versions, err := versionsOf(schemas)
	if err != nil || len(versions) == 0 {
		return nil, err
	}
	newest := ""
	for version := range versions {
		if newest == "" || hook.CompareVersions(newest, version) < 0 {
			newest = version
		}
	}
	p, _, err := compileOne(versions[newest])
	return p, err
}

func versionsOf(schemas []byte) (versions map[string]json.RawMessage, err error) {
	if schemas == nil {
		return nil, nil
	}
	if err := json.Unmarshal(schemas, &versions); err != nil {
		return nil, fault.In("schemas", "value_error", "Give an object from version to JSON Schema.")
	}
	if len(versions) > maxVersions {
		return nil, fault.In("schemas", "value_error", "Use at most %d versions.", maxVersions)
	}
	return versions, nil
}

// compileOne compiles one schema and returns its number of objects and booleans.
func compileOne(text []byte) (*program, int, error) {
	if text = bytes.TrimSpace(text); len(text) == 0 || text[0] != '{' {
		return nil, 0, refusedSchema("it is not an object")
	}
	if depth(text) > maxSchemaDepth {
		return nil, 0, refusedSchema(fmt.Sprintf("it is nested deeper than %d levels", maxSchemaDepth))
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, 0, err
	}
	size, err := sizeOf(document)
	if err != nil {
		return nil, size, err
	}
	p, err := compileDocument(document)
	return p, size, err
}

func compileDocument(document any) (*program, error) {
	p := &program{meter: &meter{}}
	patterns := patternCompiler{meter: p.meter}
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(noLoader{})
	compiler.UseRegexpEngine(patterns.compile)
	negation := map[string]any{"not": map[string]any{"$ref": schemaURL}}
	err := errors.Join(compiler.AddResource(schemaURL, document), compiler.AddResource(wrapURL, negation))
	if err != nil {
		return nil, err
	}
	if p.schema, err = compiler.Compile(schemaURL); err == nil {
		p.wrap, err = compiler.Compile(wrapURL)
	}
	if err != nil {
		return nil, errors.Join(patterns.refuse, err)
	}
	patterns.sealed = true
	if p.graph, err = newGraph(p.wrap); err != nil {
		return nil, err
	}
	p.meter.install(p.graph.nodes)
	return p, nil
}

// noLoader refuses to fetch anything: a schema must not make the server read files or addresses.
type noLoader struct{}

func (noLoader) Load(string) (any, error) {
	return nil, refusedSchema("it refers to another document")
}

// sizeOf counts the objects and booleans of a schema, each of which can be a subschema, and refuses a schema
// that is too large to compile.
func sizeOf(document any) (count int, err error) {
	paths := 0
	var walk func(value any, path int) error
	walk = func(value any, path int) error {
		switch value := value.(type) {
		case json.Number:
			return checkNumber(value)
		case bool:
			count, paths = count+1, paths+path
		case []any:
			for _, item := range value {
				if err := walk(item, path+len("/00000")); err != nil {
					return err
				}
			}
		case map[string]any:
			count, paths = count+1, paths+path
			for name, member := range value {
				if err := walk(member, path+1+len(name)); err != nil {
					return err
				}
			}
		}
		if count > maxSubschemas || paths > maxSchemaPaths {
			return refusedSchema(fmt.Sprintf("it has more than %d objects, or paths that are too long", maxSubschemas))
		}
		return nil
	}
	err = walk(document, 0)
	return count, err
}

// maxNumber bounds the digits and the decimal exponent of a number. The validator computes with exact fractions:
// 1e1000000 is one of a million digits.
const maxNumber = 400

func checkNumber(n json.Number) error {
	mantissa, exponent, _ := strings.Cut(strings.ToLower(string(n)), "e")
	exponent = strings.TrimLeft(strings.TrimLeft(exponent, "+-"), "0")
	if len(mantissa) > maxNumber || len(exponent) > len("400") || len(exponent) == len("400") && exponent > "400" {
		return refusedSchema(fmt.Sprintf("a number has more than %d digits or an exponent above %d", maxNumber, maxNumber))
	}
	return nil
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
