package inbound_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/posthorn/posthorn/internal/catalog"
	"github.com/posthorn/posthorn/internal/inbound"
	"github.com/posthorn/posthorn/internal/receive"
)

// journal is a log in JSON that several may write.
type journal struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	return j.text.String()
}

// last returns the last line.
func (j *journal) last(t *testing.T) (line struct {
	Source, Method, Path, Query, Cause, Body string
	Status, Read                             int
	Headers                                  map[string][]string
}) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(j.String()), "\n")
	check(t, json.Unmarshal([]byte(lines[len(lines)-1]), &line))
	return line
}

// logging serves what e serves, with every request logged.
func (e *edge) logging(t *testing.T) *journal {
	t.Helper()
	j := &journal{}
	e.url = serve(t, inbound.Handler{Receiver: e.service, PublicURL: "https://hooks.example.com", Raw: slog.New(slog.NewJSONHandler(j, nil))})
	return j
}

func TestRequestsAreLoggedAsTheyCameWithoutCredentials(t *testing.T) {
	t.Parallel()
	e := newEdge(t, nil)
	j := e.logging(t)
	_, address := e.github(t)
	key := strings.TrimPrefix(address, e.url+inbound.Path)
	r := request(t, http.MethodPost, address+"?from=github&token=hidden1&sig=hidden2&plain="+key+"&X%2DToken=hidden3",
		`{"name":"Ann","said":"`+signing+`","at":"`+address+`","n":"`+strings.Repeat("é", receive.MostShown)+`"}`)
	r.Header.Set("Authorization", "Bearer hidden4")
	r.Header.Set("Cookie", "session=hidden5")
	r.Header.Set("X-Original-Url", "/in/"+key)
	r.Header.Set("X-Odd", signing)

	answer, _ := do(t, r)

	line := j.last(t)
	if answer.status != http.StatusOK || line.Status != http.StatusOK || line.Cause != "" || !strings.HasPrefix(line.Source, "src_") {
		t.Errorf("got %d and %+v", answer.status, line)
	}
	if line.Method != "POST" || line.Path != "/in/"+key[:6]+"[redacted]" || !strings.HasPrefix(line.Query, "from=github&token=[redacted]&") {
		t.Errorf("got %s %s %s", line.Method, line.Path, line.Query)
	}
	if !strings.HasPrefix(line.Body, `{"name":"Ann","said":"[redacted]","at":"`) || !strings.HasSuffix(line.Body, "é...") || len(line.Body) > receive.MostShown+3 {
		t.Errorf("got a body of %d bytes that begins %.80s", len(line.Body), line.Body)
	}
	if line.Headers["Authorization"][0] != "[redacted]" || line.Headers["X-Github-Event"][0] != "push" || line.Headers["X-Hub-Signature-256"][0] == "[redacted]" {
		t.Errorf("got %v", line.Headers)
	}
	for _, hidden := range []string{"hidden", signing, key} {
		if strings.Contains(j.String(), hidden) {
			t.Errorf("%q is in %s", hidden, j)
		}
	}
}

func TestRefusedRequestsAreLoggedWithTheirCause(t *testing.T) {
	t.Parallel()
	e := newEdge(t, nil)
	j := e.logging(t)
	_, address := e.github(t)
	key := strings.TrimPrefix(address, e.url+inbound.Path)
	for name, c := range map[string]struct {
		method, address, body string
		status                int
		cause, source, shown  string
	}{
		"forged":       {http.MethodPost, address, "a=1&token=hidden&\xff", 401, "no_match", "src_", `a=1&token=[redacted]&\xff`},
		"wrong method": {http.MethodPut, address + "?code=hidden&echo=" + key, "{}", 405, "wrong_method", "src_", ""},
		"no source":    {http.MethodPost, e.url + "/in/guessedhidden", "{}", 404, "unknown", "", ""},
		"below":        {http.MethodPost, e.url + "/in/x/" + key, "{}", 404, "unknown", "", ""},
		"too large":    {http.MethodPost, address, strings.Repeat("x", 1<<20+1), 413, "too_large", "src_", ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := request(t, c.method, c.address, c.body)
			r.Header.Set("X-Hub-Signature-256", "sha256="+strings.Repeat("0", 64))
			r.Header.Set("X-Forwarded-Uri", "/in/x/"+key)
			if name == "forged" {
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			}

			answer, _ := do(t, r)

			line := j.last(t)
			if answer.status != c.status || line.Status != c.status || line.Cause != c.cause || !strings.HasPrefix(line.Source, c.source) || line.Body != c.shown {
				t.Errorf("got %d and %+v", answer.status, line)
			}
			if strings.Contains(j.String(), "hidden") || strings.Contains(j.String(), key) {
				t.Errorf("a credential is in %s", j)
			}
		})
	}
}

func TestNothingOfARequestIsLoggedUnlessThatIsWanted(t *testing.T) {
	t.Parallel()
	e := newEdge(t, nil)
	j := &journal{}
	e.service = receive.New(e.service.Parts, receive.Config{MaxBody: 1 << 20, Log: slog.New(slog.NewJSONHandler(j, nil))})
	e.url = serve(t, inbound.Handler{Receiver: e.service, PublicURL: "https://hooks.example.com"})
	_, address := e.source(t, catalog.NewSource{Provider: "none"})

	taken, _ := do(t, request(t, http.MethodPost, address+"?a=query", `{"name":"Ann"}`))
	refused, _ := do(t, request(t, http.MethodPut, address, `{"name":"Ann"}`))

	if taken.status != http.StatusOK || refused.status != http.StatusMethodNotAllowed || strings.Contains(j.String(), "Ann") || strings.Contains(j.String(), "query") {
		t.Errorf("got %d, %d and %s", taken.status, refused.status, j)
	}
}
