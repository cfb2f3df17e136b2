package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"

	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

// WALKept is how long the WAL may stay.
const WALKept = walKept

// Walks returns the queries behind the lists of history, as both directions run them.
func Walks() []string {
	var all []string
	for query, column := range map[string]string{
		messageWalk: "m.id", attemptWalkOfEndpoint: "a.id", attemptWalkOfBoth: "a.id", destinationWalk: "e.id", endpointMessageWalk: "a.id",
		receivedWalk: "r.id", receivedSized: "r.id", allSources: "id", sourcesOfApplication: "id",
		selectApplication + "id >= ? AND id < ?": "id", selectEndpoint + "application = ? AND id >= ? AND id < ?": "id",
	} {
		for _, ascending := range []bool{true, false} {
			all = append(all, order(query, column, store.Page[id.ID]{Ascending: ascending}))
		}
	}
	return append(all, newestEvents, messageWithName, receivedOf, dueReceived, overReceived, selectSamples)
}

// WriterSettings returns journal_mode and synchronous of the connection that writes.
func WriterSettings(ctx context.Context, s *Store) (settings string, err error) {
	err = s.writer.write(ctx, "read the settings", func(t *tx) error {
		return t.row("SELECT (SELECT journal_mode FROM pragma_journal_mode) || ' ' || (SELECT synchronous FROM pragma_synchronous)").Scan(&settings)
	})
	return settings, err
}

// Plan returns the steps by which SQLite would run a query (https://sqlite.org/eqp.html).
func Plan(ctx context.Context, db *sql.DB, query string) (steps []string, err error) {
	arguments := make([]any, strings.Count(query, "?"))
	rows, err := db.QueryContext(ctx, "EXPLAIN QUERY PLAN "+query, arguments...)
	if err != nil {
		return nil, err
	}
	defer func() { err = closeRows(rows, err) }()
	for rows.Next() {
		var number, parent, unused int
		var step string
		if err := rows.Scan(&number, &parent, &unused, &step); err != nil {
			return nil, err
		}
		steps = append(steps, step)
	}
	return steps, nil
}

// LimitGroup makes groups of at most n publishes and n settlements: what commits of one's own cost.
func LimitGroup(s *Store, n int) {
	s.writer.mu.Lock()
	defer s.writer.mu.Unlock()
	s.writer.most = n
}

// LimitPages lets the database grow by that many pages from now on, and without a limit for less than zero:
// a disk that is full.
func LimitPages(ctx context.Context, s *Store, more int) error {
	return s.writer.write(ctx, "limit the pages", func(t *tx) error {
		most := int64(1) << 31
		if more >= 0 {
			if err := t.row("PRAGMA page_count").Scan(&most); err != nil {
				return err
			}
			most += int64(more)
		}
		return t.row("PRAGMA max_page_count = " + strconv.FormatInt(most, 10)).Scan(&most)
	})
}

// HoldReaders keeps every connection of lists and history busy until the release.
func HoldReaders(ctx context.Context, s *Store) (release func() error, err error) {
	held := make([]*sql.Conn, readers)
	for i := range held {
		if held[i], err = s.read.Conn(ctx); err != nil {
			return nil, err
		}
	}
	return func() (err error) {
		for _, conn := range held {
			err = errors.Join(err, conn.Close())
		}
		return err
	}, nil
}
