// Package storetest is the one suite that every engine behind the contract of package store passes
// unchanged, so that engines cannot drift apart. A bug found in one of them becomes a case for all.
package storetest

import (
	"testing"

	"github.com/posthorn/posthorn/internal/store"
)

// test is one sentence of the contract and what shows that it holds. Each gets a store of its own.
type test struct {
	sentence string
	run      func(t *testing.T, f *fixture)
}

// Run runs the suite. open returns an empty store whose Begin was called; it closes it when its test ends.
func Run(t *testing.T, open func(t *testing.T) store.Store) {
	for role, tests := range roles() {
		t.Run(role, func(t *testing.T) {
			t.Parallel()
			for _, one := range tests {
				t.Run(one.sentence, func(t *testing.T) {
					t.Parallel()
					one.run(t, newFixture(t, open(t)))
				})
			}
		})
	}
}

func roles() map[string][]test {
	return map[string][]test{
		"applications":       applications(),
		"endpoints":          endpoints(),
		"event types":        eventTypes(),
		"ad hoc event types": adHocEventTypes(),
		"tokens":             tokens(),
		"answers":            answers(),
		"messages":           messages(),
		"attempts":           attempts(),
		"destinations":       destinations(),
		"counts":             counts(),
		"tenancy":            tenancy(),
		"journal":            journal(),
		"repeats":            repeats(),
		"backlog":            backlog(),
		"pull in":            pullIns(),
		"carried":            carried(),
		"keeper":             keeper(),
		"page bytes":         pageBytes(),
		"purge":              purge(),
		"archive":            archive(),
		"archive inbox":      archiveInbox(),
		"members":            members(),
		"sources":            sources(),
		"inbox":              inbox(),
		"inbox expunge":      inboxExpunge(),
		"inbox lists":        inboxLists(),
		"inbox purge":        inboxPurge(),
		"refusals":           refusals(),
	}
}
