package postgres

import (
	"maps"
	"net"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/walk"
)

// BeginView begins the transaction that lists are read in.
const BeginView = beginView

// Complete returns a query as it runs: in the given direction, for the given number of rows.
func Complete(query string, ascending bool, rows int) string {
	return ordered(query, store.Page[id.ID]{Ascending: ascending}, rows)
}

// Walks returns the queries behind the lists of history and of the catalogue, in both directions, for the smallest and
// the largest piece of a page.
func Walks() []string {
	all := map[string]bool{newestEvents: true, selectSamples: true, receivedOf: true, overReceived: true}
	for _, query := range []string{
		messageWalk, attemptWalkOfEndpoint, attemptWalkByTopic, attemptWalkOfBoth, destinationWalk, endpointMessageWalk, endpointMessageByTopic,
		applicationWalk, endpointWalk, eventTypeWalk, allSources, sourcesOfApplication, receivedWalk, receivedSized,
	} {
		for _, rows := range []int{firstPiece, walk.Most + 1} {
			all[Complete(query, true, rows)] = true
			all[Complete(query, false, rows)] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// Lookups returns the queries that fill a page.
func Lookups() []string {
	return []string{messagesBare, messagesWhole, attemptsBare, attemptsWhole, destinationsAsked, receivedBare, receivedWhole}
}

// ByIndex is what the queries of the inbox are planned with.
const ByIndex = byIndex

// KeyedUpdates returns the queries that change what was received.
func KeyedUpdates() []string { return []string{conclude, takeReceived, returnStuck, reprocess} }

// MostSilence is mostSilence.
const MostSilence = mostSilence

// Watched returns a dialer whose connections bear no longer silence.
func Watched(dial pgconn.DialFunc, most time.Duration) pgconn.DialFunc {
	var s silence
	s.Store(int64(most))
	return s.over(dial)
}

// Translate is translate.
func Translate(doing string, err error) error { return translate(doing, err) }

// Ended is ended.
func Ended(conn net.Conn) bool { return ended(conn) }
