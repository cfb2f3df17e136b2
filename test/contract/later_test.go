package contract_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/test/harness"
)

// TestOperationsOfLaterTiersSayThatTheyAreNotOffered asks for everything that the client libraries can
// ask for and that our document does not declare.
func TestOperationsOfLaterTiersSayThatTheyAreNotOffered(t *testing.T) {
	t.Parallel()
	all := reference(t, "svix-sdk-openapi.json")
	server := harness.Start(t)
	our, _ := served(t, server)
	ours := our.operations()
	parameter := regexp.MustCompile(`\{[^}]+\}`)

	for name, operation := range all.operations() {
		if _, declared := ours[name]; declared || operation.about["x-internal"] == true {
			continue
		}
		path := parameter.ReplaceAllString(operation.path, "anything")
		var body any
		if operation.about["requestBody"] != nil {
			body = object{}
		}
		reply := server.Do(t, strings.ToUpper(operation.method), path, body)
		isFailure(t, name, reply)
		if code := reply.Object(t)["code"]; reply.Status != http.StatusNotFound || code != "operation_not_offered" {
			t.Errorf("%s answers %d with code %v, want 404 with operation_not_offered", name, reply.Status, code)
		}
	}
}

// isFailure reports an error if the answer is not JSON with a code and a detail.
func isFailure(t *testing.T, what string, reply harness.Reply) {
	t.Helper()
	if kind := reply.Header.Get("Content-Type"); !strings.HasPrefix(kind, "application/json") {
		t.Errorf("%s: answer %d has content type %q and body %.200s", what, reply.Status, kind, reply.Body)
		return
	}
	said := reply.Object(t)
	code, _ := said["code"].(string)
	detail, _ := said["detail"].(string)
	if code == "" || detail == "" {
		t.Errorf("%s: answer %d has no code and detail: %s", what, reply.Status, reply.Body)
	}
}
