package storetest

import (
	"bytes"
	"context"
	"crypto/rand"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

// BenchPublish measures a store's whole share of a delivered message: publish with an idempotency key, and the
// settlement of its one delivery, from 64 goroutines for each processor.
func BenchPublish(b *testing.B, s store.Store) {
	b.Helper()
	ids, payload := id.NewSource(rand.Reader), bytes.Repeat([]byte("x"), 1024)
	inParallel(b, "messages/s", func() error { return publishAndSettle(b.Context(), s, ids, payload) })
}

// BenchReceive measures a store's whole share of a received webhook: it is stored, told apart from others, and
// concluded once it became a message, from 64 goroutines for each processor.
func BenchReceive(b *testing.B, s store.Store) {
	b.Helper()
	source := benchedSource(b, s)
	ids, body := id.NewSource(rand.Reader), bytes.Repeat([]byte("x"), 1024)
	inParallel(b, "webhooks/s", func() error { return receiveAndConclude(b.Context(), s, source, ids, body) })
}

func inParallel(b *testing.B, unit string, do func() error) {
	b.Helper()
	b.SetParallelism(64)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := do(); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), unit)
}

func publishAndSettle(ctx context.Context, s store.Store, ids *id.Source, payload []byte) error {
	now := clock.Clock{}.Now()
	claim := &store.Claim{ExpiresAt: now.Add(72 * time.Hour)}
	random := ids.New(now)
	copy(claim.Key[:], random[4:])
	receipt, err := s.Publish(ctx, store.Publication{
		Claim: claim,
		Message: hook.Message{ApplicationKey: 1, ID: ids.New(now), EventType: "bench.done", Payload: payload, CreatedAt: now,
			PayloadUntil: now.Add(90 * 24 * time.Hour), Targets: []hook.Key{1}},
	})
	if err != nil {
		return err
	}
	m := receipt.Message
	return s.Settle(ctx, store.Settlement{
		Fresh: true, Fan: 1,
		Attempt: &hook.Attempt{ID: ids.New(now), MessageKey: m.Key, EndpointKey: 1, Status: 200, Number: 1,
			URL: "http://127.0.0.1:9999/hook", Duration: time.Millisecond, Response: []byte("ok")},
		Delivery: hook.Delivery{MessageKey: m.Key, EndpointKey: 1, State: hook.Delivered},
	})
}

// benchedSource stores a source.
func benchedSource(b *testing.B, s store.Store) hook.Source {
	b.Helper()
	now, ids := clock.Clock{}.Now(), id.NewSource(rand.Reader)
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

func receiveAndConclude(ctx context.Context, s store.Store, source hook.Source, ids *id.Source, body []byte) error {
	now := clock.Clock{}.Now()
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
	return s.Conclude(ctx, store.Conclusion{Key: got.Received.Key, Begun: got.Received.ChangedAt, Status: hook.IntakeDone, Message: ids.New(now)})
}
