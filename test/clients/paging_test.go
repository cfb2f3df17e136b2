package clients_test

import (
	"fmt"
	"slices"
	"testing"

	svix "github.com/svix/svix-webhooks/go"

	"github.com/posthorn/posthorn/test/harness"
)

// listing is what every list of the library has in common.
type listing[T any] interface {
	GetData() []T
	GetDone() bool
	GetIterator() string
	GetPrevIterator() string
}

// page is one page of a list, reduced to what paging is about.
type page struct {
	ids        []string
	next, prev string
	done       bool
}

type fetch func(t *testing.T, iterator *string, limit *int32) page

func pageOf[T any](t *testing.T, list listing[T], err error, id func(*T) string) page {
	t.Helper()
	harness.Check(t, err)
	return page{ids(list.GetData(), id), list.GetIterator(), list.GetPrevIterator(), list.GetDone()}
}

func ids[T any](data []T, id func(*T) string) []string {
	var found []string
	for i := range data {
		found = append(found, id(&data[i]))
	}
	return found
}

// walk pages forwards to the end and then all the way back, and returns the ids in forward order.
func walk(t *testing.T, get fetch) []string {
	t.Helper()
	limit := ptr(int32(2))
	pages := []page{get(t, nil, limit)}
	for last := pages[0]; !last.done; pages = append(pages, last) {
		last = get(t, &last.next, limit)
		if len(pages) > 10 {
			t.Fatal("the list never says that it is done")
		}
	}
	back := pages[len(pages)-1]
	for i := len(pages) - 2; i >= 0; i-- {
		if back.prev == "" || back.prev[0] != '-' {
			t.Fatalf("prevIterator of page %d is %q, want one that starts with -", i+1, back.prev)
		}
		back = get(t, &back.prev, limit)
		harness.Equal(t, fmt.Sprintf("page %d on the way back", i), back.ids, pages[i].ids)
	}
	harness.Equal(t, "done at the beginning", back.done, true)
	var all []string
	for _, p := range pages {
		all = append(all, p.ids...)
	}
	return all
}

// TestEveryListPagesBothWays fills one server with five of everything: five applications, and in one
// of them five endpoints that have received five messages.
func TestEveryListPagesBothWays(t *testing.T) {
	t.Parallel()
	j := start(t)
	var messages []string
	for i := range 5 {
		j.app(fmt.Sprintf("app-%d", i))
		j.endpoint("app-0", fmt.Sprintf("/%d", i))
		j.eventType(fmt.Sprintf("type.%d", i))
	}
	for range 5 {
		messages = append(messages, j.publish("app-0", "type.0").Id)
	}
	for _, id := range messages {
		j.attempts("app-0", id, 5)
	}
	endpoints, err := j.Endpoint.List(t.Context(), "app-0", nil)
	harness.Check(t, err)

	for name, get := range j.allLists("app-0", endpoints.Data[0].Id, messages[0]) {
		t.Run(name, func(t *testing.T) {
			all := walk(t, get)
			whole := get(t, nil, nil)
			harness.Equal(t, "number of entries", len(all), 5)
			harness.Equal(t, "one page with all", whole.ids, all)
			harness.Equal(t, "distinct entries", len(slices.Compact(slices.Sorted(slices.Values(all)))), 5)
		})
	}
}

func TestOrderIsTurnedOnRequest(t *testing.T) {
	t.Parallel()
	j := start(t)
	for i := range 5 {
		j.app(fmt.Sprintf("app-%d", i))
	}

	var walks [][]string
	for _, order := range []svix.Ordering{"ascending", "descending"} {
		walks = append(walks, walk(t, func(t *testing.T, iterator *string, limit *int32) page {
			list, err := j.Application.List(t.Context(), &svix.ApplicationListOptions{Iterator: iterator, Limit: limit, Order: &order})
			return pageOf(t, list, err, (*svix.ApplicationOut).GetId)
		}))
	}

	harness.Equal(t, "sorted", slices.IsSorted(walks[0]), true)
	slices.Reverse(walks[1])
	harness.Equal(t, "descending turned", walks[1], walks[0])
}
