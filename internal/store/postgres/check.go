package postgres

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/fault"
)

// How many bytes a check writes: as many as the last group that found no room, so that health does not say that
// all is well while publishes are refused.
const (
	leastProbe = 64 << 10
	mostProbe  = 4 << 20
)

// Check implements store.Keeper.
func (s *Store) Check(ctx context.Context, now time.Time) error {
	probe := make([]byte, min(max(leastProbe, s.refused.Load()), mostProbe))
	_, _ = rand.Read(probe) // never fails; random, since what can be compressed takes no room
	err := s.write(ctx, "write to the database", func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO heartbeat VALUES (1, $1, $2) ON CONFLICT (one) DO UPDATE SET at = excluded.at, room = excluded.room",
			now.UnixMicro(), probe)
		return err
	})
	if err == nil {
		s.refused.Store(0)
	}
	return err
}

// noteRefused remembers how much a group of messages wanted to write when there was no room.
func (s *Store) noteRefused(all []*publication, err error) {
	if fault.CodeOf(err) != "disk_full" {
		return
	}
	const each = 1 << 10 // the row, its place in the indexes, and what else a message changes
	var total int64
	for _, p := range all {
		total += each + int64(len(p.Message.Payload))
	}
	s.refused.Store(total)
}
