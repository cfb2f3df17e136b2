package bench_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"

	"github.com/posthorn/posthorn/internal/bench"
	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/provider"
	"github.com/posthorn/posthorn/internal/provider/all"
)

// fakeInbox is a server with just enough of a receiving side to be measured, and with faults that a test can order.
type fakeInbox struct {
	lose, double int  // every n-th webhook; zero is never
	gullible     bool // stores what is forged, though it refuses it
	trusting     bool // takes what is forged

	mu      sync.Mutex
	secret  string
	names   string // of the provider
	stored  []string
	taken   int
	refused int
	deleted []string
}

// inboxed is a run against a fake.
func inboxed(t *testing.T, f *fakeInbox) bench.Config {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /ingest/api/v1/source", f.create)
	mux.HandleFunc("GET /ingest/api/v1/source/{id}/received", f.list)
	mux.HandleFunc("GET /ingest/api/v1/source/{id}/stats", f.stats)
	mux.HandleFunc("DELETE /ingest/api/v1/source/{id}", f.remove)
	mux.HandleFunc("POST /in/{key}", f.receive)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	c := small()
	c.BaseURL, c.Token = server.URL, "ph_x"
	return c
}

func (f *fakeInbox) create(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Provider string
		Secrets  []string
	}
	_ = json.NewDecoder(r.Body).Decode(&in) // a bad one verifies nothing
	f.secret, f.names = in.Secrets[0], in.Provider
	w.WriteHeader(http.StatusCreated)
	_, _ = io.WriteString(w, `{"id":"src_1","ingestUrl":"https://proxy.example.com/in/key"}`)
}

func (f *fakeInbox) receive(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	declared, _ := all.Catalog().ByName(f.names)
	verdict, err := declared.Judge(r.Context(), &provider.Check{
		Request: provider.Request{Method: r.Method, Header: r.Header, Body: body, ReceivedAt: clock.Clock{}.Now()},
		Secrets: []provider.Secret{provider.Secret(f.secret)}, Options: provider.Options{},
	})
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil && !f.trusting {
		f.refused++
		if f.gullible {
			f.stored = append(f.stored, r.Header.Get("X-GitHub-Delivery"))
		}
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	f.taken++
	if f.lose == 0 || f.taken%f.lose != 0 {
		f.stored = append(f.stored, verdict.ID)
	}
	if f.double != 0 && f.taken%f.double == 0 {
		f.stored = append(f.stored, verdict.ID)
	}
}

// list gives pages of 100, whatever was asked for, the newest first.
func (f *fakeInbox) list(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	end := len(f.stored)
	if at := r.URL.Query().Get("iterator"); at != "" {
		end, _ = strconv.Atoi(at)
	}
	start := max(end-100, 0)
	data := []map[string]string{}
	for n := end - 1; n >= start; n-- {
		data = append(data, map[string]string{"eventId": f.stored[n], "status": "done"})
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"data": data, "iterator": strconv.Itoa(start), "done": start == 0})
}

func (f *fakeInbox) stats(w http.ResponseWriter, _ *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, _ = fmt.Fprintf(w, `{"refused":{"no_match":%d,"missing":%d}}`, f.refused-f.refused/2, f.refused/2)
}

func (f *fakeInbox) remove(w http.ResponseWriter, r *http.Request) {
	f.deleted = append(f.deleted, r.PathValue("id"))
	w.WriteHeader(http.StatusNoContent)
}
