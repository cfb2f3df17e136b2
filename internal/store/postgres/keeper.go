package postgres

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
)

// Begin implements store.Keeper. Other runs live on, unlike in the embedded engine: only the run that this
// store was, and one that had the same identity, are known to be dead.
func (s *Store) Begin(ctx context.Context, run store.Run, now time.Time) error {
	var me *self
	err := s.write(ctx, "begin the run", func(tx pgx.Tx) (err error) {
		if err := alone(ctx, tx, beginning); err != nil {
			return err
		}
		if err := s.checkClock(ctx, tx); err != nil {
			return err
		}
		if err := buryFormer(ctx, tx, s.run(), run.Node.Identity); err != nil {
			return err
		}
		if err := s.enoughDays(ctx, tx); err != nil {
			return err
		}
		me, err = insertRun(ctx, tx, run, now)
		if err == nil {
			err = s.changed(ctx, tx, store.Change{Kind: store.MembersChanged})
		}
		return err
	})
	if err == nil {
		s.self.Store(me)
	}
	return err
}

func buryFormer(ctx context.Context, tx pgx.Tx, former hook.Key, identity string) error {
	_, err := tx.Exec(ctx, `UPDATE run SET buried_at = `+databaseNow+` WHERE ended_at IS NULL AND buried_at IS NULL
		AND (key = $1 OR identity = $2 AND $2 <> '')`, int64(former), identity)
	return err
}

// insertRun takes the smallest slot that no living run has.
func insertRun(ctx context.Context, tx pgx.Tx, run store.Run, now time.Time) (*self, error) {
	var slot int64
	err := tx.QueryRow(ctx, `SELECT slot FROM generate_series(0, $1::integer - 1) AS slot WHERE slot NOT IN
		(SELECT r.slot FROM run r WHERE r.ended_at IS NULL AND r.buried_at IS NULL) ORDER BY slot LIMIT 1`, slots).Scan(&slot)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.Unavailable, "too_many_nodes", "There are %d nodes on this database already: stop one of them.", slots)
	}
	if err != nil {
		return nil, err
	}
	keys, err := keysAfter(ctx, tx, newestMessage, slot, now)
	if err != nil {
		return nil, err
	}
	inbox, err := keysAfter(ctx, tx, newestReceived, slot, now)
	if err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO run (key, slot, reach, lease, name, address, version, roles, identity, started_at, seen_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, `+databaseNow+`)`, int64(run.Key), slot, run.Window, run.Lease.Microseconds(),
		run.Node.Name, run.Node.Address, run.Node.Version, strings.Join(run.Node.Roles, ","), run.Node.Identity, now.UnixMicro())
	return &self{key: run.Key, slot: slot, keys: keys, inbox: inbox}, err
}

// End implements store.Keeper. A run that was buried stays so: its work is others' by now.
func (s *Store) End(ctx context.Context) error {
	return s.write(ctx, "end the run", func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE run SET ended_at = "+databaseNow+" WHERE key = $1 AND buried_at IS NULL", int64(s.run()))
		if err != nil {
			return err
		}
		return s.changed(ctx, tx, store.Change{Kind: store.MembersChanged})
	})
}

// Agree implements store.Keeper. Of two programs at the same time the second waits for the first, and then sees
// what it stored: a statement sees what was committed before it began.
func (s *Store) Agree(ctx context.Context, name string, value, former []byte) (agreed []byte, err error) {
	err = s.write(ctx, "agree on "+name, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, agree, name, append([]byte{}, value...), former); err != nil {
			return err
		}
		return tx.QueryRow(ctx, "SELECT value FROM agreement WHERE name = $1", name).Scan(&agreed)
	})
	return agreed, err
}

const agree = `INSERT INTO agreement VALUES ($1, $2)
	ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE agreement.value = $3`

// Describe implements store.Keeper.
func (s *Store) Describe(ctx context.Context) (store.Description, error) {
	d := store.Description{Engine: "postgres"}
	settings, err := s.settings(ctx)
	if err == nil {
		err = s.prompt.QueryRow(ctx, "SELECT current_setting('server_version'), pg_database_size(current_database()), (SELECT max(version_id) FROM posthorn_schema_version)").
			Scan(&d.Version, &d.Bytes, &d.Schema)
	}
	d.Durability = settings.String()
	return d, translate("describe the database", err)
}
