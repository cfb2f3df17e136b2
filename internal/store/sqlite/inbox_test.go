package sqlite_test

import (
	"bytes"
	"crypto/rand"
	"path/filepath"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

func TestFullDiskKeepsNothingOfAWebhookAndTellsNobody(t *testing.T) {
	t.Parallel()
	s, ids, now := open(t, filepath.Join(t.TempDir(), "posthorn.db")), id.NewSource(rand.Reader), clock.Clock{}.Now()
	a, err := s.CreateApplication(t.Context(), hook.Application{ID: ids.New(now), CreatedAt: now, UpdatedAt: now})
	if err != nil {
		t.Fatal(err)
	}
	source, err := s.CreateSource(t.Context(), hook.Source{ID: ids.New(now), ApplicationKey: a.Key, CreatedAt: now, UpdatedAt: now})
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	arrival := store.Arrival{Same: [16]byte{1}, SameUntil: now.Add(time.Hour), Taken: true, Stored: func(hook.Received) { told++ },
		Received: hook.Received{SourceKey: source.Key, ID: ids.New(now), ReceivedAt: now, Body: bytes.Repeat([]byte("x"), 1<<20)}}
	limit(t, s, 0)

	_, err = s.Receive(t.Context(), arrival)
	full(t, err)
	list, err := s.ReceivedList(t.Context(), source.Key, store.ReceivedFilter{}, store.Page[id.ID]{Limit: 10})
	if err != nil || len(list.Items) != 0 || told != 0 {
		t.Errorf("%d are stored, %d were told, %v", len(list.Items), told, err)
	}
	full(t, s.Check(t.Context(), now))
	limit(t, s, -1)

	got, err := s.Receive(t.Context(), arrival)
	if err != nil || got.Repeated || told != 1 {
		t.Errorf("got %+v, %d were told, %v", got.Repeated, told, err)
	}
}
