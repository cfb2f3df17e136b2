package receive_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/directory"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/provider"
	"github.com/posthorn/posthorn/internal/provider/all"
	"github.com/posthorn/posthorn/internal/receive"
	"github.com/posthorn/posthorn/internal/secret"
)

const (
	urlKey  = "k3yThatNobodyGuesses00000000000"
	signing = "It's a Secret to Everybody"
)

// intake is a service on a memory, with one source of GitHub's.
type intake struct {
	*receive.Service
	memory *memory
	press  *press
	ids    *id.Source
	vault  directory.SourceVault
	log    *safeBuffer
	source hook.Source
	ended  chan struct{}

	mu  sync.Mutex
	now time.Time
}

func noon() time.Time { return time.Date(2030, 5, 1, 12, 0, 0, 0, time.UTC) }

func newIntake(t *testing.T, change ...func(*hook.Source)) *intake {
	t.Helper()
	box, _, err := secret.LoadOrCreate(filepath.Join(t.TempDir(), "key"), rand.Reader)
	check(t, err)
	ids := id.NewSource(rand.Reader)
	in := &intake{
		memory: newMemory(), ids: ids, press: &press{ids: ids, once: map[string]id.ID{}}, vault: directory.NewSourceVault(box),
		log: &safeBuffer{}, now: noon(),
	}
	in.source = in.add(t, urlKey, change...)
	in.Service = receive.New(receive.Parts{
		Store: in.memory, Providers: provider.NewCatalog(append(all.Catalog().All(), visiting(), batches())...), Vault: in.vault, Publisher: in.press, Learner: in, IDs: ids,
	}, receive.Config{Workers: 4, Queue: 100, Clock: clock.Func(in.time), Log: slog.New(slog.NewTextHandler(in.log, nil))})
	return in
}

// add stores a source.
func (in *intake) add(t *testing.T, key string, change ...func(*hook.Source)) hook.Source {
	t.Helper()
	s := hook.Source{
		Key: hook.Key(len(in.memory.sources) + 1), ApplicationKey: 7, ID: in.ids.New(noon()), Provider: "github", URLHash: directory.KeyHash(key),
	}
	sealed, err := in.vault.SealSecret(s.ID, signing)
	check(t, err)
	s.Secrets = []hook.SourceSecret{{Sealed: sealed}}
	for _, c := range change {
		c(&s)
	}
	in.put(s)
	return s
}

func (in *intake) put(s hook.Source) {
	defer in.memory.lock()()
	in.memory.sources[s.Key] = s
}

// Learn implements receive.Learner.
func (in *intake) Learn(_ context.Context, source hook.Key, told provider.Secret) error {
	s := in.memory.sources[source]
	sealed, err := in.vault.SealSecret(s.ID, told.Reveal())
	if err == nil {
		s.Secrets = []hook.SourceSecret{{Sealed: sealed}}
		in.put(s)
		in.SourceChanged(source)
	}
	return err
}

func (in *intake) time() time.Time {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.now
}

func (in *intake) pass(d time.Duration) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.now = in.now.Add(d)
}

// signed returns a request as GitHub sends it.
func signed(body string) *receive.Request {
	mac := hmac.New(sha256.New, []byte(signing))
	mac.Write([]byte(body))
	return &receive.Request{
		Key: urlKey, URL: "https://hooks.example.com/in/" + urlKey, Method: "POST", Length: int64(len(body)), Body: []byte(body),
		Remote: netip.MustParseAddr("192.0.2.7"),
		Header: map[string][]string{
			"Content-Type": {"application/json"}, "X-Github-Event": {"push"}, "X-Github-Delivery": {"72d3162e"},
			"X-Hub-Signature-256": {"sha256=" + hex.EncodeToString(mac.Sum(nil))},
		},
	}
}

// send is what the edge does with a request.
func (in *intake) send(r *receive.Request) (receive.Answer, error) {
	d, err := in.Open(context.Background(), r)
	if err != nil {
		return receive.Answer{}, err
	}
	return in.Receive(context.Background(), d, r)
}

// start runs the service until the test ends.
func (in *intake) start(t *testing.T) {
	t.Helper()
	in.ended = make(chan struct{})
	go func() {
		defer close(in.ended)
		if err := in.Run(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	<-in.Ready()
	t.Cleanup(func() {
		in.Stop()
		in.awaitEnd()
	})
}

// awaitEnd waits until the service that was started has ended.
func (in *intake) awaitEnd() { <-in.ended }

// cause returns why a request was refused.
func cause(err error) string {
	var r *receive.Refusal
	if errors.As(err, &r) {
		return r.Cause
	}
	return ""
}

// within waits until a condition holds.
func within(t *testing.T, what string, holds func() bool) {
	t.Helper()
	late := time.After(10 * time.Second)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-late:
			t.Fatalf("never %s", what)
		case <-tick.C:
		}
	}
}

type safeBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// slackSigned returns a request as Slack sends it at noon.
func slackSigned(body string) *receive.Request {
	stamp := fmt.Sprint(noon().Unix())
	mac := hmac.New(sha256.New, []byte(signing))
	mac.Write([]byte("v0:" + stamp + ":" + body))
	r := signed(body)
	r.Header = map[string][]string{
		"Content-Type": {"application/json"}, "X-Slack-Request-Timestamp": {stamp},
		"X-Slack-Signature": {"v0=" + hex.EncodeToString(mac.Sum(nil))},
	}
	return r
}

func with(r *receive.Request, change func(*receive.Request)) *receive.Request {
	change(r)
	return r
}

func optional(change func(*hook.Source)) []func(*hook.Source) {
	if change == nil {
		return nil
	}
	return []func(*hook.Source){change}
}

func kindOf(err error) fault.Kind {
	var r *receive.Refusal
	if errors.As(err, &r) {
		return r.Kind
	}
	return fault.Internal
}
