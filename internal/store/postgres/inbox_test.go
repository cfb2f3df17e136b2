package postgres_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/postgres"
	"github.com/posthorn/posthorn/test/pg"
)

// source stores a source of a new application.
func source(t *testing.T, s *postgres.Store) hook.Source {
	t.Helper()
	now, made := newIDs()()
	stored, err := s.CreateSource(t.Context(), hook.Source{ApplicationKey: application(t, s).Key, ID: made, CreatedAt: now, UpdatedAt: now})
	check(t, err)
	return stored
}

func arrival(at hook.Source, ids func() (time.Time, id.ID)) store.Arrival {
	now, made := ids()
	return store.Arrival{Taken: true, Received: hook.Received{SourceKey: at.Key, ApplicationKey: at.ApplicationKey, ID: made, ReceivedAt: now,
		Body: []byte("{}")}}
}

func TestWhatWasReceivedIsThereAndWasToldOnceWhenCommitsAreCut(t *testing.T) {
	t.Parallel()
	database := fresh(t)
	at := source(t, open(t, database))
	s, ids := openOnly(t, through(t, database, some)), newIDs()
	check(t, beginPatiently(t, s))
	var mu sync.Mutex
	acknowledged, told, refused := map[hook.Key]bool{}, map[hook.Key]int{}, 0

	var senders sync.WaitGroup
	for range 8 {
		senders.Go(func() {
			for range 15 {
				a := arrival(at, ids)
				copy(a.Same[:], a.Received.ID[4:])
				a.SameUntil = a.Received.ReceivedAt.Add(time.Hour)
				a.Stored = func(r hook.Received) { mu.Lock(); told[r.Key]++; mu.Unlock() }
				got, err := s.Receive(t.Context(), a)
				mu.Lock()
				if err == nil && !got.Repeated {
					acknowledged[got.Received.Key] = true
				} else if refused++; fault.KindOf(err) != fault.Unavailable {
					t.Errorf("got %+v, %v", got, err)
				}
				mu.Unlock()
				for err == nil && s.Conclude(t.Context(), store.Conclusion{Key: got.Received.Key, Begun: got.Received.ChangedAt, Status: hook.IntakeDone}) != nil {
				}
			}
		})
	}
	senders.Wait()

	if len(acknowledged) == 0 || refused == 0 {
		t.Fatalf("%d were acknowledged and %d refused: nothing was tried", len(acknowledged), refused)
	}
	stored := keys(t, database, "SELECT r.key FROM received r JOIN received_content USING (key)")
	for _, key := range stored {
		if told[key] != 1 {
			t.Errorf("%d is stored and was told %d times", key, told[key])
		}
		delete(acknowledged, key)
	}
	if len(acknowledged) != 0 {
		t.Errorf("%d were acknowledged and are not stored", len(acknowledged))
	}
	if done := keys(t, database, "SELECT key FROM received WHERE status = 3"); len(done) != len(stored) {
		t.Errorf("%d of %d are done", len(done), len(stored))
	}
}

func TestADayOfReceivedWebhooksGoesOnceNothingIsLeftInIt(t *testing.T) {
	t.Parallel()
	url := pg.URL(t)
	past, s := at(t, url, 1, -5*day), at(t, url, 2, 0)
	from, ids := source(t, s), newIDs()
	old, err := past.Receive(t.Context(), arrival(from, ids))
	check(t, err)
	young, err := s.Receive(t.Context(), arrival(from, ids))
	check(t, err)
	days := func() int64 {
		return int64(keys(t, url, "SELECT count(*) FROM pg_inherits WHERE inhparent = 'received'::regclass")[0])
	}
	purge := func(source hook.Key, life store.ReceivedLife) (total int) {
		for {
			n, err := s.PurgeReceived(t.Context(), source, life, clock.Clock{}.Now().Add(time.Minute), 10)
			check(t, err)
			if total += n; n == 0 {
				return total
			}
		}
	}
	before := days()

	purge(0, store.ReceivedLife{}) // the day -6 had nothing
	first := days()
	check(t, past.Conclude(t.Context(), store.Conclusion{Key: old.Received.Key, Begun: old.Received.ChangedAt, Status: hook.IntakeDone}))
	gone := purge(from.Key, store.ReceivedLife{Done: time.Second})
	purge(0, store.ReceivedLife{})

	if first != before-1 || gone != 1 {
		t.Errorf("of %d days %d were left at first, then %d webhooks went", before, first, gone)
	}
	if days() >= first {
		t.Errorf("of %d days are left %d", first, days())
	}
	if contents := keys(t, url, "SELECT count(*) FROM pg_inherits WHERE inhparent = 'received_content'::regclass"); int64(contents[0]) != days() {
		t.Errorf("%d days of contents and %d of webhooks are left", contents[0], days())
	}
	left := keys(t, url, "SELECT key FROM received")
	if !slices.Equal(left, []hook.Key{young.Received.Key}) {
		t.Errorf("left are %v", left)
	}
}

func TestWhatIsConcludedOrTakenIsFoundByItsKey(t *testing.T) {
	t.Parallel()
	db := planner(t, "BEGIN; "+postgres.ByIndex)

	for _, query := range postgres.KeyedUpdates() {
		nodes, err := db.plan(t, query)
		check(t, err)
		looked := 0
		for _, n := range nodes {
			if !strings.HasPrefix(n.Table, "received") || n.Type == "ModifyTable" {
				continue
			}
			looked++
			if open := strings.HasSuffix(n.Index, "_due_at_key_idx") || strings.HasSuffix(n.Index, "_run_changed_at_key_idx"); n.Index == "" ||
				!open && !strings.HasSuffix(n.Index, "_pkey") || n.Condition == "" && !open {
				t.Errorf("%s of %s by %q: %s\n%s", n.Type, n.Table, n.Index, n.Condition, query)
			}
		}
		if looked == 0 {
			t.Errorf("nothing is looked up: does the plan show anything?\n%s", query)
		}
	}
}

func TestWebhookWhoseBodyIsGoneIsNotProcessedAgain(t *testing.T) {
	t.Parallel()
	url := pg.URL(t)
	s, ids := at(t, url, 1, 0), newIDs()
	from := source(t, s)
	got, err := s.Receive(t.Context(), arrival(from, ids))
	check(t, err)
	check(t, s.Conclude(t.Context(), store.Conclusion{Key: got.Received.Key, Begun: got.Received.ChangedAt, Status: hook.IntakeFailed}))
	keys(t, url, "UPDATE received_content SET body = NULL RETURNING key")

	err = s.Reprocess(t.Context(), from.Key, got.Received.ID, clock.Clock{}.Now())
	left, lost := s.ReceivedOne(t.Context(), from.Key, got.Received.ID)

	check(t, lost)
	if fault.KindOf(err) != fault.Conflict || fault.CodeOf(err) != "body_gone" || left.Status != hook.IntakeFailed || left.Body != nil {
		t.Errorf("got %v and left %+v", err, left)
	}
}
