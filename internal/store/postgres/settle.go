package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
)

// settlement is a step of a delivery waiting for its group.
type settlement struct {
	store.Settlement
	store.CommitWaiter
	again bool // an earlier try may be stored, see doubts
	done  chan error
}

// Settle implements store.Journal. What a run that lost its lease settles is stored as an attempt, and ends a leased
// delivery that went well before others took it over. It changes nothing else: that is no error, since to try again
// would not help.
func (s *Store) Settle(_ context.Context, step store.Settlement) error {
	waiting := &settlement{Settlement: step, done: make(chan error, 1)}
	return translate("settle the delivery", queued(s, store.Settling, s.settler(step.Delivery.MessageKey), waiting, 0, waiting.done))
}

// settler returns the writer for a message: always the same, so that two of them never wait for each other.
func (s *Store) settler(message hook.Key) *gatherer[*settlement] {
	return s.settlers[uint64(message/slots)%uint64(len(s.settlers))] //nolint:gosec // keys are not negative
}

func (s *settlement) answer(err error) { s.done <- err }

// settleAll stores the settlements of a group. The run is asked for last: if it is alive behind everything that
// the group did, nobody has taken its work meanwhile, and what it has locked nobody takes before the commit.
func (s *Store) settleAll(ctx context.Context, writer int, all []*settlement) error {
	me := s.self.Load()
	if me == nil {
		return errLost()
	}
	now := s.clock.Now()
	var isAlive bool
	rest := unstored{all: all}
	err := s.transact(ctx, "store a group of settlements", append(rest.steps(),
		func(b *pgx.Batch) error {
			some := rest.some()
			insertAttempts(b, some)
			moveDeliveries(b, me.key, some)
			closeMessages(b, me.key, some)
			count(b, me.writer(writer), some, now)
			recordHealth(b, some, now)
			fence(b, me.key, &isAlive)
			return nil
		},
		func(*pgx.Batch) error { return orLost(isAlive) })...)
	if fault.CodeOf(err) == "lease_lost" {
		return s.settleLate(ctx, me, writer, all)
	}
	return err
}

// settleLate stores what a buried run learned. A delivery that it had leased and that went well ends with that, unless
// somebody has taken the row meanwhile: sent again, it would be there twice for nothing.
func (s *Store) settleLate(ctx context.Context, me *self, writer int, all []*settlement) error {
	var ended []hook.Key
	return s.transact(ctx, "store attempts", func(b *pgx.Batch) error {
		insertAttempts(b, all)
		var done deliveryRows
		for _, s := range all {
			if !s.Fresh && s.Delivery.State == hook.Delivered {
				done.add(s.Delivery)
			}
		}
		b.Queue(endDeliveries, done.endpoint, done.message, int64(me.key)).Query(func(rows pgx.Rows) (err error) {
			ended, err = pgx.CollectRows(rows, pgx.RowTo[hook.Key])
			return err
		})
		return nil
	}, func(b *pgx.Batch) error {
		tallies := map[hook.Key]*store.Counts{}
		for _, endpoint := range ended {
			if tallies[endpoint] == nil {
				tallies[endpoint] = &store.Counts{}
			}
			tallies[endpoint].Success++
		}
		addTallies(b, me.writer(writer), tallies, s.clock.Now())
		return nil
	})
}

// moveDeliveries writes the rows of deliveries that have something to say, and removes those that no
// longer have: a delivered one is told by its attempts.
func moveDeliveries(b *pgx.Batch, run hook.Key, all []*settlement) {
	var fresh, moved, done deliveryRows
	for _, s := range all {
		switch d := s.Delivery; {
		case s.Fresh && d.State == hook.Delivered:
		case s.Fresh:
			fresh.add(d)
		case d.State == hook.Delivered:
			done.add(d)
		default:
			moved.add(d)
		}
	}
	fresh.insert(b)
	if len(moved.message) > 0 {
		b.Queue(`UPDATE delivery d SET state = u.state, attempts = u.attempts, due_at = u.due_at, trigger = u.trigger, reason = u.reason, run = 0
			FROM `+unnestDeliveries+` WHERE d.endpoint = u.endpoint AND d.message = u.message AND d.state = 1 AND d.run = $9`,
			append(moved.args(), int64(run))...)
	}
	if len(done.message) > 0 {
		b.Queue(endDeliveries, done.endpoint, done.message, int64(run))
	}
}

// endDeliveries removes rows that the run holds, and returns the endpoints of those that it did hold.
const endDeliveries = `DELETE FROM delivery d USING unnest($1::bigint[], $2::bigint[]) AS u (endpoint, message)
	WHERE d.endpoint = u.endpoint AND d.message = u.message AND d.state = 1 AND d.run = $3 RETURNING d.endpoint`

// closeMessages takes messages whose last fresh delivery was settled out of the open work.
func closeMessages(b *pgx.Batch, run hook.Key, all []*settlement) {
	var single []int64
	counted := map[hook.Key]int64{}
	for _, s := range all {
		switch {
		case !s.Fresh:
		case s.Fan <= 1:
			single = append(single, int64(s.Delivery.MessageKey))
		case s.countable():
			counted[s.Delivery.MessageKey]++
		}
	}
	if len(single) > 0 {
		b.Queue("DELETE FROM open_message WHERE run = $1 AND message = ANY($2::bigint[])", int64(run), single)
	}
	if len(counted) == 0 {
		return
	}
	var messages, settled []int64
	for message, n := range counted {
		messages, settled = append(messages, int64(message)), append(settled, n)
	}
	b.Queue(`UPDATE open_message o SET remaining = o.remaining - u.settled FROM unnest($2::bigint[], $3::bigint[]) AS u (message, settled)
		WHERE o.run = $1 AND o.message = u.message`, int64(run), messages, settled)
	b.Queue("DELETE FROM open_message WHERE run = $1 AND message = ANY($2::bigint[]) AND remaining <= 0", int64(run), messages)
}

// count keeps the hourly numbers of ended deliveries.
func count(b *pgx.Batch, writer int64, all []*settlement, now time.Time) {
	tallies := map[hook.Key]*store.Counts{}
	for _, s := range all {
		if !s.Delivery.State.Ended() || !s.countable() {
			continue
		}
		tally := tallies[s.Delivery.EndpointKey]
		if tally == nil {
			tally = &store.Counts{}
			tallies[s.Delivery.EndpointKey] = tally
		}
		switch s.Delivery.State {
		case hook.Delivered:
			tally.Success++
		case hook.Exhausted:
			tally.Failed++
		default:
			tally.Canceled++
		}
	}
	addTallies(b, writer, tallies, now)
}

// addTallies adds to the rows of this writer: nobody else touches them, so nobody waits.
func addTallies(b *pgx.Batch, writer int64, tallies map[hook.Key]*store.Counts, now time.Time) {
	var endpoints, success, failed, canceled []int64
	for endpoint, tally := range tallies {
		endpoints, success = append(endpoints, int64(endpoint)), append(success, tally.Success)
		failed, canceled = append(failed, tally.Failed), append(canceled, tally.Canceled)
	}
	if len(endpoints) > 0 {
		b.Queue(`INSERT INTO tally SELECT endpoint, $2::integer, $3::bigint, success, failed, canceled
			FROM unnest($1::bigint[], $4::bigint[], $5::bigint[], $6::bigint[]) AS u (endpoint, success, failed, canceled) ORDER BY endpoint
			ON CONFLICT (endpoint, hour, writer) DO UPDATE SET success = tally.success + excluded.success,
			failed = tally.failed + excluded.failed, canceled = tally.canceled + excluded.canceled`,
			endpoints, hourOf(now), writer, success, failed, canceled)
	}
}

// writer returns the number under which one of this run's writers counts.
func (me *self) writer(n int) int64 { return me.slot*writersOfRun + int64(n) }

const (
	writersOfRun = 8
	canceler     = writersOfRun - 1 // whoever cancels in bulk
)

func recordHealth(b *pgx.Batch, all []*settlement, now time.Time) {
	var changes []store.Change
	for _, s := range all {
		d := s.Delivery
		if s.Health != nil {
			setHealth(b, d.EndpointKey, *s.Health, now)
			changes = append(changes, endpointChanged(d.ApplicationKey, d.EndpointKey))
		}
		for _, e := range s.Events {
			b.Queue("INSERT INTO event VALUES ($1, $2, $3, $4, $5)", e.ID[:], int64(e.ApplicationKey), e.Type, e.Data, micros(e.CreatedAt))
		}
	}
	announce(b, changes...)
}

func setHealth(b *pgx.Batch, endpoint hook.Key, h hook.Health, now time.Time) {
	if h.Disabled == "" {
		b.Queue("UPDATE endpoint SET failing_since = $1 WHERE key = $2", micros(h.FailingSince), int64(endpoint))
		return
	}
	b.Queue(`UPDATE endpoint SET failing_since = $1, disabled = true, disabled_reason = $2, updated_at = $3
		WHERE key = $4 AND NOT disabled`, micros(h.FailingSince), h.Disabled, now.UnixMicro(), int64(endpoint))
}
