package transfer_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/postgres"
	"github.com/posthorn/posthorn/internal/transfer"
	"github.com/posthorn/posthorn/test/pg"
)

// full is a place with a bit of everything.
func full(t *testing.T) *place {
	t.Helper()
	p := newPlace(t)
	p.begin()
	ctx := t.Context()
	_, err := p.CreateEventType(ctx, hook.EventType{
		Name: "invoice.paid", Description: "d", Group: "g", FeatureFlag: "f", Schemas: []byte(`{"1":{}}`), Enforced: true, CreatedAt: p.now, UpdatedAt: p.now,
	})
	check(t, err)
	_, err = p.CreateEventType(ctx, hook.EventType{Name: "old", Archived: true, Deprecated: true, CreatedAt: p.now, UpdatedAt: p.now})
	check(t, err)
	a, b := p.application("odd-uid_.9"), p.application("")
	_, err = p.NoteEventType(ctx, store.AdHocEventType{ApplicationKey: a.Key, Name: "made.up", CreatedAt: p.now}, 10)
	check(t, err)
	one, two, lost := p.endpoint(a), p.endpoint(a, func(e *hook.Endpoint) { e.UID = "own-uid" }), p.endpoint(a)
	off := p.endpoint(b, func(e *hook.Endpoint) {
		e.Disabled, e.DisabledReason, e.Headers, e.Credentials = true, hook.DisabledGone, nil, nil
	})
	for n, scope := range []hook.Scope{hook.ScopeServer, hook.ScopeApplication} {
		token := hook.Token{ID: p.ids.New(p.now), Name: "n", Hash: [32]byte{byte(n), 1}, Hint: "ph_abc", Scope: scope, CreatedAt: p.now}
		if scope == hook.ScopeApplication {
			token.ApplicationKey, token.ExpiresAt = a.Key, p.now.Add(time.Hour)
		}
		check(t, p.CreateToken(ctx, token))
	}
	p.messages(a, one, two, lost)
	p.publish(b, nil, off)
	_, err = p.DeleteEndpoint(ctx, a.Key, store.Ref{ID: lost.ID})
	check(t, err)
	p.answer()
	p.inbox(a)
	return p
}

// messages publishes messages that are in every state there is.
func (p *place) messages(a hook.Application, one, two, lost hook.Endpoint) {
	p.t.Helper()
	ctx := p.t.Context()
	p.settle(p.publish(a, nil, one), one, hook.Succeeded, hook.Delivered)
	p.settle(p.publish(a, nil, one, two), one, hook.Failed, hook.Waiting) // and two in memory
	p.settle(p.publish(a, nil, two), two, hook.Gone, hook.Exhausted)
	p.settle(p.publish(a, nil, lost), lost, hook.Failed, hook.Waiting)
	p.settle(p.publish(a, nil, lost, one), lost, hook.Succeeded, hook.Delivered)
	p.publish(a, func(m *store.Publication) { m.Message.EventID = "order-1"; m.Deferred = []hook.Key{one.Key} }, one)
	p.publish(a, func(m *store.Publication) {
		m.Message.Carried = hook.Carried{Hops: 2, ContentType: "text/plain", Headers: map[string][]string{"X-Github-Event": {"push", ""}, "X-Odd": {"\xff"}}}
	}) // to nobody
	canceled := p.publish(a, nil, one)
	check(p.t, p.Settle(ctx, store.Settlement{Fresh: true, Fan: 1, Delivery: hook.Delivery{
		ApplicationKey: a.Key, MessageKey: canceled.Key, EndpointKey: one.Key,
	}.Cancel(hook.ReasonDisabled)}))
	expunged := p.publish(a, nil, two)
	p.settle(expunged, two, hook.Succeeded, hook.Delivered)
	check(p.t, p.ExpungeMessage(ctx, a.Key, store.Ref{ID: expunged.ID}))
	check(p.t, p.Replay(ctx, hook.Delivery{ApplicationKey: a.Key, MessageKey: expunged.Key, EndpointKey: one.Key}.Replay(p.now)))
	for n, life := range []time.Duration{hook.KeepKeys, time.Hour} {
		claimed := p.publish(a, func(m *store.Publication) {
			m.Claim = &store.Claim{Key: [16]byte{byte(n), 1}, Fingerprint: [16]byte{2}, ExpiresAt: p.now.Add(life)}
		}, one)
		p.settle(claimed, one, hook.Succeeded, hook.Delivered)
	}
}

// answer remembers an answer to another operation.
func (p *place) answer() {
	p.t.Helper()
	claim := store.Claim{Key: [16]byte{9}, Fingerprint: [16]byte{8}, ExpiresAt: p.now.Add(time.Hour)}
	_, err := p.Reserve(p.t.Context(), claim, p.now)
	check(p.t, err)
	sealed, err := p.box.Seal([]byte("whsec_answer"), claim.Bound())
	check(p.t, err)
	check(p.t, p.Answer(p.t.Context(), claim.Key, sealed))
}

func TestWhatWasImportedIsExportedAgainTheSame(t *testing.T) {
	t.Parallel()
	from, to := full(t), newPlace(t)
	to.now = from.now

	first := from.export()
	counts, err := to.load(first)
	check(t, err)
	second := to.export()

	if diff := cmp.Diff(plain(t, first), plain(t, second)); diff != "" {
		t.Errorf("lost (-), made up (+):\n%s", diff)
	}
	want := map[string]int{"eventType": 2, "application": 2, "endpoint": 3, "token": 2, "answer": 1, "message": 13, "claim": 2, "end": 1,
		"source": 2, "received": 5, "seen": 1, "refusals": 1, "refused": 1, "deletedEndpoint": 1}
	got := kinds(plain(t, first))
	for kind, n := range want {
		if got[kind] != n || kind != "end" && counts[kind] != int64(n) {
			t.Errorf("%d lines of kind %s and %d counted, want %d", got[kind], kind, counts[kind], n)
		}
	}
	check(t, transfer.CheckWhole(t.Context(), to))
}

func TestExportThatNumbersItsDeletedEndpointsIsImported(t *testing.T) {
	t.Parallel()
	stream := string(full(t).export(withoutSecrets))
	before, rest, _ := strings.Cut(stream, `{"kind":"deletedEndpoint"`)
	line, after, _ := strings.Cut(rest, "\n")
	_, text, _ := strings.Cut(line, `"id":"`)
	name, _, _ := strings.Cut(text, `"`)
	former := strings.ReplaceAll(strings.Replace(before+after, `"deletedEndpoint":1,`, "", 1), name, "gone-1")
	to := newPlace(t)

	_, err := to.load([]byte(former), func(in *transfer.Incoming) { in.NewSecrets = true })

	check(t, err)
	if again := string(to.export(withoutSecrets)); name == "" || strings.Contains(again, name) || !strings.Contains(again, `"endpoint":"gone-1"`) {
		t.Errorf("the endpoint %q that the export called gone-1 is called otherwise in\n%s", name, again)
	}
}

func TestTheOtherEngineKeepsTheSame(t *testing.T) {
	t.Parallel()
	from := full(t)
	shared, err := postgres.Open(t.Context(), postgres.Options{URL: pg.URL(t)})
	check(t, err)
	t.Cleanup(func() { check(t, shared.Close()) })
	there, back := placeOn(t, shared), newPlace(t)
	there.now, back.now = from.now, from.now

	first := from.export()
	_, err = there.load(first)
	check(t, err)
	second := there.export()
	_, err = back.load(second)
	check(t, err)

	for name, stream := range map[string][]byte{"PostgreSQL": second, "SQLite again": back.export()} {
		if diff := cmp.Diff(plain(t, first), plain(t, stream)); diff != "" {
			t.Errorf("%s: lost (-), made up (+):\n%s", name, diff)
		}
	}
}

func TestWithoutHistoryOnlyOpenAndYoungMessagesMove(t *testing.T) {
	t.Parallel()
	from, to := full(t), newPlace(t)
	to.now = from.now

	first := from.export(history(false))
	_, err := to.load(first)
	check(t, err)
	second := to.export(history(false))

	// In memory or waiting: six; with a key that was used just now: one. A key used long ago stays without its message.
	// The message that waited for a deleted endpoint has nothing open on the other side.
	got, again := kinds(plain(t, first)), kinds(plain(t, second))
	if got["message"] != 7 || again["message"] != 6 || got["claim"] != 2 || got["tally"] != 0 {
		t.Errorf("got %v, then %v", got, again)
	}
	for _, line := range plain(t, second) {
		if !slices.Contains(plain(t, first), line) && !strings.Contains(line, `"counts"`) {
			t.Errorf("made up: %s", line)
		}
	}
	_, _, err = to.Repeated(t.Context(), store.Claim{Key: [16]byte{1, 1}, Fingerprint: [16]byte{2}}, to.now)
	refused(t, err, "message_purged")
	m, found, err := to.Repeated(t.Context(), store.Claim{Key: [16]byte{0, 1}, Fingerprint: [16]byte{2}}, to.now)
	if err != nil || !found || m.EventType != "invoice.paid" {
		t.Errorf("a repeat got %+v, %t, %v", m, found, err)
	}
}

func TestOrderAndAgeOfMessagesStay(t *testing.T) {
	t.Parallel()
	from, to := full(t), newPlace(t)

	_, err := to.load(from.export())
	check(t, err)

	before, after := archived(t, from), archived(t, to)
	if len(before) != len(after) {
		t.Fatalf("%d messages became %d", len(before), len(after))
	}
	for i := range before {
		if before[i].ID != after[i].ID || !from.MessageTime(before[i].Key).Equal(to.MessageTime(after[i].Key)) {
			t.Errorf("message %d is another or has another age", i)
		}
	}
}

func archived(t *testing.T, p *place) (all []store.ArchivedMessage) {
	t.Helper()
	check(t, p.Snapshot(t.Context(), store.Extent{History: true, Now: p.now}, func(s store.Snapshot) error {
		for m, err := range s.Messages(t.Context()) {
			check(t, err)
			all = append(all, m)
		}
		return nil
	}))
	return all
}

func TestSecretsAreNowhereInTheStreamUnlessItIsEncrypted(t *testing.T) {
	t.Parallel()
	from := full(t)

	bare, sealed := string(from.export(withoutSecrets)), string(from.export())

	for _, word := range []string{"whsec_", "pass word", "X-Own", `"kind":"answer"`, "hub-secret", `"address"`, `"former"`} {
		if strings.Contains(bare, word) {
			t.Errorf("an export without secrets shows %q", word)
		}
	}
	for _, word := range []string{"whsec_", "invoice", "kind"} {
		if strings.Contains(sealed, word) {
			t.Errorf("an encrypted export shows %q", word)
		}
	}
	if inside := strings.Join(plain(t, []byte(sealed)), ""); !strings.Contains(inside, "whsec_") || !strings.Contains(inside, "pass word") ||
		!strings.Contains(inside, "hub-secret-new") || strings.Contains(inside, "hub-secret-over") {
		t.Error("an encrypted export lacks the secrets")
	}
}

func TestExportWithoutSecretsIsImportedWithNewOnesOnly(t *testing.T) {
	t.Parallel()
	stream := full(t).export(withoutSecrets)

	_, err := newPlace(t).load(stream)
	refused(t, err, "export_without_secrets")
	to := newPlace(t)
	_, err = to.load(stream, func(in *transfer.Incoming) { in.NewSecrets = true })

	check(t, err)
	if n := strings.Count(strings.Join(plain(t, to.export()), "\n"), "whsec_"); n != 3 {
		t.Errorf("%d endpoints have a key, want 3", n)
	}
}

func TestAStreamThatAsksForGigabytesToTryItsPassphraseIsRefused(t *testing.T) {
	t.Parallel()
	thirtyTwo := strings.Repeat("A", 43) // bytes, in base64
	stream := "age-encryption.org/v1\n-> scrypt " + strings.Repeat("A", 22) + " 21\n" + thirtyTwo + "\n--- " + thirtyTwo + "\n"

	_, err := transfer.Open(strings.NewReader(stream), passphrase())

	if err == nil || !strings.Contains(err.Error(), "work factor too large") {
		t.Errorf("got %v", err)
	}
}

func TestWrongPassphraseChangesNothing(t *testing.T) {
	t.Parallel()
	stream, to := full(t).export(), newPlace(t)

	_, err := to.load(stream, func(in *transfer.Incoming) { in.Passphrase = secretText("another passphrase") })
	refused(t, err, "passphrase_wrong")
	_, err = to.load(stream, func(in *transfer.Incoming) { in.Passphrase = secretText("") })
	refused(t, err, "passphrase_missing")
	_, err = to.load([]byte("{}\n"))
	refused(t, err, "no_export")

	check(t, transfer.CheckWhole(t.Context(), to))
}

func TestImportGoesIntoAnEmptyDatabaseOnly(t *testing.T) {
	t.Parallel()
	from := full(t)

	_, err := from.load(from.export())

	refused(t, err, "database_not_empty")
	check(t, transfer.CheckWhole(t.Context(), from))
}

func TestImportStaysAwayFromNodesThatAreAlive(t *testing.T) {
	t.Parallel()
	stream, to := full(t).export(), newPlace(t)
	to.begin()

	_, err := to.load(stream)

	refused(t, err, "database_in_use")
	check(t, transfer.CheckWhole(t.Context(), to))
}

func TestOfTwoImportsAtOnceTheSecondIsRefusedAndChangesNothing(t *testing.T) {
	t.Parallel()
	stream, to := full(t).export(), newPlace(t)
	release, err := to.Alone(t.Context()) // as the first does
	check(t, err)

	_, err = to.load(stream)

	refused(t, err, "import_running")
	check(t, transfer.CheckWhole(t.Context(), to))
	release()
	_, err = to.load(stream)
	check(t, err)
}

func TestStreamThatWasCutLeavesAMark(t *testing.T) {
	t.Parallel()
	from := full(t)
	sealed, bare := from.export(), from.export(withoutSecrets)
	lines := bytes.SplitAfter(bare, []byte("\n"))
	without := func(n int) []byte { return bytes.Join(slices.Delete(slices.Clone(lines), n, n+1), nil) }
	for name, stream := range map[string][]byte{
		"encrypted":        sealed[:len(sealed)-10],
		"without its end":  bytes.Join(lines[:len(lines)-2], nil),
		"a line is gone":   without(len(lines) - 4),
		"more than at end": slices.Concat(bare, lines[1]),
		"an unknown kind":  bytes.Replace(bare, []byte(`"kind":"token"`), []byte(`"kind":"taken"`), 1),
		"half a line":      bare[:len(bare)/2],
	} {
		to := newPlace(t)

		_, err := to.load(stream, func(in *transfer.Incoming) { in.NewSecrets = true })

		if err == nil {
			t.Errorf("%s: imported", name)
			continue
		}
		refused(t, err, "export_damaged")
		if name != "encrypted" { // which is noticed before anything is stored
			refused(t, transfer.CheckWhole(t.Context(), to), "import_unfinished")
		}
	}
}

func TestNewerFormatIsRefused(t *testing.T) {
	t.Parallel()
	stream := bytes.Replace(full(t).export(withoutSecrets), []byte(`"version":2`), []byte(`"version":3`), 1)

	_, err := newPlace(t).load(stream)

	refused(t, err, "export_version")
}
