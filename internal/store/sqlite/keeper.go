package sqlite

import (
	"context"
	"os"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
)

// Begin implements store.Keeper.
func (s *Store) Begin(ctx context.Context, run hook.Key, window int, now time.Time) error {
	return s.writer.write(ctx, "begin the run", func(t *tx) error {
		t.w.run = run
		return t.exec("INSERT INTO run VALUES (?, ?, ?, NULL)", run, window, now.UnixMicro())
	})
}

// End implements store.Keeper.
func (s *Store) End(ctx context.Context) error {
	return s.writer.write(ctx, "end the run", func(t *tx) error {
		return t.exec("UPDATE run SET ended_at = ? WHERE key = ?", t.w.clock.Now().UnixMicro(), t.w.run)
	})
}

// Check implements store.Keeper.
func (s *Store) Check(ctx context.Context, now time.Time) error {
	return s.writer.write(ctx, "write to the database", func(t *tx) error {
		return t.exec("INSERT INTO heartbeat VALUES (1, ?) ON CONFLICT DO UPDATE SET at = excluded.at", now.UnixMicro())
	})
}

// Describe implements store.Keeper.
func (s *Store) Describe(ctx context.Context) (store.Description, error) {
	d := store.Description{Engine: "sqlite"}
	var journal string
	var synchronous int
	err := s.read.QueryRowContext(ctx, "SELECT sqlite_version(), (SELECT max(version_id) FROM goose_db_version)").Scan(&d.Version, &d.Schema)
	if err == nil {
		err = s.read.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&journal)
	}
	if err == nil {
		err = s.read.QueryRowContext(ctx, "PRAGMA synchronous").Scan(&synchronous)
	}
	if err != nil {
		return d, translate("describe the database", err)
	}
	d.Durability = "journal_mode=" + journal + " synchronous=" + [...]string{"OFF", "NORMAL", "FULL", "EXTRA"}[synchronous]
	d.Bytes = sizeOf(s.path) + sizeOf(s.path+"-wal")
	return d, nil
}

func sizeOf(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0 // not there yet, as the WAL before the first write
	}
	return info.Size()
}
