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

// BenchmarkPublishAndSettle is the store's whole share of a delivered message: publish with an
// idempotency key, and the settlement of its one delivery, from 64 goroutines for each processor. The
// cases differ in how many may share a transaction and in how many writers there are for settlements.
func BenchmarkPublishAndSettle(b *testing.B) {
	for _, of := range []struct{ group, settlers int }{{1, 2}, {16, 2}, {512, 1}, {512, 2}, {512, 4}} {
		b.Run("group="+strconv.Itoa(of.group)+",settlers="+strconv.Itoa(of.settlers), func(b *testing.B) {
			s := open(b, fresh(b))
			postgres.LimitGroup(s, of.group)
			postgres.UseSettlers(s, of.settlers)
			publishInParallel(b, s)
		})
	}
}

func publishInParallel(b *testing.B, s *postgres.Store) {
	ids := id.NewSource(rand.Reader)
	payload := bytes.Repeat([]byte("x"), 1024)
	b.SetParallelism(64)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := publishAndSettle(b.Context(), s, ids, payload); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}

func publishAndSettle(ctx context.Context, s *postgres.Store, ids *id.Source, payload []byte) error {
	now := time.Now()
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
