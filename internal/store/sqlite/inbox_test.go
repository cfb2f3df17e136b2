package sqlite_test

import (
	"bytes"
	"crypto/rand"
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
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

func TestWebhookWhoseBodyIsGoneIsNotProcessedAgain(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "posthorn.db")
	s, ids, now := open(t, file), id.NewSource(rand.Reader), clock.Clock{}.Now()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	a, err := s.CreateApplication(t.Context(), hook.Application{ID: ids.New(now), CreatedAt: now, UpdatedAt: now})
	check(err)
	source, err := s.CreateSource(t.Context(), hook.Source{ID: ids.New(now), ApplicationKey: a.Key, CreatedAt: now, UpdatedAt: now})
	check(err)
	got, err := s.Receive(t.Context(), store.Arrival{Taken: true, Received: hook.Received{
		SourceKey: source.Key, ApplicationKey: a.Key, ID: ids.New(now), ReceivedAt: now, Body: []byte("{}"),
	}})
	check(err)
	check(s.Conclude(t.Context(), store.Conclusion{Key: got.Received.Key, Begun: got.Received.ChangedAt, Status: hook.IntakeFailed}))
	beside, err := sql.Open("sqlite", file)
	check(err)
	defer func() { check(beside.Close()) }()
	_, err = beside.ExecContext(t.Context(), "UPDATE received_content SET body = NULL")
	check(err)

	err = s.Reprocess(t.Context(), source.Key, got.Received.ID, now)
	left, lost := s.ReceivedOne(t.Context(), source.Key, got.Received.ID)

	check(lost)
	if fault.KindOf(err) != fault.Conflict || fault.CodeOf(err) != "body_gone" || left.Status != hook.IntakeFailed || left.Body != nil {
		t.Errorf("got %v and left %+v", err, left)
	}
}
