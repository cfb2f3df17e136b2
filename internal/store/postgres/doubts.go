package postgres

import (
	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
)

// doubts are settlements of which their writer could not find out in time if they are stored: a commit that waits for
// a standby, or a network that swallows everything, takes longer than anybody should wait. They come again, and must
// not be counted twice: a message whose open deliveries were counted off twice is taken for done while one is open.
type doubts map[doubt]bool

type doubt struct {
	message, endpoint hook.Key
	attempt           id.ID // zero if nothing left
}

func (s *settlement) doubt() doubt {
	d := doubt{message: s.Delivery.MessageKey, endpoint: s.Delivery.EndpointKey}
	if s.Attempt != nil {
		d.attempt = s.Attempt.ID
	}
	return d
}

// learn notes what err leaves in doubt of a group, and forgets what is stored. Other errors leave it as it was.
func (d doubts) learn(all []*settlement, err error) {
	switch {
	case fault.CodeOf(err) == outcomeUnknown:
		for _, s := range all {
			d[s.doubt()] = true
		}
	case err == nil && len(d) > 0:
		for _, s := range all {
			delete(d, s.doubt())
		}
	}
}

// recall marks those of a group that may be stored already.
func (d doubts) recall(all []*settlement) {
	if len(d) == 0 {
		return
	}
	for _, s := range all {
		s.again = d[s.doubt()]
	}
}

// unstored finds those of a group that are not stored yet. A settlement is stored as a whole, so its attempt says
// whether it is; to insert that waits for a transaction that is still at it.
type unstored struct {
	all      []*settlement
	inserted map[id.ID]bool
}

// steps returns what to do before the others, which is nothing unless something is in doubt.
func (u *unstored) steps() []step {
	for _, s := range u.all {
		if s.again {
			return []step{u.ask}
		}
	}
	return nil
}

func (u *unstored) ask(b *pgx.Batch) error {
	u.inserted = map[id.ID]bool{}
	var rows attemptRows
	for _, s := range u.all {
		if s.again && s.Attempt != nil {
			rows.add(s.Attempt)
		}
	}
	b.Queue(insertAttemptRows+" RETURNING id", rows.args()...).Query(func(found pgx.Rows) error {
		var made []byte
		_, err := pgx.ForEachRow(found, []any{&made}, func() error { u.inserted[id.ID(made)] = true; return nil })
		return err
	})
	return nil
}

// some returns those that are to be stored.
func (u *unstored) some() []*settlement {
	if u.inserted == nil {
		return u.all
	}
	some := make([]*settlement, 0, len(u.all))
	for _, s := range u.all {
		if !s.again || s.Attempt == nil || u.inserted[s.Attempt.ID] {
			some = append(some, s)
		}
	}
	return some
}

// countable reports whether s is surely counted for the first time. One without an attempt cannot be told: to leave
// it out costs a number in a statistic and a row that says "maybe open", to count it twice may cost a delivery.
func (s *settlement) countable() bool { return !s.again || s.Attempt != nil }
