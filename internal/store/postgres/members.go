package postgres

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/store"
)

// Renew implements store.Members. It uses the writers' connections, which nothing slow occupies.
func (s *Store) Renew(ctx context.Context, held store.Held) error {
	if s.stopped() {
		return errStopped()
	}
	done, err := s.hot.Exec(ctx, "UPDATE run SET seen_at = "+databaseNow+`, queued = $2, wire = $3
		WHERE key = $1 AND ended_at IS NULL AND buried_at IS NULL RETURNING `+flushed, int64(s.run()), held.Queued, held.Wire)
	if err != nil {
		return translate("renew the lease", err)
	}
	if done.RowsAffected() == 0 {
		return fault.New(fault.Conflict, "lease_lost", "This run ended, or others have taken it for dead.")
	}
	return nil
}

// Members implements store.Members.
func (s *Store) Members(ctx context.Context) ([]store.Member, error) {
	rows, err := s.prompt.Query(ctx, `SELECT key, reach, lease, name, address, version, roles, identity, queued, wire, started_at, seen_at
		FROM run WHERE ended_at IS NULL AND buried_at IS NULL ORDER BY started_at, key`)
	if err != nil {
		return nil, translate("list the members", err)
	}
	members, err := pgx.CollectRows(rows, scanMember)
	for i := range members {
		members[i].Own = members[i].Key == s.run()
	}
	return members, translate("list the members", err)
}

func scanMember(row pgx.CollectableRow) (m store.Member, err error) {
	var lease, started, seen int64
	var roles string
	err = row.Scan(&m.Key, &m.Window, &lease, &m.Node.Name, &m.Node.Address, &m.Node.Version, &roles, &m.Node.Identity,
		&m.Queued, &m.Wire, &started, &seen)
	m.Lease, m.StartedAt, m.SeenAt = time.Duration(lease)*time.Microsecond, timeAt(started), timeAt(seen)
	if roles != "" {
		m.Node.Roles = strings.Split(roles, ",")
	}
	return m, err
}

// Bury implements store.Members.
func (s *Store) Bury(ctx context.Context) (buried int, err error) {
	err = s.chore(ctx, burying, "look for dead runs", func(tx pgx.Tx) error {
		done, err := tx.Exec(ctx, "UPDATE run SET buried_at = "+databaseNow+` WHERE ended_at IS NULL AND buried_at IS NULL
			AND key <> $1 AND seen_at + lease < `+databaseNow, int64(s.run()))
		if buried = int(done.RowsAffected()); err != nil || buried == 0 {
			return err
		}
		return s.changed(ctx, tx, store.Change{Kind: store.MembersChanged})
	})
	if err != nil {
		return 0, err
	}
	return buried, nil
}
