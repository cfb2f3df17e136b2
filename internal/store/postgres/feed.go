package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/store"
)

const (
	pollEvery = time.Second
	// overlap is how far behind the newest change is read again: what was committed late stands before what was
	// committed early.
	overlap = 10 * time.Second
	// farOverlap is for what was committed very late: a commit may wait for a standby for as long as its caller does, while
	// the nodes give up waiting for others, which are seen from then on. It is looked at every farEvery, in time for a
	// disabled endpoint to be so everywhere.
	farOverlap  = 2 * time.Minute
	farEvery    = 3 * time.Second
	changesKept = time.Hour
	// lookTime is how long a look may take before the connection counts as dead. What was revoked must bite in time.
	lookTime = 3 * time.Second
)

// Follow implements store.Feed. It listens on a connection of its own, and looks at the table once a
// second for what a notification did not tell: a pool in front of the database may swallow them.
func (s *Store) Follow(ctx context.Context, tell func(store.Change)) {
	tell(store.Change{Kind: store.Looking})
	for again := false; ; again = true {
		f := follower{clock: s.clock, tell: tell, told: map[int64]int64{}, far: s.clock.Now()}
		_ = s.follow(ctx, &f, again) // whatever it was, it is tried again; the members are seen to be away elsewhere
		if s.answers(ctx) {
			tell(store.Change{Kind: store.AnythingChanged})
		}
		if pause(ctx, pollEvery) != nil {
			return
		}
	}
}

// answers reports whether the database can be reached by others than a follower: it may have no connection to spare
// for one, and what is in memory must not grow old for as long as that lasts.
func (s *Store) answers(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	return s.prompt.Ping(ctx) == nil
}

// follower is one connection that listens.
type follower struct {
	clock clock.Clock
	conn  *pgx.Conn
	tell  func(store.Change)
	far   time.Time       // of the last look with farOverlap
	last  int64           // when the newest change was made that was told, by the database's clock
	told  map[int64]int64 // numbers of changes that were told, and when they were made
}

// follow listens until the connection breaks. What was missed before it listened again is not known.
func (s *Store) follow(ctx context.Context, f *follower, again bool) (err error) {
	defer f.close(ctx)
	if err := f.listen(ctx, s.dial); err != nil {
		return err
	}
	if again {
		f.tell(store.Change{Kind: store.AnythingChanged})
	}
	for {
		if err := f.look(ctx); err != nil {
			return err
		}
		if err := f.wait(ctx); err != nil {
			return err
		}
	}
}

// listen connects, all in the time of a look: nothing else notices a server that goes without a word meanwhile.
func (f *follower) listen(ctx context.Context, dial *pgx.ConnConfig) (err error) {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	if f.conn, err = pgx.ConnectConfig(ctx, dial); err != nil {
		return err
	}
	if _, err := f.conn.Exec(ctx, "LISTEN "+channel); err != nil {
		return err
	}
	return f.conn.QueryRow(ctx, "SELECT "+databaseNow).Scan(&f.last)
}

func (f *follower) close(ctx context.Context) {
	if f.conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), pollEvery)
	defer cancel()
	_ = f.conn.Close(ctx)
}

// wait returns when there is a change to read, at the latest after pollEvery.
func (f *follower) wait(ctx context.Context) error {
	until, cancel := context.WithTimeout(ctx, pollEvery)
	defer cancel()
	for {
		said, err := f.conn.WaitForNotification(until)
		switch {
		case err != nil && until.Err() != nil && ctx.Err() == nil && !f.conn.IsClosed():
			return nil
		case err != nil:
			return err
		case said.Payload != workWord:
			return nil
		}
		f.tell(store.Change{Kind: store.WorkArrived})
	}
}

// since returns from when on changes are read.
func (f *follower) since() int64 {
	now := f.clock.Now()
	if now.Sub(f.far).Abs() < farEvery {
		return f.last - overlap.Microseconds()
	}
	f.far = now
	return f.last - farOverlap.Microseconds()
}

// look tells the changes that were not told yet, and that it has done so.
func (f *follower) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	f.tell(store.Change{Kind: store.Looking})
	rows, err := f.conn.Query(ctx, "SELECT number, kind, application, endpoint, name, at FROM change WHERE at > $1 ORDER BY number",
		f.since())
	if err != nil {
		return err
	}
	var number, at int64
	var c store.Change
	_, err = pgx.ForEachRow(rows, []any{&number, &c.Kind, &c.Application, &c.Endpoint, &c.Name, &at}, func() error {
		if _, known := f.told[number]; !known {
			f.told[number] = at
			f.tell(c)
		}
		f.last = max(f.last, at)
		return nil
	})
	f.forget()
	if err == nil {
		err = f.checkClock(ctx)
	}
	if err == nil {
		f.tell(store.Change{Kind: store.Looked})
	}
	return err
}

// checkClock begins anew if the clock of the database was set back: changes that are made from then on are older than the
// newest that was told, and would not be read.
func (f *follower) checkClock(ctx context.Context) error {
	var now int64
	if err := f.conn.QueryRow(ctx, "SELECT "+databaseNow).Scan(&now); err != nil {
		return err
	}
	if f.last > now+time.Second.Microseconds() {
		f.last = now
		f.tell(store.Change{Kind: store.AnythingChanged})
	}
	return nil
}

// forget lets go of what cannot be read again.
func (f *follower) forget() {
	for number, at := range f.told {
		if at <= f.last-farOverlap.Microseconds() {
			delete(f.told, number)
		}
	}
}
