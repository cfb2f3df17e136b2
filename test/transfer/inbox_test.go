package transfer_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/test/harness"
	"github.com/posthorn/posthorn/test/pg"
)

const (
	sources   = "/ingest/api/v1/source"
	hubSource = sources + "/hub"
	hubSecret = "what GitHub signs with"
)

// address returns the path that webhooks of the source are sent to.
func address(t *testing.T, s *harness.Server) string {
	t.Helper()
	at, err := url.Parse(s.Do(t, http.MethodGet, hubSource, nil).Object(t)["ingestUrl"].(string))
	harness.Check(t, err)
	return at.Path
}

// hook sends a webhook as GitHub does, and returns the status of the answer.
func hook(t *testing.T, s *harness.Server, path, secret, body string) int {
	t.Helper()
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	r := s.Request(t, http.MethodPost, path, body)
	r.Header.Del("Authorization")
	r.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	r.Header.Set("X-GitHub-Event", "push")
	return s.Send(t, r).Status
}

type received struct{ ID, Status, MessageID, Body string }

func receivedBy(t *testing.T, s *harness.Server) []received {
	t.Helper()
	var page struct{ Data []received }
	s.Do(t, http.MethodGet, hubSource+"/received?with_content=true&limit=50", nil).JSON(t, &page)
	return page.Data
}

// done waits for the webhook with this body to have become a message.
func done(t *testing.T, s *harness.Server, body string) (made received) {
	t.Helper()
	harness.Eventually(t, "the webhook became a message", func() bool {
		for _, r := range receivedBy(t, s) {
			if r.Body == body && r.Status == "done" && r.MessageID != "" {
				made = r
				return true
			}
		}
		return false
	})
	return made
}

// receiving is a server with a source that got a new address, one webhook and one forgery. Another source was there
// before, so that nothing has the same keys in another database.
func receiving(t *testing.T) (s *harness.Server, formerly string, made received) {
	t.Helper()
	s = harness.Start(t, "POSTHORN_DATABASE_URL=")
	gone := create(t, s, sources, object{"name": "Gone", "provider": "none"})
	s.Do(t, http.MethodDelete, sources+"/"+gone, nil)
	create(t, s, sources, object{"name": "Hub", "uid": "hub", "provider": "github", "secrets": []string{hubSecret}})
	formerly = address(t, s)
	harness.Equal(t, "rotation", s.Do(t, http.MethodPost, hubSource+"/token/rotate", nil).Status, http.StatusOK)
	harness.Equal(t, "answer", hook(t, s, formerly, hubSecret, `{"n": 1}`), http.StatusOK)
	harness.Equal(t, "answer to a forgery", hook(t, s, formerly, "guessed", `{"n": 2}`), http.StatusUnauthorized)
	made = done(t, s, `{"n": 1}`)
	harness.Eventually(t, "the forgery to be written down", func() bool { return refusedBy(t, s) })
	return s, formerly, made
}

// refusedBy reports whether the source knows of a forgery, with a sample.
func refusedBy(t *testing.T, s *harness.Server) bool {
	t.Helper()
	reply := s.Do(t, http.MethodGet, hubSource+"/refused", nil)
	return reply.Status == http.StatusOK && strings.Contains(string(reply.Body), `"no_match"`) && strings.Contains(string(reply.Body), "log_")
}

func TestSourceGoesOnAfterAMoveToPostgreSQLAndBack(t *testing.T) {
	t.Parallel()
	from, formerly, made := receiving(t)
	now := address(t, from)
	harness.Equal(t, "exit code", from.Stop(), 0)
	middle := []string{"POSTHORN_DATABASE_URL=" + pg.URL(t), "POSTHORN_DATA=" + t.TempDir()}
	to := harness.New(t, "POSTHORN_DATABASE_URL=")

	imported(t, exported(t, "POSTHORN_DATA="+from.Data, "--history"), middle...)
	back := harness.Run(t, append(middle, phrase), "export", "--history")
	harness.Equal(t, "exit code", back.Code, 0)
	if !strings.Contains(back.Stderr, "1 source, ") || !strings.Contains(back.Stderr, "1 received webhook, 1 dedupe key, ") {
		t.Errorf("the export says %s", back.Stderr)
	}
	file := filepath.Join(t.TempDir(), "back.age")
	harness.Check(t, os.WriteFile(file, []byte(back.Stdout), 0o600))
	imported(t, file, "POSTHORN_DATA="+to.Data)
	to.Restart()

	harness.Equal(t, "address", address(t, to), now)
	harness.Equal(t, "answer to a repetition, at the former address", hook(t, to, formerly, hubSecret, `{"n": 1}`), http.StatusOK)
	harness.Equal(t, "answer to a forgery", hook(t, to, now, "guessed", `{"n": 3}`), http.StatusUnauthorized)
	harness.Equal(t, "answer", hook(t, to, now, hubSecret, `{"n": 3}`), http.StatusOK)
	done(t, to, `{"n": 3}`)
	all := receivedBy(t, to)
	if len(all) != 2 || all[1] != made {
		t.Errorf("received %+v, and before the move %+v", all, made)
	}
	application, _ := to.Do(t, http.MethodGet, hubSource, nil).Object(t)["application"].(string)
	origin := to.Do(t, http.MethodGet, "/api/v1/app/"+application+"/msg/"+made.MessageID+"/received", nil)
	if origin.Status != http.StatusOK || !strings.Contains(string(origin.Body), made.ID) {
		t.Errorf("the message was made of %d %s", origin.Status, origin.Body)
	}
	if !refusedBy(t, to) {
		t.Error("the forgery is forgotten")
	}
}
