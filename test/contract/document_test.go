package contract_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/test/harness"
)

// object is a JSON object of an OpenAPI document.
type object = map[string]any

// document is an OpenAPI document, 3.0 or 3.1.
type document struct{ root object }

// reference reads one of the reference files, or skips the test when there are none.
func reference(t *testing.T, name string) document {
	t.Helper()
	dir, given := os.LookupEnv("POSTHORN_REFERENCE")
	if !given {
		root, err := harness.Root()
		harness.Check(t, err)
		dir = filepath.Join(root, "..", "shared", "reference")
	}
	content, err := os.ReadFile(filepath.Join(dir, name))
	if os.IsNotExist(err) && !given {
		t.Skipf("SKIPPED: there is no ../shared/reference/%s; set POSTHORN_REFERENCE to the folder that has it", name)
	}
	harness.Check(t, err)
	return parse(t, content)
}

func parse(t *testing.T, content []byte) document {
	t.Helper()
	var d document
	harness.Check(t, json.Unmarshal(content, &d.root))
	return d
}

// served returns the document that a running server publishes, and its bytes.
func served(t *testing.T, server *harness.Server) (document, []byte) {
	t.Helper()
	reply := server.Do(t, http.MethodGet, "/api/v1/openapi.json", nil)
	if reply.Status != http.StatusOK {
		t.Fatalf("GET /api/v1/openapi.json answers %d", reply.Status)
	}
	return parse(t, reply.Body), reply.Body
}

// operation is one method of one path.
type operation struct {
	method, path string
	about        object
	shared       []any // parameters that the path declares for all its methods
}

func (o operation) String() string { return strings.ToUpper(o.method) + " " + o.path }

// operations returns all operations of the document by "METHOD /path".
func (d document) operations() map[string]operation {
	found := map[string]operation{}
	for path, item := range child(d.root, "paths") {
		shared, _ := item.(object)["parameters"].([]any)
		for _, method := range []string{"get", "post", "put", "patch", "delete"} {
			if about, ok := item.(object)[method].(object); ok {
				o := operation{method, path, about, shared}
				found[o.String()] = o
			}
		}
	}
	return found
}

// parameters returns an operation's parameters by "name in place". Header names have no case.
func (d document) parameters(o operation) map[string]object {
	own, _ := o.about["parameters"].([]any)
	found := map[string]object{}
	for _, declared := range slices.Concat(o.shared, own) {
		parameter := d.follow(declared.(object))
		name, place := parameter["name"].(string), parameter["in"].(string)
		if place == "header" {
			name = strings.ToLower(name)
		}
		found[name+" in "+place] = parameter
	}
	return found
}

// successes returns the 2xx answers of an operation by status.
func (d document) successes(o operation) map[string]object {
	found := map[string]object{}
	for status, answer := range child(o.about, "responses") {
		if strings.HasPrefix(status, "2") {
			found[status] = d.follow(answer.(object))
		}
	}
	return found
}

// body returns the JSON schema of a request body or an answer, or nil.
func body(container object) object {
	return child(child(child(container, "content"), "application/json"), "schema")
}

// follow replaces a reference inside the document by what it refers to.
func (d document) follow(o object) object {
	for {
		ref, ok := o["$ref"].(string)
		if !ok {
			return o
		}
		target := d.root
		for _, name := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
			target = child(target, name)
		}
		if target == nil {
			return object{}
		}
		o = target
	}
}

func child(o object, name string) object {
	inner, _ := o[name].(object)
	return inner
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
