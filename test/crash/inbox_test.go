package crash_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/test/harness"
)

// inbox is a source of a server, with everything that it was sent and said yes to.
type inbox struct {
	server *harness.Server
	id     string
	path   string
	taken  []string
}

const inboxSecret = "secret of the inbox"

func newInbox(t *testing.T, s *harness.Server) *inbox {
	t.Helper()
	made := s.Do(t, http.MethodPost, "/ingest/api/v1/source", map[string]any{
		"name": "inbox", "provider": "github", "secrets": []string{inboxSecret},
	}).Object(t)
	address, err := url.Parse(fmt.Sprint(made["ingestUrl"]))
	if err != nil {
		t.Fatal(err)
	}
	return &inbox{server: s, id: fmt.Sprint(made["id"]), path: address.Path}
}

// send sends a body of about size bytes and returns the status of the answer; 0 if there was none.
func (i *inbox) send(t *testing.T, name string, size int) int {
	t.Helper()
	body := fmt.Sprintf(`{"name":%q,"text":"%s"}`, name, strings.Repeat("x", size))
	mac := hmac.New(sha256.New, []byte(inboxSecret))
	mac.Write([]byte(body))
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, i.server.URL+i.path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	answer, err := i.server.Client().Do(r)
	if err != nil {
		return 0
	}
	_ = answer.Body.Close()
	if answer.StatusCode < 300 && !slices.Contains(i.taken, body) {
		i.taken = append(i.taken, body)
	}
	return answer.StatusCode
}

// refuses sends until the answer is that the sender should come again, which it must be at most tries later, and then
// some more, to which the answer must never be anything else.
func (i *inbox) refuses(t *testing.T, tries, size int) {
	t.Helper()
	n := 0
	for i.send(t, fmt.Sprint("until ", n), size) < 300 {
		if n++; n > tries {
			t.Fatalf("%d webhooks were taken", n)
		}
	}
	for again := range 5 {
		if status := i.send(t, fmt.Sprint("beyond ", again), size); status != http.StatusServiceUnavailable {
			t.Errorf("answered with %d", status)
		}
	}
}

// holds checks that the inbox has exactly what was taken, byte for byte.
func (i *inbox) holds(t *testing.T) {
	t.Helper()
	var stored []string
	for next := ""; ; {
		var page struct {
			Data     []struct{ Body string }
			Iterator *string
			Done     bool
		}
		i.get(t, "/received?with_content=true&limit=50"+next).JSON(t, &page)
		for _, r := range page.Data {
			stored = append(stored, r.Body)
		}
		if page.Done || page.Iterator == nil {
			break
		}
		next = "&iterator=" + *page.Iterator
	}
	slices.Sort(stored)
	slices.Sort(i.taken)
	if !slices.Equal(stored, i.taken) {
		t.Errorf("%d webhooks were taken, %d are stored", len(i.taken), len(stored))
	}
}

// goesOn checks that nothing is left in the middle of its processing: what could not be done is done, or planned.
func (i *inbox) goesOn(t *testing.T) {
	t.Helper()
	harness.Eventually(t, "no webhook is processing", func() bool {
		var page struct{ Data []struct{ ID string } }
		i.get(t, "/received?status=processing").JSON(t, &page)
		return len(page.Data) == 0
	})
}

// get asks the API until it answers: a connection to a database that was away may still have to be found broken.
func (i *inbox) get(t *testing.T, below string) harness.Reply {
	t.Helper()
	for ctx := harness.Context(t); ; {
		reply := i.server.Do(t, http.MethodGet, "/ingest/api/v1/source/"+i.id+below, nil)
		if reply.Status == http.StatusOK {
			return reply
		}
		if reply.Status < http.StatusInternalServerError || ctx.Err() != nil {
			t.Fatalf("answered with %d: %s", reply.Status, reply.Body)
		}
	}
}
