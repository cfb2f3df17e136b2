package postgres_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"strconv"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/postgres"
)

// BenchmarkReceive is the store's whole share of a received webhook: it is stored, told apart from others, and
// concluded once it became a message, from 64 goroutines for each processor.
func BenchmarkReceive(b *testing.B) {
	for _, group := range []int{1, 16, 512} {
		b.Run("group="+strconv.Itoa(group), func(b *testing.B) {
			s := open(b, fresh(b))
			postgres.LimitGroup(s, group)
			source := benchedSource(b, s)
			ids, body := id.NewSource(rand.Reader), bytes.Repeat([]byte("x"), 1024)
			b.SetParallelism(64)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := receiveAndConclude(b.Context(), s, source, ids, body); err != nil {
						b.Error(err)
						return
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "webhooks/s")
		})
	}
}

// benchedSource stores a source.
func benchedSource(b *testing.B, s *postgres.Store) hook.Source {
	b.Helper()
	now, ids := time.Now(), id.NewSource(rand.Reader)
	a, err := s.CreateApplication(b.Context(), hook.Application{ID: ids.New(now), Name: "Acme", CreatedAt: now, UpdatedAt: now})
	if err != nil {
		b.Fatal(err)
	}
	source, err := s.CreateSource(b.Context(), hook.Source{ID: ids.New(now), ApplicationKey: a.Key, Provider: "github", CreatedAt: now, UpdatedAt: now})
	if err != nil {
		b.Fatal(err)
	}
	return source
}

func receiveAndConclude(ctx context.Context, s *postgres.Store, source hook.Source, ids *id.Source, body []byte) error {
	now := time.Now()
	a := store.Arrival{Taken: true, SameUntil: now.Add(24 * time.Hour), Received: hook.Received{
		SourceKey: source.Key, ApplicationKey: source.ApplicationKey, ID: ids.New(now), Method: "POST", ContentType: "application/json",
		Headers: map[string][]string{"X-Github-Event": {"push"}, "X-Github-Delivery": {"72d3162e-cc78-11e3-81ab-4c9367dc0958"}, "Content-Type": {"application/json"},
			"User-Agent": {"GitHub-Hookshot/044aadd"}, "X-Hub-Signature-256": {"sha256=d57c68ca6f92289e6987922ff26938930f6e66a2d161ef06abdf1859230aa23c"}},
		Remote: "192.0.2.7", KeyHint: "abcd", Body: body, EventID: "72d3162e-cc78-11e3-81ab-4c9367dc0958", EventType: "push", ReceivedAt: now}}
	random := ids.New(now)
	copy(a.Same[:], random[4:])
	got, err := s.Receive(ctx, a)
	if err != nil {
		return err
	}
	return s.Conclude(ctx, store.Conclusion{Key: got.Received.Key, Status: hook.IntakeDone, Message: ids.New(now)})
}
