package contract_test

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/posthorn/posthorn/test/harness"
)

const documentURL = "mem:///openapi.json"

// surface calls a server's operations and holds each answer against the server's own document. The
// schemas of a 3.1 document are JSON Schema, so they are compiled where they stand in it.
type surface struct {
	server     *harness.Server
	operations map[string]operation
	compiler   *jsonschema.Compiler
	called     map[string]bool
}

func newSurface(t *testing.T, server *harness.Server) *surface {
	t.Helper()
	document, raw := served(t, server)
	return &surface{server, document.operations(), compiler(t, raw), map[string]bool{}}
}

func compiler(t *testing.T, document []byte) *jsonschema.Compiler {
	t.Helper()
	decoded, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	harness.Check(t, err)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	harness.Check(t, c.AddResource(documentURL, decoded))
	return c
}

// call calls the operation "METHOD /path" with {placeholders} filled in order, and a query if name
// has one. It checks the status and the answer's schema, and returns the answer.
func (s *surface) call(t *testing.T, name string, fill []string, body any, want int) harness.Reply {
	t.Helper()
	name, query, _ := strings.Cut(name, "?")
	declared, ok := s.operations[name]
	if !ok {
		t.Fatalf("%s is not in the served document", name)
	}
	s.called[name] = true
	reply := s.server.Do(t, strings.ToUpper(declared.method), fillIn(declared.path, fill)+"?"+query, body)
	if reply.Status != want {
		t.Fatalf("%s answers %d, want %d: %.500s", name, reply.Status, want, reply.Body)
	}
	s.validate(t, declared, reply)
	return reply
}

func fillIn(path string, values []string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if strings.HasPrefix(part, "{") {
			parts[i], values = url.PathEscape(values[0]), values[1:]
		}
	}
	return strings.Join(parts, "/")
}

func (s *surface) validate(t *testing.T, o operation, reply harness.Reply) {
	t.Helper()
	answer := child(child(o.about, "responses"), strconv.Itoa(reply.Status))
	if answer == nil {
		t.Errorf("%s: the document does not know the answer %d", o, reply.Status)
		return
	}
	if body(answer) == nil {
		if reply.Status == http.StatusNoContent && len(reply.Body) > 0 {
			t.Errorf("%s: 204 has a body: %.200s", o, reply.Body)
		}
		return
	}
	schema, err := s.compiler.Compile(documentURL + pointer("paths", o.path, o.method, "responses",
		strconv.Itoa(reply.Status), "content", "application/json", "schema"))
	if err != nil {
		t.Errorf("%s: the schema of the answer is none: %v", o, err)
		return
	}
	decoded, err := jsonschema.UnmarshalJSON(bytes.NewReader(reply.Body))
	harness.Check(t, err)
	if err := schema.Validate(decoded); err != nil {
		t.Errorf("%s: the answer does not match its schema: %v\n%.1000s", o, err, reply.Body)
	}
}

// pointer returns a URL fragment with the JSON pointer (RFC 6901) to a place in the document.
func pointer(names ...string) string {
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	fragment := "#"
	for _, name := range names {
		fragment += "/" + url.PathEscape(escape.Replace(name))
	}
	return fragment
}

// forgotten returns the declared operations that no call has reached.
func (s *surface) forgotten() []string {
	return slices.DeleteFunc(sortedKeys(s.operations), func(name string) bool { return s.called[name] })
}

func TestEverySchemaOfTheServedDocumentCompiles(t *testing.T) {
	t.Parallel()
	document, raw := served(t, harness.Start(t))
	c := compiler(t, raw)

	schemas := child(child(document.root, "components"), "schemas")
	if len(schemas) == 0 {
		t.Error("the document has no component schemas")
	}
	for _, name := range sortedKeys(schemas) {
		if _, err := c.Compile(documentURL + pointer("components", "schemas", name)); err != nil {
			t.Errorf("schema %s: %v", name, err)
		}
	}
}
