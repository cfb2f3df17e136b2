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
	// Another value than before, also if the clock was set back: others tell by it that the run lives.
	done, err := s.hot.Exec(ctx, "UPDATE run SET seen_at = CASE "+databaseNow+" WHEN seen_at THEN seen_at + 1 ELSE "+databaseNow+` END, queued = $2, wire = $3
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

// Fence implements store.Members.
func (s *Store) Fence(ctx context.Context, silent []store.Member) (int, error) {
	keys, seen := make([]int64, len(silent)), make([]int64, len(silent))
	for i, m := range silent {
		keys[i], seen[i] = int64(m.Key), m.SeenAt.UnixMicro()
	}
	return s.fenceRuns(ctx, "EXISTS (SELECT 1 FROM unnest($2::bigint[], $3::bigint[]) AS u (key, seen) WHERE u.key = run.key AND u.seen = run.seen_at)",
		keys, seen)
}

// Bury implements store.Members.
func (s *Store) Bury(ctx context.Context) (int, error) {
	return s.fenceRuns(ctx, "seen_at + lease < "+databaseNow)
}

// fenceRuns declares the other runs dead for which the condition holds.
func (s *Store) fenceRuns(ctx context.Context, condition string, about ...any) (fenced int, err error) {
	err = s.chore(ctx, burying, "look for dead runs", func(tx pgx.Tx) error {
		done, err := tx.Exec(ctx, "UPDATE run SET buried_at = "+databaseNow+` WHERE ended_at IS NULL AND buried_at IS NULL
			AND key <> $1 AND `+condition, append([]any{int64(s.run())}, about...)...)
		if fenced = int(done.RowsAffected()); err != nil || fenced == 0 {
			return err
		}
		return s.changed(ctx, tx, store.Change{Kind: store.MembersChanged})
	})
	if err != nil {
		return 0, err
	}
	return fenced, nil
}
