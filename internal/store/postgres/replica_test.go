package postgres_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/postgres"
	"github.com/posthorn/posthorn/test/pg"
)

func TestPrimaryIsReadWhileTheReplicaIsAway(t *testing.T) {
	t.Parallel()
	primary := fresh(t)
	name := pg.Name()
	replica, err := url.Parse(primary)
	check(t, err)
	replica.Path = "/" + name
	var steady atomic.Int64
	var log bytes.Buffer
	s := openWith(t, postgres.Options{
		URL: primary, ReadURL: replica.String(), Log: slog.New(slog.NewTextHandler(&log, nil)),
		Clock: clock.Clock{}.Keeping(func() time.Duration { return time.Duration(steady.Load()) }),
	})
	check(t, s.Begin(t.Context(), store.Run{Key: 1, Window: 64, Lease: time.Minute}, clock.Clock{}.Now()))
	a := application(t, s)
	m, err := s.Publish(t.Context(), publication(a, newIDs()))
	check(t, err)
	listed := func() int {
		list, err := s.Messages(t.Context(), a.Key, store.MessageFilter{}, store.Page[id.ID]{Limit: 10})
		check(t, err)
		return len(list.Items)
	}

	if first, second := listed(), listed(); first != 1 || second != 1 {
		t.Errorf("message %d is not listed", m.Message.Key)
	}
	if _, err := s.Counts(t.Context(), 1, time.Unix(0, 0), time.Unix(1e9, 0)); err != nil {
		t.Errorf("counts: %v", err)
	}
	if lines := strings.Count(log.String(), "reading the primary instead"); lines != 1 {
		t.Errorf("%d lines in the log:\n%s", lines, log.String())
	}

	steady.Add(int64(time.Minute))
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Messages(gone, a.Key, store.MessageFilter{}, store.Page[id.ID]{Limit: 10}); err == nil || strings.Contains(log.String(), "answers again") {
		t.Errorf("a caller that gave up: %v, and the log says\n%s", err, log.String())
	}

	maintenance := *replica
	maintenance.Path = "/postgres"
	db := raw(t, maintenance.String())
	_, err = db.ExecContext(t.Context(), "CREATE DATABASE "+name+" TEMPLATE "+template.name)
	check(t, err)
	t.Cleanup(func() {
		_, err := db.ExecContext(context.WithoutCancel(t.Context()), "DROP DATABASE "+name+" WITH (FORCE)")
		check(t, err)
	})
	steady.Add(int64(time.Minute))
	if listed() != 0 || !strings.Contains(log.String(), "the replica answers again") { // it has no messages
		t.Errorf("the replica is not read again:\n%s", log.String())
	}
}
