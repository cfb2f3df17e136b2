package crash_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// fake is a tiny server with a journal, to test the driver itself. A kill -9 loses nothing that was
// written to the file, so its promise holds, unless a file named "early" beside the data makes it
// acknowledge before it writes.
type fake struct {
	mu      sync.Mutex
	journal *os.File
	early   bool
	count   int
	keys    map[string]string // message by key
	order   map[string][]entry
	targets map[string][]entry // endpoints by application
	tries   map[string][]entry // attempts by endpoint
	open    map[[2]string]bool
	begun   map[[2]string]string
}

// entry is one line of the journal and one item of a list.
type entry struct {
	T       string          `json:"t,omitempty"`
	ID      string          `json:"id"`
	App     string          `json:"app,omitempty"`
	Key     string          `json:"key,omitempty"`
	URL     string          `json:"url,omitempty"`
	Message string          `json:"msgId,omitempty"`
	To      string          `json:"to,omitempty"`
	Payload json.RawMessage `json:"payload,omitempty"`
	Status  int             `json:"status"`
	Outcome string          `json:"outcome,omitempty"`
}

func TestDriverPassesAServerThatKeepsThePromise(t *testing.T) {
	t.Parallel()
	code, output := drive(t, "-binary", fakeBinary(t, false), "-kills", "3", "-rate", "200")

	if code != 0 {
		t.Fatalf("exit code %d\n%s", code, output)
	}
}

func TestDriverCatchesAServerThatAcknowledgesTooEarly(t *testing.T) {
	t.Parallel()
	code, output := drive(t, "-binary", fakeBinary(t, true), "-kills", "3", "-rate", "200", "-patience", "4s")

	if code != 3 || !strings.Contains(output, "acknowledged message not listed") {
		t.Fatalf("exit code %d\n%s", code, output)
	}
}

// fakeBinary links to this test binary; beside an early one lies a mark.
func fakeBinary(t *testing.T, early bool) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if early {
		if err := os.WriteFile(filepath.Join(dir, "early"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "posthorn")
	if err := os.Symlink(self, path); err != nil {
		t.Fatal(err)
	}
	return path
}

func serveFake(address, data string) {
	_, err := os.Stat(filepath.Join(filepath.Dir(os.Args[0]), "early"))
	f := &fake{
		early: err == nil, keys: map[string]string{}, order: map[string][]entry{}, targets: map[string][]entry{},
		tries: map[string][]entry{}, open: map[[2]string]bool{}, begun: map[[2]string]string{},
	}
	f.recover(data)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /readyz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("POST /api/v1/app", f.createApp)
	mux.HandleFunc("POST /api/v1/app/{app}/endpoint", f.createEndpoint)
	mux.HandleFunc("POST /api/v1/app/{app}/msg", f.publish)
	mux.HandleFunc("GET /api/v1/app/{app}/msg", f.lists(func(r *http.Request) []entry { return f.order[r.PathValue("app")] }))
	mux.HandleFunc("GET /api/v1/app/{app}/attempt/endpoint/{ep}", f.lists(func(r *http.Request) []entry { return f.tries[r.PathValue("ep")] }))
	mux.HandleFunc("GET /api/v1/app/{app}/endpoint/{ep}/msg", f.lists(func(*http.Request) []entry { return nil }))
	mux.HandleFunc("GET /api/v1/app/{app}/msg/{msg}/endpoint", f.lists(func(*http.Request) []entry { return nil }))
	panic(http.ListenAndServe(address, mux))
}

// recover reads the journal and starts what is open.
func (f *fake) recover(data string) {
	if err := os.MkdirAll(data, 0o700); err != nil {
		panic(err)
	}
	path := filepath.Join(data, "journal")
	old, _ := os.ReadFile(path)
	if end := bytes.LastIndexByte(old, '\n'); end >= 0 {
		old = old[:end+1]
	}
	_ = os.WriteFile(path, old, 0o600)
	lines := bufio.NewScanner(bytes.NewReader(old))
	for lines.Scan() {
		var e entry
		if json.Unmarshal(lines.Bytes(), &e) == nil {
			f.apply(e)
		}
	}
	f.journal, _ = os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0o600)
	for d, id := range f.begun {
		f.write(entry{T: "end", ID: id, Message: d[0], To: d[1], Status: 2, Outcome: "interrupted"})
	}
	for app, messages := range f.order {
		for _, m := range messages {
			f.start(app, m)
		}
	}
}

// write appends to the journal and applies what it has appended.
func (f *fake) write(e entry) {
	line, _ := json.Marshal(e)
	_, _ = f.journal.Write(append(line, '\n'))
	f.apply(e)
}

func (f *fake) apply(e entry) {
	f.count++
	d := [2]string{e.Message, e.To}
	switch e.T {
	case "ep":
		f.targets[e.App] = append(f.targets[e.App], e)
	case "msg":
		f.keys[e.Key] = e.ID
		f.order[e.App] = append(f.order[e.App], e)
		for _, target := range f.targets[e.App] {
			f.open[[2]string{e.ID, target.ID}] = true
		}
	case "begin":
		f.begun[d] = e.ID
	case "end":
		delete(f.begun, d)
		f.tries[e.To] = append(f.tries[e.To], e)
		if e.Status == 0 {
			delete(f.open, d)
		}
	}
}

func (f *fake) id(prefix string) string {
	f.count++
	return fmt.Sprintf("%s_%d_%d", prefix, os.Getpid(), f.count)
}

func (f *fake) createApp(w http.ResponseWriter, _ *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, _ = fmt.Fprintf(w, `{"id":%q}`, f.id("app"))
}

func (f *fake) createEndpoint(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	e := entry{}
	_ = json.NewDecoder(r.Body).Decode(&e)
	e.T, e.ID, e.App = "ep", f.id("ep"), r.PathValue("app")
	f.write(e)
	_, _ = fmt.Fprintf(w, `{"id":%q}`, e.ID)
}

func (f *fake) publish(w http.ResponseWriter, r *http.Request) {
	e := entry{}
	if json.NewDecoder(r.Body).Decode(&e) != nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	e.T, e.App, e.Key = "msg", r.PathValue("app"), r.Header.Get("Idempotency-Key")
	id, repeated := f.keys[e.Key]
	if e.ID = id; !repeated {
		e.ID = f.id("msg")
		f.keys[e.Key] = e.ID
		if f.early {
			time.AfterFunc(100*time.Millisecond, func() { f.commit(e) })
		} else {
			f.write(e)
			f.start(e.App, e)
		}
	}
	w.WriteHeader(http.StatusAccepted)
	_, _ = fmt.Fprintf(w, `{"id":%q}`, e.ID)
}

func (f *fake) commit(e entry) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.write(e)
	f.start(e.App, e)
}

// start delivers a message to every endpoint that still waits for it.
func (f *fake) start(app string, m entry) {
	for _, target := range f.targets[app] {
		if f.open[[2]string{m.ID, target.ID}] {
			go f.deliver(m, target)
		}
	}
}

func (f *fake) deliver(m, target entry) {
	for status := 2; status != 0; {
		f.mu.Lock()
		attempt := entry{T: "begin", ID: f.id("atmpt"), Message: m.ID, To: target.ID}
		f.write(attempt)
		f.mu.Unlock()
		r, _ := http.NewRequest(http.MethodPost, target.URL, bytes.NewReader(m.Payload))
		r.Header.Set("Webhook-Id", m.ID)
		if answer, err := http.DefaultClient.Do(r); err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode < 300 {
				status = 0
			}
		}
		attempt.T, attempt.Status = "end", status
		f.mu.Lock()
		f.write(attempt)
		f.mu.Unlock()
	}
}

// lists answers with everything on one page.
func (f *fake) lists(items func(*http.Request) []entry) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		all := items(r)
		if all == nil {
			all = []entry{}
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"data": all, "iterator": nil, "done": true})
	}
}
