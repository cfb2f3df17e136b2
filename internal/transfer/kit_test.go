package transfer_test

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/directory"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/secret"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/sqlite"
	"github.com/posthorn/posthorn/internal/transfer"
	"github.com/posthorn/posthorn/signature"
)

// passphrase returns the one of all exports here.
func passphrase() secret.String { return secret.Text("correct horse battery staple") }

// place is a database with its own encryption key.
type place struct {
	store.Store
	t   *testing.T
	box *secret.Box
	ids *id.Source
	now time.Time
}

func newPlace(t *testing.T) *place {
	t.Helper()
	dir := t.TempDir()
	s, err := sqlite.Open(t.Context(), filepath.Join(dir, "posthorn.db"), sqlite.Options{})
	check(t, err)
	t.Cleanup(func() { check(t, s.Close()) })
	return placeOn(t, s)
}

func placeOn(t *testing.T, s store.Store) *place {
	t.Helper()
	box, _, err := secret.LoadOrCreate(filepath.Join(t.TempDir(), "key"), rand.Reader)
	check(t, err)
	now := clock.Clock{}.Now().Truncate(time.Microsecond).UTC()
	return &place{Store: s, t: t, box: box, ids: id.NewSource(rand.Reader), now: now}
}

// begin makes the place able to take messages.
func (p *place) begin() {
	p.t.Helper()
	check(p.t, p.Begin(p.t.Context(), store.Run{Key: hook.Key(p.ids.Key()), Window: 64, Lease: time.Minute}, p.now))
}

func (p *place) export(with ...func(*transfer.Outgoing)) []byte {
	p.t.Helper()
	o := transfer.Outgoing{From: p.Store, Engine: "test", History: true, Passphrase: passphrase(), Box: p.box, Now: p.now, Work: 8}
	for _, change := range with {
		change(&o)
	}
	var out bytes.Buffer
	_, err := transfer.Export(p.t.Context(), &out, o)
	check(p.t, err)
	return out.Bytes()
}

func (p *place) load(stream []byte, with ...func(*transfer.Incoming)) (transfer.Counts, error) {
	p.t.Helper()
	in := transfer.Incoming{To: p.Store, Passphrase: passphrase(), Box: p.box, Random: rand.Reader, Now: p.now}
	for _, change := range with {
		change(&in)
	}
	return transfer.Import(p.t.Context(), bytes.NewReader(stream), in)
}

// plain returns the lines of an export, sorted: where lines stand that are of equal rank means nothing.
func plain(t *testing.T, stream []byte) []string {
	t.Helper()
	opened, err := transfer.Open(bytes.NewReader(stream), passphrase())
	check(t, err)
	scan := bufio.NewScanner(opened)
	scan.Buffer(nil, 1<<26)
	var lines []string
	for scan.Scan() {
		lines = append(lines, scan.Text())
	}
	check(t, scan.Err())
	slices.Sort(lines)
	return lines
}

func history(on bool) func(*transfer.Outgoing) {
	return func(o *transfer.Outgoing) { o.History = on }
}

func withoutSecrets(o *transfer.Outgoing) { o.Passphrase = secret.String{} }

func (p *place) application(uid string) hook.Application {
	p.t.Helper()
	a, err := p.CreateApplication(p.t.Context(), hook.Application{
		ID: p.ids.New(p.now), UID: uid, Name: "Acme <&> \u2028 Söhne", RateLimit: 7, Metadata: map[string]string{"plan": "gold \"x\""},
		CreatedAt: p.now, UpdatedAt: p.now,
	})
	check(p.t, err)
	return a
}

// endpoint stores an endpoint with two keys, one of them on its way out, headers and a password.
func (p *place) endpoint(of hook.Application, with ...func(*hook.Endpoint)) hook.Endpoint {
	p.t.Helper()
	e := hook.Endpoint{
		ApplicationKey: of.Key, ID: p.ids.New(p.now), URL: "https://example.com/hook?a=1&b=2", Description: "tab\tand\nline",
		EventTypes: []string{"invoice.paid"}, Channels: []string{"eu"}, RateLimit: 3, Metadata: map[string]string{"k": "v"},
		FailingSince: p.now.Add(-time.Hour), CreatedAt: p.now, UpdatedAt: p.now,
	}
	check(p.t, directory.NewVault(p.box).Conceal(&e, directory.Plain{
		Keys:    []directory.PlainKey{{Key: p.key()}, {Key: p.key(), ExpiresAt: p.now.Add(time.Hour)}},
		Headers: map[string]string{"X-Own": "value"}, Credentials: "user:pass word",
	}))
	for _, change := range with {
		change(&e)
	}
	e, err := p.CreateEndpoint(p.t.Context(), e)
	check(p.t, err)
	return e
}

func (p *place) key() signature.Key {
	p.t.Helper()
	key, err := signature.Generate(rand.Reader)
	check(p.t, err)
	return key
}

func (p *place) publish(of hook.Application, with func(*store.Publication), targets ...hook.Endpoint) hook.Message {
	p.t.Helper()
	m := hook.Message{
		ApplicationKey: of.Key, ID: p.ids.New(p.now), EventType: "invoice.paid", Channels: []string{"eu"},
		Payload: []byte("{ \"n\" : 1e3, \"t\": \"<ä>\" }"), CreatedAt: p.now, PayloadUntil: p.now.AddDate(0, 0, 30), Targets: []hook.Key{},
	}
	for _, e := range targets {
		m.Targets = append(m.Targets, e.Key)
	}
	publication := store.Publication{Message: m}
	if with != nil {
		with(&publication)
	}
	receipt, err := p.Publish(p.t.Context(), publication)
	check(p.t, err)
	return receipt.Message
}

// settle stores an attempt and what becomes of its delivery.
func (p *place) settle(m hook.Message, e hook.Endpoint, outcome hook.OutcomeKind, state hook.State) {
	p.t.Helper()
	a := hook.Attempt{
		ID: p.ids.New(p.now), ApplicationKey: m.ApplicationKey, MessageKey: m.Key, EndpointKey: e.Key, Outcome: outcome,
		Status: 500, Number: 1, URL: e.URL, Duration: 1234 * time.Microsecond, Truncated: hook.BrokenOff, Response: []byte{0, 255, 'x'}, Headers: map[string]string{"a": "b"},
	}
	d := hook.Delivery{ApplicationKey: m.ApplicationKey, MessageKey: m.Key, EndpointKey: e.Key, State: state, Attempts: 1}
	if state == hook.Waiting {
		d.DueAt = p.now.Add(5 * time.Minute)
	}
	check(p.t, p.Settle(p.t.Context(), store.Settlement{Attempt: &a, Delivery: d, Fresh: true, Fan: len(m.Targets)}))
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("unexpected error: %v", err)
	}
}

// refused checks that err has the code.
func refused(t testing.TB, err error, code string) {
	t.Helper()
	if fault.CodeOf(err) != code {
		t.Fatalf("got error %v with code %q, want %q", err, fault.CodeOf(err), code)
	}
}

// kinds counts the lines of each kind.
func kinds(lines []string) map[string]int {
	counts := map[string]int{}
	for _, line := range lines {
		if rest, ok := strings.CutPrefix(line, `{"kind":"`); ok {
			kind, _, _ := strings.Cut(rest, `"`)
			counts[kind]++
		}
	}
	return counts
}

func secretText(s string) secret.String { return secret.Text(s) }
