package storetest

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/posthorn/posthorn/internal/store"
)

// turnPages checks a list against the plainest model of it, a slice: pages of any size, from any item,
// in both orders and both directions. falling holds the cursors of the whole list, largest first.
func turnPages[T any, C comparable](t *testing.T, falling []C, cursor func(T) C, list func(store.Page[C]) (store.List[T, C], error)) {
	t.Helper()
	rapid.Check(t, func(t *rapid.T) {
		page := store.Page[C]{
			Limit:     rapid.IntRange(1, len(falling)+2).Draw(t, "limit"),
			Ascending: rapid.Bool().Draw(t, "ascending"),
			Backward:  rapid.Bool().Draw(t, "backward"),
		}
		from := rapid.IntRange(-1, len(falling)-1).Draw(t, "from")
		if from >= 0 {
			page.From = &falling[from]
		}

		got, err := list(page)

		check(t, err)
		items, done := expect(falling, page, from)
		equal(t, cursors(got.Items, cursor), items)
		equal(t, got.Done, done)
		if len(items) > 0 {
			equal(t, *got.First, items[0])
			equal(t, *got.Last, items[len(items)-1])
		}
	})
}

// expect returns the page that the model gives.
func expect[C any](falling []C, page store.Page[C], from int) (items []C, done bool) {
	order := slices.Clone(falling)
	if page.Ascending {
		slices.Reverse(order)
		if from >= 0 {
			from = len(order) - 1 - from
		}
	}
	if !page.Backward {
		rest := order[from+1:]
		return rest[:min(page.Limit, len(rest))], len(rest) <= page.Limit
	}
	rest := order
	if from >= 0 {
		rest = order[:from]
	}
	return rest[max(0, len(rest)-page.Limit):], len(rest) <= page.Limit
}

func cursors[T, C any](items []T, cursor func(T) C) []C {
	all := make([]C, len(items))
	for i, item := range items {
		all[i] = cursor(item)
	}
	return all
}

// readAll follows a list to its end and returns its cursors and how many pages it took.
func readAll[T, C any](t *testing.T, page store.Page[C], cursor func(T) C, list func(store.Page[C]) (store.List[T, C], error)) (all []C, pages int) {
	t.Helper()
	for {
		got, err := list(page)
		check(t, err)
		pages++
		all = append(all, cursors(got.Items, cursor)...)
		if got.Done {
			return all, pages
		}
		if got.Last == nil || len(all) > 1_000_000 {
			t.Fatalf("the list is not done and cannot go on")
		}
		page.From = got.Last
	}
}
