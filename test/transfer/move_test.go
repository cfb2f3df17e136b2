package transfer_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/signature"
	"github.com/posthorn/posthorn/test/harness"
	"github.com/posthorn/posthorn/test/pg"
)

type object map[string]any

// create posts to the API and returns the id of what it made.
func create(t *testing.T, s *harness.Server, path string, body object) string {
	t.Helper()
	var out struct{ ID string }
	reply := s.Do(t, http.MethodPost, path, body)
	reply.JSON(t, &out)
	if out.ID == "" {
		t.Fatalf("POST %s: %d %s", path, reply.Status, reply.Body)
	}
	return out.ID
}

const phrase = "POSTHORN_EXPORT_PASSPHRASE=correct horse battery staple"

// exported returns a file with what `posthorn export` writes about the server's data.
func exported(t *testing.T, database string, more ...string) string {
	t.Helper()
	result := harness.Run(t, []string{phrase, database}, append([]string{"export"}, more...)...)
	if result.Code != 0 {
		t.Fatalf("export: %d %s", result.Code, result.Stderr)
	}
	file := filepath.Join(t.TempDir(), "posthorn.age")
	harness.Check(t, os.WriteFile(file, []byte(result.Stdout), 0o600))
	return file
}

func imported(t *testing.T, file string, database ...string) {
	t.Helper()
	result := harness.Run(t, append(database, phrase), "import", file)
	if result.Code != 0 || !strings.Contains(result.Stderr, "1 application, ") {
		t.Fatalf("import: %d %s", result.Code, result.Stderr)
	}
}

// secretOf returns what verifies an endpoint's requests.
func secretOf(t *testing.T, s *harness.Server, endpoint string) *signature.Verifier {
	t.Helper()
	key, err := signature.Parse(s.Do(t, http.MethodGet, endpoint+"/secret", nil).Object(t)["key"].(string))
	harness.Check(t, err)
	verifier, err := signature.NewVerifier(key)
	harness.Check(t, err)
	return verifier
}

// opened is a server with a message that waits for its second attempt, and the receiver that refused the first.
func opened(t *testing.T) (s *harness.Server, receiver *harness.Receiver, message, endpoint string) {
	t.Helper()
	receiver = harness.NewReceiver(t)
	receiver.AnswerStatus(500)
	s = harness.Start(t, "POSTHORN_RETRY_SCHEDULE="+strings.Repeat("5s,", 40)+"5s", "POSTHORN_DATABASE_URL=")
	gone := create(t, s, "/api/v1/app", object{"name": "Gone before"}) // what comes after it has another key elsewhere
	create(t, s, "/api/v1/app", object{"name": "Acme", "uid": "acme"})
	harness.Equal(t, "status", s.Do(t, http.MethodDelete, "/api/v1/app/"+gone, nil).Status, 204)
	endpoint = "/api/v1/app/acme/endpoint/" + create(t, s, "/api/v1/app/acme/endpoint", object{"url": receiver.URL, "uid": "shop"})
	message = published(t, s)
	receiver.Wait(t, 1, harness.Of(message))
	return s, receiver, message, endpoint
}

// published publishes a message, each time with the same idempotency key, and returns its id.
func published(t *testing.T, s *harness.Server) string {
	t.Helper()
	request := s.Request(t, http.MethodPost, "/api/v1/app/acme/msg", object{"eventType": "invoice.paid", "payload": object{"n": 1}})
	request.Header.Set("Idempotency-Key", "invoice-1")
	return s.Send(t, request).Object(t)["id"].(string)
}

// goesOn checks that a server delivers what another left open, with the same signature, and knows what was published.
func goesOn(t *testing.T, next *harness.Server, receiver *harness.Receiver, message, endpoint string, verifier *signature.Verifier) {
	t.Helper()
	receiver.AnswerStatus(204)
	before := len(receiver.Arrivals())
	next.Restart()

	harness.Equal(t, "message of a repeated publish", published(t, next), message)
	got := receiver.Wait(t, before+1, harness.Of(message))

	last := got[len(got)-1]
	harness.Check(t, verifier.Verify(last.Header, last.Body, clock.Clock{}.Now()))
	harness.Equal(t, "body", string(last.Body), `{"n":1}`)
	harness.Eventually(t, "the delivery to be listed as delivered", func() bool {
		reply := next.Do(t, http.MethodGet, strings.Split(endpoint, "/endpoint/")[0]+"/attempt/endpoint/shop?status=0", nil)
		return strings.Contains(string(reply.Body), message)
	})
}

func TestOpenWorkIsDeliveredAfterAMoveToAnotherFolder(t *testing.T) {
	t.Parallel()
	from, receiver, message, endpoint := opened(t)
	verifier := secretOf(t, from, endpoint)
	file := exported(t, "POSTHORN_DATA="+from.Data) // beside the running server
	harness.Equal(t, "exit code", from.Stop(), 0)
	to := harness.New(t, "POSTHORN_DATABASE_URL=")

	imported(t, file, "POSTHORN_DATA="+to.Data)

	goesOn(t, to, receiver, message, endpoint, verifier)
}

func TestOpenWorkIsDeliveredAfterAMoveToPostgreSQLAndBack(t *testing.T) {
	t.Parallel()
	from, receiver, message, endpoint := opened(t)
	verifier := secretOf(t, from, endpoint)
	harness.Equal(t, "exit code", from.Stop(), 0)
	middle := []string{"POSTHORN_DATABASE_URL=" + pg.URL(t), "POSTHORN_DATA=" + t.TempDir()}
	to := harness.New(t, "POSTHORN_DATABASE_URL=")

	imported(t, exported(t, "POSTHORN_DATA="+from.Data, "--history"), middle...)
	back := harness.Run(t, append(middle, phrase), "export", "--history")
	harness.Equal(t, "exit code", back.Code, 0)
	file := filepath.Join(t.TempDir(), "back.age")
	harness.Check(t, os.WriteFile(file, []byte(back.Stdout), 0o600))
	imported(t, file, "POSTHORN_DATA="+to.Data)

	goesOn(t, to, receiver, message, endpoint, verifier)
}

func TestServerDoesNotStartOnHalfAnImport(t *testing.T) {
	t.Parallel()
	from, _, _, _ := opened(t)
	whole := harness.Run(t, []string{"POSTHORN_DATA=" + from.Data}, "export", "--without-secrets").Stdout
	lines := strings.SplitAfter(strings.TrimSpace(whole), "\n")
	file := filepath.Join(t.TempDir(), "cut.jsonl")
	harness.Check(t, os.WriteFile(file, []byte(strings.Join(lines[:len(lines)-1], "")), 0o600))
	data := "POSTHORN_DATA=" + t.TempDir()

	cut := harness.Run(t, []string{data}, "import", "--new-secrets", file)
	serve := harness.Run(t, []string{data, "POSTHORN_LISTEN=127.0.0.1:0"}, "serve")

	if cut.Code == 0 || !strings.Contains(cut.Stderr, "cut off") {
		t.Errorf("import: %d %s", cut.Code, cut.Stderr)
	}
	if serve.Code != 5 || !strings.Contains(serve.Stderr, "has not come to its end") {
		t.Errorf("serve: %d %s", serve.Code, serve.Stderr)
	}
}

func TestImportKeepsOffADataFolderInUse(t *testing.T) {
	t.Parallel()
	from, _, _, _ := opened(t)

	result := harness.Run(t, []string{phrase, "POSTHORN_DATA=" + from.Data}, "import", exported(t, "POSTHORN_DATA="+from.Data))

	if result.Code != 5 || !strings.Contains(result.Stderr, "Another Posthorn") {
		t.Errorf("%d %s", result.Code, result.Stderr)
	}
}

func TestExportAsksForAPassphrase(t *testing.T) {
	t.Parallel()
	from := harness.Start(t, "POSTHORN_DATABASE_URL=")
	data := "POSTHORN_DATA=" + from.Data

	without := harness.Run(t, []string{data}, "export")
	short := harness.Run(t, []string{data, "POSTHORN_EXPORT_PASSPHRASE=short"}, "export")
	aloud := harness.Run(t, []string{data}, "export", "--without-secrets")

	if without.Code != 2 || without.Stdout != "" || !strings.Contains(without.Stderr, "POSTHORN_EXPORT_PASSPHRASE") {
		t.Errorf("without: %d %s", without.Code, without.Stderr)
	}
	if short.Code != 2 || short.Stdout != "" {
		t.Errorf("short: %d %s", short.Code, short.Stderr)
	}
	if aloud.Code != 0 || !strings.Contains(aloud.Stderr, "NOT in this export") {
		t.Errorf("without secrets: %d %s", aloud.Code, aloud.Stderr)
	}
}
