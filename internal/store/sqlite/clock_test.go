package sqlite_test

import (
	"crypto/rand"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/sqlite"
)

func TestOfMessagesWithTheSameEventIDTheNewestCounts(t *testing.T) {
	t.Parallel()
	var now atomic.Int64
	now.Store(clock.Clock{}.Now().UnixMicro())
	moved := clock.Func(func() time.Time { return time.UnixMicro(now.Load()) })
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "posthorn.db"), sqlite.Options{Clock: moved})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	ids := id.NewSource(rand.Reader)

	var newest id.ID
	for range 3 {
		newest = ids.New(moved.Now())
		m := hook.Message{ApplicationKey: 1, ID: newest, EventID: "evt-1", CreatedAt: moved.Now(), PayloadUntil: moved.Now()}
		if _, err := s.Publish(t.Context(), store.Publication{Message: m}); err != nil {
			t.Fatal(err)
		}
		now.Add((25 * time.Hour).Microseconds())
	}
	got, err := s.Message(t.Context(), 1, store.Ref{UID: "evt-1"})

	if err != nil || got.ID != newest {
		t.Fatalf("got %v, %v", got.ID, err)
	}
}
