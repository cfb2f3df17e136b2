package postgres

import (
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store/pack"
)

// attemptRows are attempts as columns.
type attemptRows struct {
	message, endpoint []int64
	id                [][]byte
	outcome           []int16
	cause             []string
	status            []int32
	trigger           []int16
	number            []int32
	duration          []int64
	url               []string
	response          [][]byte
	headers           []*string
	truncated         []int16
}

const insertAttemptRows = `INSERT INTO attempt SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::smallint[], $5::text[],
	$6::integer[], $7::smallint[], $8::integer[], $9::bigint[], $10::text[], $11::bytea[], $12::text[], $13::smallint[]) ON CONFLICT DO NOTHING`

func (r *attemptRows) add(a *hook.Attempt) {
	r.message, r.endpoint = append(r.message, int64(a.MessageKey)), append(r.endpoint, int64(a.EndpointKey))
	r.id, r.outcome = append(r.id, a.ID[:]), append(r.outcome, int16(a.Outcome))
	r.cause, r.status = append(r.cause, storable(a.Cause)), append(r.status, int32(a.Status))         //nolint:gosec // three digits
	r.trigger, r.number = append(r.trigger, int16(a.Trigger)), append(r.number, int32(a.Number))      //nolint:gosec // a schedule has a handful
	r.duration, r.url = append(r.duration, a.Duration.Microseconds()), append(r.url, storable(a.URL)) // of at most minutes
	r.response, r.headers = append(r.response, a.Response), append(r.headers, unlessEmpty(pack.Headers(a.Headers)))
	r.truncated = append(r.truncated, int16(a.Truncated))
}

func (r *attemptRows) insert(b *pgx.Batch) {
	if len(r.message) > 0 {
		b.Queue(insertAttemptRows, r.args()...)
	}
}

func (r *attemptRows) args() []any {
	return []any{r.message, r.endpoint, r.id, r.outcome, r.cause, r.status, r.trigger, r.number, r.duration, r.url, r.response, r.headers, r.truncated}
}

func insertAttempts(b *pgx.Batch, all []*settlement) {
	var rows attemptRows
	for _, s := range all {
		for _, a := range []*hook.Attempt{s.Earlier, s.Attempt} {
			if a != nil {
				rows.add(a)
			}
		}
	}
	rows.insert(b)
}

// storable makes a text what PostgreSQL keeps: what an endpoint sent must not be able to prevent its
// attempt from being stored.
func storable(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}
