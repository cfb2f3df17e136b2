package sqlite_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/sqlite"
)

func TestFullDiskRefusesWholeWritesUntilThereIsRoom(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "posthorn.db"))
	ids, big := id.NewSource(rand.Reader), bytes.Repeat([]byte("x"), 1<<20)
	publish := func(payload []byte) (hook.Message, error) {
		now := clock.Clock{}.Now()
		receipt, err := s.Publish(t.Context(), store.Publication{
			Claim: &store.Claim{ExpiresAt: now.Add(time.Hour)},
			Message: hook.Message{ApplicationKey: 1, ID: ids.New(now), EventType: "disk.full", EventID: string(payload[:1]), Payload: payload,
				CreatedAt: now, PayloadUntil: now.AddDate(0, 0, 5), Targets: []hook.Key{1}},
		})
		return receipt.Message, err
	}
	settlement := store.Settlement{Fresh: true, Fan: 1, Attempt: &hook.Attempt{ID: ids.New(clock.Clock{}.Now()), Response: big}}
	limit(t, s, 0)

	_, err := publish(big)
	full(t, err)
	full(t, s.Settle(t.Context(), settlement))
	list, err := s.Messages(t.Context(), 1, store.MessageFilter{}, store.Page[id.ID]{Limit: 10})
	if err != nil || len(list.Items) != 0 {
		t.Errorf("%d messages are stored, %v", len(list.Items), err)
	}
	limit(t, s, -1)

	stored, err := publish(big) // the same idempotency key and event id: neither was kept
	if err != nil {
		t.Fatal(err)
	}
	settlement.Attempt.MessageKey, settlement.Delivery.MessageKey = stored.Key, stored.Key
	if err := s.Settle(t.Context(), settlement); err != nil {
		t.Error(err)
	}
}

func TestCheckFailsUntilThereIsRoomForWhatWasRefused(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "posthorn.db"))
	check := func() error { return s.Check(t.Context(), clock.Clock{}.Now()) }
	if err := check(); err != nil {
		t.Fatal(err)
	}
	limit(t, s, 0)
	if err := check(); err != nil {
		t.Fatalf("what the last check took is free for the next: %v", err)
	}

	_, err := publish(t.Context(), s, bytes.Repeat([]byte("x"), 1<<20))
	full(t, err)
	full(t, check())
	full(t, check())
	limit(t, s, 100)
	full(t, check())
	limit(t, s, -1)

	if err := check(); err != nil {
		t.Error(err)
	}
}

func TestCheckAsksForMoreRoomThanALeftoverPage(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "posthorn.db"))

	limit(t, s, 4)

	full(t, s.Check(t.Context(), clock.Clock{}.Now()))
	published(t, s, []byte("{}"))
}

func TestCheckDoesNotWaitForADatabaseThatHangs(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "posthorn.db")
	s := open(t, path)
	hung, err := reopen(t, path).Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := hung.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()

	err = s.Check(ctx, clock.Clock{}.Now())

	if fault.CodeOf(err) != "data_slow" {
		t.Errorf("got %v", err)
	}
	if err := hung.Close(); err != nil {
		t.Error(err)
	}
}

func limit(t *testing.T, s *sqlite.Store, pages int) {
	t.Helper()
	if err := sqlite.LimitPages(t.Context(), s, pages); err != nil {
		t.Fatal(err)
	}
}

// full checks that err is what a caller hears of a full disk.
func full(t *testing.T, err error) {
	t.Helper()
	if fault.KindOf(err) != fault.Unavailable || fault.CodeOf(err) != "disk_full" || !strings.Contains(err.Error(), "free some space") ||
		strings.Contains(err.Error(), "no transaction") || strings.Contains(err.Error(), "no such savepoint") {
		t.Fatalf("got %v", err)
	}
}

func TestHeavyListsDoNotKeepDeliveryAndSignInWaiting(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "posthorn.db"))
	release, err := sqlite.HoldReaders(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()

	_, _, next := s.NextDue(ctx, 1)
	_, waiting := s.Waiting(ctx, 0, 10)
	_, leased := s.Lease(ctx, 1, clock.Clock{}.Now(), 10)
	_, token := s.TokenByHash(ctx, [32]byte{})
	_, endpoints := s.EndpointsOf(ctx, 1)

	if next != nil || waiting != nil || leased != nil || fault.KindOf(token) != fault.NotFound || endpoints != nil {
		t.Errorf("got %v, %v, %v, %v, %v", next, waiting, leased, token, endpoints)
	}
	if err := release(); err != nil {
		t.Error(err)
	}
}

func TestWaitingDeliveriesAreCountedUpToABound(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "posthorn.db")
	s := open(t, path)
	_, err := reopen(t, path).ExecContext(t.Context(), `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10100)
		INSERT INTO delivery SELECT 1, i, 1, 0, 0, i, 0, '', 0 FROM n`)
	if err != nil {
		t.Fatal(err)
	}

	counts, err := s.Counts(t.Context(), 1, time.Unix(0, 0), time.Unix(3600, 0))

	if err != nil || counts.Pending != store.MostCounted {
		t.Errorf("got %+v, %v", counts, err)
	}
}
