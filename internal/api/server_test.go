package api_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/api"
	"github.com/posthorn/posthorn/internal/auth"
	"github.com/posthorn/posthorn/internal/catalog"
	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/directory"
	"github.com/posthorn/posthorn/internal/egress"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/provider/all"
	"github.com/posthorn/posthorn/internal/publish"
	"github.com/posthorn/posthorn/internal/receive"
	"github.com/posthorn/posthorn/internal/secret"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/sqlite"
)

const adminToken = "ph_test_7h3Qk2Zr9LxWvB4nT8sYcD1m"

// server is the API on a real store, with nothing behind it that sends.
type server struct {
	t       *testing.T
	api     *api.API
	handler http.Handler
	store   *sqlite.Store
	auth    *auth.Service
	log     *bytes.Buffer
	folder  string // of the database
}

// file returns all that the store has on disk.
func (s *server) file() string {
	s.t.Helper()
	names, err := filepath.Glob(filepath.Join(s.folder, "*"))
	check(s.t, err)
	var all strings.Builder
	for _, name := range names {
		text, err := os.ReadFile(name)
		check(s.t, err)
		all.Write(text)
	}
	return all.String()
}

// still takes messages for dispatch and sends none.
type still struct{}

func (still) Deferred([]hook.Key, int) []hook.Key { return nil }
func (still) Dispatch(hook.Message, []hook.Key)   {}
func (still) SourceChanged(hook.Key)              {}
func (still) Resend(context.Context, hook.Key, hook.Message, hook.Endpoint) error {
	return nil
}
func (still) Recover(context.Context, hook.Endpoint, time.Time, time.Time) (id.ID, error) {
	return id.ID{1}, nil
}
func (still) SendExample(_ context.Context, a hook.Application, _ hook.Endpoint, eventType string, _ int) (hook.Message, error) {
	return hook.Message{ID: id.ID{2}, ApplicationKey: a.Key, EventType: eventType, Payload: []byte(`{}`)}, nil
}

type publisher struct{ *publish.Service }

func (p publisher) Publish(ctx context.Context, in api.Publication) (store.Receipt, error) {
	return p.Service.Publish(ctx, publish.Input{
		Application: in.Application, Create: in.Create, EventType: in.EventType, EventID: in.EventID, Channels: in.Channels, Tags: in.Tags,
		Payload: in.Payload, Carried: hook.Carried{ContentType: in.ContentType}, PayloadLife: in.PayloadLife, IdempotencyKey: in.IdempotencyKey, Body: in.Body,
	})
}

func newServer(t *testing.T) *server {
	t.Helper()
	ids, zone := id.NewSource(rand.Reader), clock.Clock{}
	folder := t.TempDir()
	db, err := sqlite.Open(t.Context(), filepath.Join(folder, "posthorn.db"), sqlite.Options{})
	check(t, err)
	t.Cleanup(func() { check(t, db.Close()) })
	check(t, db.Begin(t.Context(), store.Run{Key: 1, Window: 100}, zone.Now()))
	box, _, err := secret.LoadOrCreate(filepath.Join(t.TempDir(), "key"), rand.Reader)
	check(t, err)
	who, err := auth.New(auth.Config{Tokens: db, Applications: db, IDs: ids, Random: rand.Reader})
	check(t, err)
	_, err = who.EnsureAdmin(t.Context(), adminToken)
	check(t, err)
	log := &bytes.Buffer{}
	s := &server{t: t, store: db, auth: who, log: log, folder: folder}
	s.api = api.New(config(t, db, box, ids, who, slog.New(slog.NewTextHandler(log, nil))))
	s.handler = s.api.Handler()
	return s
}

func config(t *testing.T, db *sqlite.Store, box *secret.Box, ids *id.Source, who *auth.Service, log *slog.Logger) api.Config {
	t.Helper()
	policy, err := egress.NewPolicy(egress.Options{AllowNetworks: []string{"127.0.0.0/8"}})
	check(t, err)
	schemas, directory := catalog.NewSchemas(), directory.New(db, directory.NewVault(box))
	applications := catalog.NewApplications(db, ids, clock.Clock{}, directory)
	types := catalog.NewEventTypes(db, schemas, clock.Clock{}, directory)
	messages := publish.New(publish.Parts{
		Directory: directory, Applications: applications, Types: types, Schemas: schemas, Journal: db, Dispatcher: still{}, IDs: ids,
	}, publish.Config{})
	return api.Config{
		Sources: catalog.NewSources(db, catalog.SourceConfig{
			Applications: applications, Providers: all.Catalog(), Box: box, IDs: ids, Random: rand.Reader, MaxBody: 64 << 10, Changes: still{},
			Forwards: receive.Forwards,
		}),
		Inbox: db, InboundURL: "https://hooks.example.com/in/",
		Applications: applications, EventTypes: types,
		Endpoints: catalog.NewEndpoints(db, catalog.EndpointConfig{
			Box: box, Policy: policy, IDs: ids, Random: rand.Reader, Changes: directory,
		}),
		History: db, Answers: db, Engine: db, Publisher: publisher{messages}, Replayer: still{}, Auth: who, Box: box,
		IDs: ids, Log: log, PublicURL: "https://hooks.example.com", MaxBody: 64 << 10,
	}
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	text   string
	body   map[string]any
}

// call sends a request as admin. head are further headers: names and values in turn.
func (s *server) call(method, path, body string, head ...string) answer {
	s.t.Helper()
	return s.callAs(adminToken, method, path, body, head...)
}

func (s *server) callAs(token, method, path, body string, head ...string) answer {
	s.t.Helper()
	r := httptest.NewRequestWithContext(s.t.Context(), method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	return s.send(r)
}

func (s *server) send(r *http.Request) answer {
	s.t.Helper()
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	text, err := io.ReadAll(w.Result().Body)
	check(s.t, err)
	got := answer{status: w.Code, header: w.Header(), text: string(text)}
	_ = json.Unmarshal(text, &got.body) // some answers have no body
	return got
}

// must is call for what has to work.
func (s *server) must(status int, method, path, body string, head ...string) answer {
	s.t.Helper()
	got := s.call(method, path, body, head...)
	if got.status != status {
		s.t.Fatalf("%s %s: got %d %s, want %d", method, path, got.status, got.text, status)
	}
	return got
}

// application creates an application and returns its id.
func (s *server) application(uid string) string {
	s.t.Helper()
	got := s.must(http.StatusCreated, "POST", "/api/v1/app", `{"name":"n","uid":"`+uid+`"}`)
	return got.str("id")
}

func (s *server) endpoint(app, uid string) string {
	s.t.Helper()
	got := s.must(http.StatusCreated, "POST", "/api/v1/app/"+app+"/endpoint", `{"url":"https://example.com/in","uid":"`+uid+`"}`)
	return got.str("id")
}

// token makes a token of the application.
func (s *server) token(scope hook.Scope, app string) string {
	s.t.Helper()
	owner, err := s.store.Application(s.t.Context(), store.RefOf(id.Application, app))
	check(s.t, err)
	if scope == hook.ScopePortal {
		text, _, err := s.auth.IssuePortal(s.t.Context(), owner.Key, time.Hour)
		check(s.t, err)
		return text
	}
	text, _, err := s.auth.Create(s.t.Context(), auth.Order{Name: "t", Scope: scope, Application: owner.Key})
	check(s.t, err)
	return text
}

func (a answer) str(field string) string {
	text, _ := a.body[field].(string)
	return text
}

// data returns the items of a list.
func (a answer) data() []map[string]any {
	items, _ := a.body["data"].([]any)
	out := make([]map[string]any, len(items))
	for i, item := range items {
		out[i], _ = item.(map[string]any)
	}
	return out
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
