package clients_test

import (
	"bytes"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	svix "github.com/svix/svix-webhooks/go"

	"github.com/posthorn/posthorn/signature"
	"github.com/posthorn/posthorn/test/harness"
	"github.com/posthorn/posthorn/test/port"
)

const verifyGuide = "docs/guides/verify.md"

// TestReceiversOfTheGuideTakeWhatIsOursAndNothingElse runs the programs that the guide shows, as they stand, on what
// the server sends them and on forgeries.
func TestReceiversOfTheGuideTakeWhatIsOursAndNothingElse(t *testing.T) {
	t.Parallel()
	j := start(t, "POSTHORN_RETRY_SCHEDULE=1h")
	for language, prepare := range map[string]func(*testing.T) *exec.Cmd{"go": goReceiver, "js": nodeReceiver} {
		t.Run(language, func(t *testing.T) {
			number, giveBack, err := port.Lend()
			harness.Check(t, err)
			t.Cleanup(giveBack)
			address := net.JoinHostPort("127.0.0.1", strconv.Itoa(number))
			url := "http://" + address + "/hook"
			j.app(language)
			endpoint, err := j.Endpoint.Create(t.Context(), language, &svix.EndpointIn{Url: url})
			harness.Check(t, err)
			secret := j.shownSecret(t, language, endpoint.Id)
			receive(t, prepare(t), address, secret)

			attempt := j.attempts(language, j.publish(language, "invoice.paid").Id, 1)[0]

			harness.Equal(t, "the receiver's answer to a webhook", attempt.ResponseStatusCode, int32(http.StatusNoContent))
			harness.Equal(t, "status of the attempt", attempt.Status, success)
			tryForgeries(t, url, secret)
		})
	}
}

// shownSecret asks for the secret at the path that the guide shows, and reads the field that it names.
func (j *journey) shownSecret(t *testing.T, app, endpoint string) string {
	t.Helper()
	_, path, _ := strings.Cut(strings.TrimSpace(snippet(t, verifyGuide, "sh", "curl")), "http://127.0.0.1:8071")
	path = strings.NewReplacer("/acme/", "/"+app+"/", "/first/", "/"+endpoint+"/").Replace(path)
	key, ok := j.server.Do(t, http.MethodGet, path, nil).Object(t)["key"].(string)
	if !ok {
		t.Fatalf("%s answers without a key", path)
	}
	return key
}

// goReceiver builds the Go program in a module of its own, with the commands of the guide and nothing from the network.
func goReceiver(t *testing.T) *exec.Cmd {
	t.Helper()
	root, err := harness.Root()
	harness.Check(t, err)
	dir := t.TempDir()
	harness.Check(t, os.Symlink(root, filepath.Join(dir, "posthorn")))
	dir = filepath.Join(dir, "receiver")
	write(t, filepath.Join(dir, "main.go"), snippet(t, verifyGuide, "go", "package main"))
	lines := snippet(t, verifyGuide, "sh", "go mod init")
	// Tidying also needs the modules of our dependencies' tests, which the network would have to provide.
	commands, run := allButLast(strings.Replace(lines, "go mod tidy", "go get github.com/posthorn/posthorn/signature", 1))
	harness.Equal(t, "the command that starts it", strings.HasSuffix(run, " go run ."), true)

	cmd := exec.CommandContext(t.Context(), "sh", "-ec", commands+"\ngo build -o receiver .") // go run would leave its child behind
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOFLAGS="+raceFlag(), "GOWORK=off", "GOPROXY=off", "PWD="+dir)
	output, err := cmd.CombinedOutput()

	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	return exec.CommandContext(t.Context(), filepath.Join(dir, "receiver"))
}

// raceFlag is what a build without other flags shares with these tests, so that the standard library is not compiled
// a second time for it.
func raceFlag() string {
	if os.Getenv("POSTHORN_TEST_RACE") == "1" {
		return "-race"
	}
	return ""
}

// nodeReceiver finds the library that the guide installs among those that are installed for these tests.
func nodeReceiver(t *testing.T) *exec.Cmd {
	t.Helper()
	commands, run := allButLast(snippet(t, verifyGuide, "sh", "npm install"))
	harness.Equal(t, "the command that starts it", strings.HasSuffix(run, " node receiver.mjs"), true)
	dir := nodeFolder(t, commands)
	write(t, filepath.Join(dir, "receiver.mjs"), snippet(t, verifyGuide, "js", "createServer"))
	cmd := exec.CommandContext(t.Context(), program(t, "node"), "receiver.mjs")
	cmd.Dir = dir
	return cmd
}

// nodeFolder returns a folder with the package that an install command names, and no other.
func nodeFolder(t *testing.T, install string) string {
	t.Helper()
	name := strings.TrimPrefix(install, "npm install ")
	all, dir := filepath.Join(installPackages(t), "node_modules"), t.TempDir()
	harness.Check(t, os.Mkdir(filepath.Join(dir, "node_modules"), 0o755))
	harness.Check(t, os.Symlink(filepath.Join(all, name), filepath.Join(dir, "node_modules", name)))
	return dir
}

func allButLast(lines string) (before, last string) {
	lines = strings.TrimSpace(lines)
	at := strings.LastIndex(lines, "\n")
	return lines[:at], lines[at+1:]
}

// receive runs a receiver until the test ends, and returns once it listens.
func receive(t *testing.T, cmd *exec.Cmd, address, secret string) {
	t.Helper()
	_, port, err := net.SplitHostPort(address)
	harness.Check(t, err)
	var output bytes.Buffer
	cmd.Env = append(os.Environ(), "PORT="+port, "WEBHOOK_SECRET="+secret)
	cmd.Stdout, cmd.Stderr = &output, &output
	harness.Check(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("the receiver said:\n%s", &output)
		}
	})
	harness.Eventually(t, "the receiver listens", func() bool {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			return false
		}
		return conn.Close() == nil
	})
}

// tryForgeries sends requests that differ in one thing from a true one, which is taken.
func tryForgeries(t *testing.T, url, secret string) {
	t.Helper()
	const body, another = `{"n": 1}`, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	now := time.Now()
	for name, test := range map[string]struct {
		header http.Header
		body   string
		want   int
	}{
		"true":                     {signed(t, secret, now, body), body, http.StatusNoContent},
		"another body":             {signed(t, secret, now, body), `{"n": 2}`, http.StatusUnauthorized},
		"another secret":           {signed(t, another, now, body), body, http.StatusUnauthorized},
		"ten minutes old":          {signed(t, secret, now.Add(-10*time.Minute), body), body, http.StatusUnauthorized},
		"ten minutes ahead":        {signed(t, secret, now.Add(10*time.Minute), body), body, http.StatusUnauthorized},
		"no headers":               {http.Header{}, body, http.StatusUnauthorized},
		"no headers and no body":   {http.Header{}, "", http.StatusUnauthorized},
		"a signature out of place": {http.Header{"Webhook-Signature": {"v1,"}, "Webhook-Id": {"msg_1"}, "Webhook-Timestamp": {"soon"}}, body, http.StatusUnauthorized},
	} {
		harness.Equal(t, "answer to: "+name, post(t, url, test.header, test.body), test.want)
	}
}

func signed(t *testing.T, secret string, at time.Time, body string) http.Header {
	t.Helper()
	key, err := signature.Parse(secret)
	harness.Check(t, err)
	h := http.Header{}
	h.Set(signature.HeaderID, "msg_1")
	h.Set(signature.HeaderTimestamp, strconv.FormatInt(at.Unix(), 10))
	h.Set(signature.HeaderSignature, string(signature.Sign(nil, "msg_1", at.Unix(), []byte(body), key)))
	return h
}

func post(t *testing.T, url string, header http.Header, body string) (status int) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	harness.Check(t, err)
	req.Header = header
	client := &http.Client{Timeout: harness.Patience, Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(req)
	harness.Check(t, err)
	harness.Check(t, res.Body.Close())
	return res.StatusCode
}

// TestPublisherOfTheReadmePublishes runs the program of the README against a server on another port.
func TestPublisherOfTheReadmePublishes(t *testing.T) {
	t.Parallel()
	j := start(t)
	j.app("acme")
	dir := nodeFolder(t, "npm install svix")
	text := snippet(t, "README.md", "js", "svix")
	const address = "http://127.0.0.1:8071"
	harness.Equal(t, "times that it names the server", strings.Count(text, address), 1)
	write(t, filepath.Join(dir, "publish.mjs"), strings.Replace(text, address, j.server.URL, 1))

	cmd := exec.CommandContext(t.Context(), program(t, "node"), "publish.mjs")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "POSTHORN_ADMIN_TOKEN="+j.server.Token)
	output, err := cmd.CombinedOutput()

	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	message, err := j.Message.Get(t.Context(), "acme", strings.TrimPrefix(strings.TrimSpace(string(output)), "published "))
	harness.Check(t, err)
	harness.Equal(t, "event type", message.EventType, "invoice.paid")
}
