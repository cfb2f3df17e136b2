package sqlite

import (
	"context"
	"os"
	"time"

	"github.com/posthorn/posthorn/internal/store"
)

// Begin implements store.Keeper.
func (s *Store) Begin(ctx context.Context, run store.Run, now time.Time) error {
	err := s.writer.write(ctx, "begin the run", func(t *tx) error {
		t.w.run = run.Key
		return t.exec("INSERT INTO run VALUES (?, ?, ?, NULL)", run.Key, run.Window, now.UnixMicro())
	})
	if err == nil {
		s.join(run)
	}
	return err
}

// End implements store.Keeper.
func (s *Store) End(ctx context.Context) error {
	return s.writer.write(ctx, "end the run", func(t *tx) error {
		return t.exec("UPDATE run SET ended_at = ? WHERE key = ?", t.w.clock.Now().UnixMicro(), t.w.run)
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

// Agree implements store.Keeper.
func (s *Store) Agree(ctx context.Context, name string, value, former []byte) (agreed []byte, err error) {
	err = s.writer.write(ctx, "agree on "+name, func(t *tx) error {
		if err := t.exec(agree, name, value, former); err != nil {
			return err
		}
		return t.row("SELECT value FROM agreement WHERE name = ?", name).Scan(&agreed)
	})
	return agreed, err
}

const agree = `INSERT INTO agreement VALUES (?, ?)
	ON CONFLICT DO UPDATE SET value = excluded.value WHERE agreement.value = ?`
