package transfer_test

import (
	"context"
	"crypto/rand"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/directory"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/transfer"
)

// source stores a source with two secrets, one of them on its way out, and an address that replaced another.
func (p *place) source(of hook.Application, with ...func(*hook.Source)) hook.Source {
	p.t.Helper()
	former := directory.KeyHash("former-address")
	s := hook.Source{
		ApplicationKey: of.Key, ID: p.ids.New(p.now), Name: "Hub <&> Söhne", Provider: "github", Options: map[string]string{"header": "X-Hub"},
		Metadata: map[string]string{"k": "v"}, CreatedAt: p.now, UpdatedAt: p.now,
		Rules: hook.SourceRules{
			Methods: []string{"POST"}, ContentTypes: []string{"application/json"}, MaxBody: 1 << 20, RateLimit: 7, Called: "hub",
			Answer: hook.Answer{Status: 202, ContentType: "text/plain", Body: "thanks"}, Dedupe: hook.Dedupe{By: "id", Window: time.Hour},
			Forward: hook.Forward{EventTypes: []string{"push"}, Prefix: "github.", Headers: []string{"*"}, Channels: []string{"one"}},
			Keep:    hook.Keep{New: time.Hour, Done: time.Minute, Failed: time.Second},
			Former:  []hook.FormerURL{{Hash: former[:], ExpiresAt: p.now.Add(time.Hour)}},
		},
	}
	vault := directory.NewSourceVault(p.box)
	address, err := directory.NewKey(rand.Reader)
	check(p.t, err)
	s.URLHash = directory.KeyHash(address)
	s.URLSealed, err = vault.SealKey(s.ID, address)
	check(p.t, err)
	for text, life := range map[string]time.Duration{"hub-secret-old": time.Hour, "hub-secret-over": -time.Hour} {
		sealed, err := vault.SealSecret(s.ID, text)
		check(p.t, err)
		s.Secrets = append(s.Secrets, hook.SourceSecret{Sealed: sealed, ExpiresAt: p.now.Add(life)})
	}
	sealed, err := vault.SealSecret(s.ID, "hub-secret-new")
	check(p.t, err)
	s.Secrets = slices.Insert(s.Secrets, 0, hook.SourceSecret{Sealed: sealed})
	for _, change := range with {
		change(&s)
	}
	s, err = p.CreateSource(p.t.Context(), s)
	check(p.t, err)
	return s
}

// odd is what a stranger may send.
const odd = "a\x00\xff\"'<\\ü"

// receive stores a webhook, which stays in this run's hands.
func (p *place) receive(s hook.Source, with ...func(*store.Arrival)) hook.Received {
	p.t.Helper()
	a := store.Arrival{Taken: true, Received: hook.Received{
		SourceKey: s.Key, ApplicationKey: s.ApplicationKey, ID: p.ids.New(p.now), Method: "POST", Query: "a=1&b=<2>",
		Headers: map[string][]string{"X-Event": {"push", ""}}, ContentType: "application/json", SourceURL: "https://example.com",
		Remote: "192.0.2.7", KeyHint: "abcdef", Body: []byte("{ \"n\" : 1e3 }"), EventID: "e-1", EventType: "push",
		OccurredAt: p.now.Add(-time.Minute), ReceivedAt: p.now,
	}}
	for _, change := range with {
		change(&a)
	}
	arrived, err := p.Receive(p.t.Context(), a)
	check(p.t, err)
	return arrived.Received
}

// ended concludes a webhook.
func (p *place) ended(r hook.Received, status hook.Intake, made id.ID) hook.Received {
	p.t.Helper()
	check(p.t, p.Conclude(p.t.Context(), store.Conclusion{Key: r.Key, Begun: r.ChangedAt, Status: status, Reason: odd, Message: made, DueAt: p.now.Add(time.Hour)}))
	return r
}

// repeatable makes an arrival an event that is remembered.
func (p *place) repeatable(n byte, life time.Duration) func(*store.Arrival) {
	return func(a *store.Arrival) { a.Same, a.SameUntil = [16]byte{n}, p.now.Add(life) }
}

// inbox receives webhooks that are in every state there is, and refuses some requests. A source that is gone leaves keys
// unused, so that those on the other side are others.
func (p *place) inbox(a hook.Application) {
	p.t.Helper()
	ctx := p.t.Context()
	gone := p.source(a)
	p.receive(gone)
	_, err := p.DeleteSource(ctx, store.Ref{ID: gone.ID})
	check(p.t, err)
	s := p.source(a, func(s *hook.Source) { s.UID = "hub" })
	p.source(a, func(s *hook.Source) {
		s.Disabled, s.Secrets, s.Rules, s.Options, s.Metadata = true, nil, hook.SourceRules{}, nil, nil
	})

	made := p.publish(a, nil)
	p.ended(p.receive(s, p.repeatable(1, time.Hour)), hook.IntakeDone, made.ID)
	failed := p.ended(p.receive(s, p.repeatable(2, -time.Hour)), hook.IntakeFailed, id.ID{})
	check(p.t, p.ExpungeReceived(ctx, s.Key, failed.ID))
	p.ended(p.receive(s), hook.IntakeNew, id.ID{}) // to be tried again
	p.receive(s, func(a *store.Arrival) { a.Taken, a.Received.Body, a.Received.OccurredAt = false, nil, time.Time{} })
	p.receive(s, func(a *store.Arrival) {
		r := &a.Received
		r.Query, r.ContentType, r.SourceURL, r.Remote, r.KeyHint, r.EventID, r.EventType = odd, odd, odd, odd, odd, odd, odd
		r.Headers, r.Body = map[string][]string{odd: {odd}, "X-None": {}}, []byte{0, 255}
	})
	check(p.t, p.Refuse(ctx, s.Key, []store.RefusalCount{{Cause: "no_match", Hour: p.now.Truncate(time.Hour), Count: 3}}, []hook.Refused{{
		SourceKey: s.Key, ID: p.ids.New(p.now), At: p.now, Cause: "no_match", Detail: "No signature matches.", Method: "POST",
		ContentType: odd, Remote: "192.0.2.7", Headers: map[string][]string{"X-Event": {odd}}, Body: []byte{0, 255},
	}}))
}

func (p *place) sourceNamed(uid string) hook.Source {
	p.t.Helper()
	s, err := p.Source(p.t.Context(), 0, store.Ref{UID: uid})
	check(p.t, err)
	return s
}

func TestSourceListensToBothAddressesAfterAMoveAndKnowsItsSecrets(t *testing.T) {
	t.Parallel()
	from, to := full(t), newPlace(t)
	to.now = from.now
	old := from.sourceNamed("hub")

	_, err := to.load(from.export())
	check(t, err)

	moved, err := to.SourceByURL(t.Context(), old.URLHash)
	check(t, err)
	if moved.Key == old.Key {
		t.Fatal("the source has the same key by chance: this shows nothing")
	}
	if former := moved.Rules.Former; len(former) != 1 || string(former[0].Hash) != string(old.Rules.Former[0].Hash) {
		t.Errorf("former addresses are %v", former)
	}
	vault := directory.NewSourceVault(to.box)
	var texts []string
	for _, k := range moved.Secrets {
		text, err := vault.OpenSecret(moved.ID, k.Sealed)
		check(t, err)
		texts = append(texts, text)
	}
	if !slices.Equal(texts, []string{"hub-secret-new", "hub-secret-old"}) || !moved.Secrets[0].ExpiresAt.IsZero() || moved.Secrets[1].ExpiresAt.IsZero() {
		t.Errorf("secrets are %q", texts)
	}
	address, err := vault.OpenKey(moved)
	check(t, err)
	if directory.KeyHash(address) != moved.URLHash {
		t.Error("the address that is shown is not the one that it listens to")
	}
}

func TestReceivedWebhookStaysLinkedToItsMessageAfterAMove(t *testing.T) {
	t.Parallel()
	from, to := full(t), newPlace(t)
	to.now = from.now

	_, err := to.load(from.export())
	check(t, err)

	s := to.sourceNamed("hub")
	done, err := to.ReceivedList(t.Context(), s.Key, store.ReceivedFilter{Statuses: []hook.Intake{hook.IntakeDone}}, store.Page[id.ID]{Limit: 5})
	check(t, err)
	if len(done.Items) != 1 {
		t.Fatalf("%d webhooks are done", len(done.Items))
	}
	_, err = to.Message(t.Context(), s.ApplicationKey, store.Ref{ID: done.Items[0].Message})
	check(t, err)
	back, err := to.ReceivedAs(t.Context(), s.ApplicationKey, done.Items[0].Message)
	check(t, err)
	if back.ID != done.Items[0].ID || back.Reason != odd {
		t.Errorf("the message was made of %s, because %q", back.ID, back.Reason)
	}
}

func TestOpenWebhooksGoOnAfterAMoveAndRepetitionsAreKnown(t *testing.T) {
	t.Parallel()
	from, to := full(t), newPlace(t)
	to.now = from.now

	first := from.export(history(false))
	counts, err := to.load(first)
	check(t, err)
	to.begin()

	if counts["source"] != 2 || counts["received"] != 3 || counts["seen"] != 1 || counts["refusals"]+counts["refused"] != 0 {
		t.Errorf("counted %v", counts)
	}
	taken, err := to.Take(t.Context(), to.now.Add(time.Second), 10)
	check(t, err)
	if len(taken) != 2 || len(taken[0].Body) != 0 || taken[1].EventType != odd || taken[1].Attempts != 2 {
		t.Errorf("took %+v", taken)
	}
	again, err := to.Receive(t.Context(), store.Arrival{
		Same: [16]byte{1}, SameUntil: to.now.Add(time.Hour),
		Received: hook.Received{SourceKey: to.sourceNamed("hub").Key, ID: to.ids.New(to.now), ReceivedAt: to.now},
	})
	if err != nil || !again.Repeated {
		t.Errorf("a repetition got %+v, %v", again, err)
	}
}

func TestSourceGetsANewAddressWhereItsOwnIsNotInTheExport(t *testing.T) {
	t.Parallel()
	from, to := full(t), newPlace(t)
	old := from.sourceNamed("hub")

	_, err := to.load(from.export(withoutSecrets), func(in *transfer.Incoming) { in.NewSecrets = true })
	check(t, err)

	moved := to.sourceNamed("hub")
	if moved.URLHash == old.URLHash || len(moved.Secrets) != 0 || len(moved.Rules.Former) != 0 {
		t.Errorf("got %+v", moved)
	}
	address, err := directory.NewSourceVault(to.box).OpenKey(moved)
	if err != nil || len(address) < 30 || directory.KeyHash(address) != moved.URLHash {
		t.Errorf("its address is %q, %v", address, err)
	}
}

func TestExportOfTheFirstFormIsImported(t *testing.T) {
	t.Parallel()
	var former []string
	for line := range strings.Lines(string(full(t).export(withoutSecrets))) {
		if !slices.ContainsFunc([]string{"source", "received", "seen", "refusals", "refused"}, func(kind string) bool {
			return strings.HasPrefix(line, `{"kind":"`+kind+`"`)
		}) {
			former = append(former, line)
		}
	}
	stream := strings.Replace(strings.Join(former, ""), `"version":2`, `"version":1`, 1)
	head, end, _ := strings.Cut(stream, `"received":5,"refusals":1,"refused":1,"seen":1,"source":2,`)
	if end == "" {
		t.Fatalf("the last line is %s", former[len(former)-1])
	}

	counts, err := newPlace(t).load([]byte(head+end), func(in *transfer.Incoming) { in.NewSecrets = true })

	check(t, err)
	if counts["application"] != 2 || counts["source"] != 0 {
		t.Errorf("counted %v", counts)
	}
}

// later is a store in which one webhook has a time that JSON cannot hold.
type later struct {
	store.Store
	odd id.ID
}

func (l later) Snapshot(ctx context.Context, e store.Extent, read func(store.Snapshot) error) error {
	return l.Store.Snapshot(ctx, e, func(s store.Snapshot) error { return read(laterView{s, l.odd}) })
}

type laterView struct {
	store.Snapshot
	odd id.ID
}

func (v laterView) Received(ctx context.Context) iter.Seq2[hook.Received, error] {
	return func(yield func(hook.Received, error) bool) {
		for r, err := range v.Snapshot.Received(ctx) {
			if r.ID == v.odd {
				r.OccurredAt = r.ReceivedAt.AddDate(10_000, 0, 0)
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

func TestWebhookThatCannotBeWrittenIsLeftOutAndNamed(t *testing.T) {
	t.Parallel()
	from, to := newPlace(t), newPlace(t)
	from.begin()
	s := from.source(from.application("acme"))
	odd, other := from.receive(s), from.receive(s)
	var left []string

	stream := from.export(func(o *transfer.Outgoing) {
		o.From = later{from.Store, odd.ID}
		o.LeftOut = func(kind, named string, err error) { left = append(left, kind+" "+named) }
	})
	counts, err := to.load(stream)

	check(t, err)
	if want := []string{"received " + id.Received.Text(odd.ID)}; !slices.Equal(left, want) || counts["received"] != 1 {
		t.Errorf("left out %q, want %q; read %d webhooks", left, want, counts["received"])
	}
	if !strings.Contains(strings.Join(plain(t, stream), "\n"), id.Received.Text(other.ID)) {
		t.Error("the other webhook is missing")
	}
}

func TestTimeThatJSONCannotHoldIsNotExported(t *testing.T) {
	t.Parallel()
	from, to := newPlace(t), newPlace(t)
	from.begin()
	s := from.source(from.application("acme"))
	from.receive(s, func(a *store.Arrival) { a.Received.OccurredAt = time.Unix(253_402_300_800, 0) })

	counts, err := to.load(from.export())

	check(t, err)
	if counts["received"] != 1 {
		t.Errorf("read %d webhooks, want 1", counts["received"])
	}
}
