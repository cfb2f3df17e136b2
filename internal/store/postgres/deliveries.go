package postgres

import (
	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/hook"
)

// deliveryRows are deliveries as columns.
type deliveryRows struct {
	endpoint, message, application []int64
	state                          []int16
	attempts                       []int32
	due                            []int64
	trigger                        []int16
	reason                         []string
}

func (r *deliveryRows) add(d hook.Delivery) {
	r.endpoint, r.message = append(r.endpoint, int64(d.EndpointKey)), append(r.message, int64(d.MessageKey))
	r.application, r.state = append(r.application, int64(d.ApplicationKey)), append(r.state, int16(d.State))
	r.attempts, r.due = append(r.attempts, int32(d.Attempts)), append(r.due, dueMicros(d)) //nolint:gosec // a schedule has a handful
	r.trigger, r.reason = append(r.trigger, int16(d.Trigger)), append(r.reason, d.Reason)
}

func (r *deliveryRows) args() []any {
	return []any{r.endpoint, r.message, r.application, r.state, r.attempts, r.due, r.trigger, r.reason}
}

const unnestDeliveries = `unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::smallint[], $5::integer[], $6::bigint[],
	$7::smallint[], $8::text[]) AS u (endpoint, message, application, state, attempts, due_at, trigger, reason)`

// A row that exists already was made by a replay while the first attempt was on its way: it stands.
const insertDeliveries = "INSERT INTO delivery SELECT u.*, 0 FROM " + unnestDeliveries + " ORDER BY endpoint, message ON CONFLICT DO NOTHING"

func (r *deliveryRows) insert(b *pgx.Batch) {
	if len(r.message) > 0 {
		b.Queue(insertDeliveries, r.args()...)
	}
}
