package inbound_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/catalog"
	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/directory"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/httpd"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/inbound"
	"github.com/posthorn/posthorn/internal/provider/all"
	"github.com/posthorn/posthorn/internal/receive"
	"github.com/posthorn/posthorn/internal/secret"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/sqlite"
)

const signing = "It's a Secret to Everybody"

// edge is the address of sources over a real database. Nothing processes what it stores.
type edge struct {
	url     string
	db      *sqlite.Store
	sources *catalog.Sources
	service *receive.Service
}

func newEdge(t *testing.T, wrap func(receive.Store) receive.Store) *edge {
	t.Helper()
	dir := t.TempDir()
	db, err := sqlite.Open(t.Context(), filepath.Join(dir, "posthorn.db"), sqlite.Options{})
	check(t, err)
	t.Cleanup(func() { check(t, db.Close()) })
	box, _, err := secret.LoadOrCreate(filepath.Join(dir, "key"), rand.Reader)
	check(t, err)
	e, ids := &edge{db: db}, id.NewSource(rand.Reader)
	check(t, db.Begin(t.Context(), store.Run{Key: 1, Window: 10}, clock.Clock{}.Now()))
	routes := directory.New(db, directory.NewVault(box))
	e.sources = catalog.NewSources(db, catalog.SourceConfig{
		Applications: catalog.NewApplications(db, ids, clock.Clock{}, routes), Providers: all.Catalog(), Box: box, IDs: ids,
		Random: rand.Reader, MaxBody: 1 << 20, Changes: e,
	})
	var s receive.Store = db
	if wrap != nil {
		s = wrap(s)
	}
	e.service = receive.New(receive.Parts{
		Store: s, Providers: all.Catalog(), Vault: directory.NewSourceVault(box), Learner: e.sources, IDs: ids,
	}, receive.Config{MaxBody: 1 << 20, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	e.url = serve(t, inbound.Handler{Receiver: e.service, PublicURL: "https://hooks.example.com"})
	return e
}

// serve runs a server as it is run for others, and returns its URL.
func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	check(t, err)
	s := httpd.New(httpd.Config{Listener: listener, Handler: h, Log: slog.New(slog.DiscardHandler)})
	ended := make(chan error, 1)
	go func() { ended <- s.Run(context.WithoutCancel(t.Context())) }()
	t.Cleanup(func() {
		s.Stop()
		check(t, <-ended)
	})
	return "http://" + s.Addr().String()
}

// SourceChanged implements catalog.SourceChanges.
func (e *edge) SourceChanged(source hook.Key) { e.service.SourceChanged(source) }

// source makes a source and returns its address.
func (e *edge) source(t *testing.T, n catalog.NewSource) (s hook.Source, address string) {
	t.Helper()
	if n.Name == "" {
		n.Name = "test"
	}
	s, err := e.sources.Create(t.Context(), n)
	check(t, err)
	key, err := e.sources.AddressKey(s)
	check(t, err)
	return s, e.url + inbound.Path + key
}

func (e *edge) github(t *testing.T) (hook.Source, string) {
	t.Helper()
	return e.source(t, catalog.NewSource{Provider: "github", Secrets: []string{signing}})
}

func (e *edge) received(t *testing.T, s hook.Source) []hook.Received {
	t.Helper()
	list, err := e.db.ReceivedList(t.Context(), s.Key, store.ReceivedFilter{WithContent: true}, store.Page[id.ID]{Limit: 100})
	check(t, err)
	return list.Items
}

// request is a request with a signature as GitHub makes it.
func request(t *testing.T, method, address, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	check(t, err)
	mac := hmac.New(sha256.New, []byte(signing))
	mac.Write([]byte(body))
	r.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	r.Header.Set("X-GitHub-Event", "push")
	r.Header.Set("Content-Type", "application/json")
	return r
}

// said is an answer.
type said struct {
	status int
	header http.Header
}

// do sends a request and returns the answer with its body.
func do(t *testing.T, r *http.Request) (said, string) {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true, DisableCompression: true}}
	answer, err := client.Do(r)
	check(t, err)
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	check(t, err)
	return said{answer.StatusCode, answer.Header}, string(body)
}

func TestWebhookIsStoredAndAnswered(t *testing.T) {
	t.Parallel()
	e := newEdge(t, nil)
	s, address := e.github(t)
	body := "{ \"a\" : \"\\u00e9\" }\r\n"

	answer, text := do(t, request(t, http.MethodPost, address+"?from=github&token=abc", body))

	got := e.received(t, s)
	if answer.status != http.StatusOK || text != "" || answer.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("got %d %q %v", answer.status, text, answer.header)
	}
	if len(got) != 1 || string(got[0].Body) != body || got[0].Query != "from=github&token=[redacted]" || got[0].EventType != "push" {
		t.Errorf("stored %+v", got)
	}
}

func TestRequestsThatAreRefusedSayWhyAndStoreNothing(t *testing.T) {
	t.Parallel()
	e := newEdge(t, nil)
	s, address := e.github(t)
	forged := request(t, http.MethodPost, address, `{}`)
	forged.Header.Set("X-Hub-Signature-256", "sha256="+strings.Repeat("0", 64))
	zipped := request(t, http.MethodPost, address, `{}`)
	zipped.Header.Set("Content-Encoding", "br")
	page := request(t, http.MethodPost, address, `{}`)
	page.Header.Set("Content-Type", "text/html")
	long := strings.Repeat("x", 1<<20+1)
	chunked := request(t, http.MethodPost, address, long)
	chunked.Body, chunked.ContentLength = io.NopCloser(strings.NewReader(long)), -1
	for name, c := range map[string]struct {
		request *http.Request
		status  int
		code    string
	}{
		"forged":   {forged, 401, "no_match"},
		"zipped":   {zipped, 415, "content_encoding"},
		"page":     {page, 415, "wrong_content_type"},
		"large":    {request(t, http.MethodPost, address, long), 413, "too_large"},
		"chunked":  {chunked, 413, "too_large"},
		"get":      {request(t, http.MethodGet, address, ""), 405, "wrong_method"},
		"options":  {request(t, http.MethodOptions, address, ""), 405, "wrong_method"},
		"unknown":  {request(t, http.MethodPost, e.url+"/in/guess", `{}`), 404, "not_found"},
		"nothing":  {request(t, http.MethodPost, e.url+"/in/", `{}`), 404, "not_found"},
		"below":    {request(t, http.MethodPost, address+"/more", `{}`), 404, "not_found"},
		"too deep": {request(t, http.MethodPost, e.url+"/in/../in//x", `{}`), 404, "not_found"},
	} {
		t.Run(name, func(t *testing.T) {
			answer, text := do(t, c.request)

			if answer.status != c.status || !strings.Contains(text, `"code":"`+c.code+`"`) {
				t.Errorf("got %d %s", answer.status, text)
			}
			if answer.header.Get("X-Content-Type-Options") != "nosniff" || answer.header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("got %v", answer.header)
			}
			if answer.header.Get("Content-Length") == "" || answer.header.Get("Content-Security-Policy") != "sandbox; default-src 'none'" {
				t.Errorf("it ends when the body has come, or may run something: %v", answer.header)
			}
			if allow := answer.header.Get("Allow"); c.status == 405 && allow != "POST" {
				t.Errorf("allows %q", allow)
			}
		})
	}
	if got := e.received(t, s); len(got) != 0 {
		t.Errorf("stored %d", len(got))
	}
}

func TestRefusalsCanBeLookedUp(t *testing.T) {
	t.Parallel()
	e := newEdge(t, nil)
	s, address := e.github(t)
	for range 5 {
		forged := request(t, http.MethodPost, address, `{"a":1}`)
		forged.Header.Set("X-Hub-Signature-256", "sha256="+strings.Repeat("0", 64))
		forged.Header.Set("Authorization", "Bearer hidden")
		do(t, forged)
	}

	e.service.Flush(t.Context())
	counts, samples, err := e.db.Refusals(t.Context(), s.Key, clock.Clock{}.Now().Add(-2*60*60*1e9))
	check(t, err)

	if len(counts) != 1 || counts[0].Count != 5 || counts[0].Cause != "no_match" || len(samples) != 3 {
		t.Fatalf("got %+v and %d samples", counts, len(samples))
	}
	if string(samples[0].Body) != `{"a":1}` || samples[0].Headers["Authorization"] != nil || samples[0].Detail == "" {
		t.Errorf("got %+v", samples[0])
	}
}

func TestSourceThatIsOffLooksLikeOneThatWasNeverThere(t *testing.T) {
	t.Parallel()
	e := newEdge(t, nil)
	s, address := e.github(t)
	off := true
	_, err := e.sources.Patch(t.Context(), id.Inbound.Text(s.ID), catalog.SourcePatch{Disabled: &off})
	check(t, err)

	answer, disabled := do(t, request(t, http.MethodPost, address, `{}`))
	other, unknown := do(t, request(t, http.MethodPost, e.url+"/in/guess", `{}`))

	if answer.status != other.status || disabled != unknown {
		t.Errorf("got %d %s and %d %s", answer.status, disabled, other.status, unknown)
	}
}

func TestFormerAddressIsGoodForAWhile(t *testing.T) {
	t.Parallel()
	e := newEdge(t, nil)
	s, former := e.github(t)
	for range 3 {
		_, err := e.sources.Readdress(t.Context(), id.Inbound.Text(s.ID))
		check(t, err)
	}
	_, tooOften := e.sources.Readdress(t.Context(), id.Inbound.Text(s.ID))

	answer, _ := do(t, request(t, http.MethodPost, former, `{}`))

	if answer.status != http.StatusOK || fault.KindOf(tooOften) != fault.Conflict {
		t.Errorf("got %d and %v", answer.status, tooOften)
	}
}

// full is a store whose disk is full.
type full struct{ receive.Store }

func (full) Receive(context.Context, store.Arrival) (store.Arrived, error) {
	return store.Arrived{}, fault.New(fault.Unavailable, "disk_full", "The disk is full.")
}

func TestSenderIsAskedToComeAgainWhenNothingCanBeStored(t *testing.T) {
	t.Parallel()
	e := newEdge(t, func(s receive.Store) receive.Store { return full{s} })
	_, address := e.github(t)

	answer, text := do(t, request(t, http.MethodPost, address, `{}`))

	if answer.status != http.StatusServiceUnavailable || answer.header.Get("Retry-After") == "" || strings.Contains(text, "disk") {
		t.Errorf("got %d %s %v", answer.status, text, answer.header)
	}
}

// Twilio signs the address, which is the configured one and not what the request says about its host.
func TestSignatureOverTheAddressIsCheckedAgainstThePublicOne(t *testing.T) {
	t.Parallel()
	e := newEdge(t, nil)
	_, address := e.source(t, catalog.NewSource{Provider: "twilio", Secrets: []string{"0123456789abcdef0123456789abcdef"}})
	public := "https://hooks.example.com" + strings.TrimPrefix(address, e.url)
	send := func(signed string) int {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, bytes.NewReader([]byte("A=1")))
		check(t, err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("X-Twilio-Signature", twilio("0123456789abcdef0123456789abcdef", signed+"A1"))
		r.Header.Set("X-Forwarded-Host", "evil.example.com")
		answer, _ := do(t, r)
		return answer.status
	}

	if right, wrong := send(public), send(address); right != http.StatusOK || wrong != http.StatusUnauthorized {
		t.Errorf("got %d and %d", right, wrong)
	}
}

func TestBodyThatBreaksOffIsNotStored(t *testing.T) {
	t.Parallel()
	e := newEdge(t, nil)
	s, address := e.source(t, catalog.NewSource{Provider: "none"})
	r := request(t, http.MethodPost, address, "")
	reader, writer := io.Pipe()
	r.Body, r.ContentLength = reader, 100
	go func() {
		_, _ = writer.Write([]byte(`{"half":`))
		_ = writer.CloseWithError(io.ErrUnexpectedEOF)
	}()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

	answer, err := client.Do(r)
	if err == nil {
		_ = answer.Body.Close()
	}

	if got := e.received(t, s); len(got) != 0 {
		t.Errorf("stored %d", len(got))
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
