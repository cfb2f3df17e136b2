package postgres

import (
	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/hook"
)

// marks counts, for each endpoint, the deliveries of a dead run that were marked as interrupted. A run sends an
// endpoint's fresh deliveries in publish order and keeps at most its window unsettled, so only the oldest
// open ones, as many as the window, can have left. The counts are in the database, where the next program to go
// on with the run finds them.
type marks struct {
	run     deadRun
	marked  map[hook.Key]int
	changed map[hook.Key]bool
}

func (r *rescue) marksOf(run deadRun) (*marks, error) {
	m := &marks{run: run, marked: map[hook.Key]int{}, changed: map[hook.Key]bool{}}
	rows, err := r.tx.Query(r.ctx, "SELECT endpoint, marked FROM rescued WHERE run = $1", int64(run.key))
	if err != nil {
		return nil, err
	}
	var endpoint hook.Key
	var marked int
	_, err = pgx.ForEachRow(rows, []any{&endpoint, &marked}, func() error { m.marked[endpoint] = marked; return nil })
	return m, err
}

// add counts one more, and reports false if there were as many as the window already.
func (m *marks) add(endpoint hook.Key, window int) bool {
	if m.marked[endpoint] >= window {
		return false
	}
	m.marked[endpoint]++
	m.changed[endpoint] = true
	return true
}

func (m *marks) keep(r *rescue) error {
	if len(m.changed) == 0 {
		return nil
	}
	var endpoints, marked []int64
	for endpoint := range m.changed {
		endpoints, marked = append(endpoints, int64(endpoint)), append(marked, int64(m.marked[endpoint]))
	}
	_, err := r.tx.Exec(r.ctx, `INSERT INTO rescued SELECT $1, endpoint, marked FROM unnest($2::bigint[], $3::bigint[]) AS u (endpoint, marked)
		ON CONFLICT (run, endpoint) DO UPDATE SET marked = excluded.marked`, int64(m.run.key), endpoints, marked)
	return err
}
