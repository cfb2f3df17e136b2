package catalog

import (
	"context"
	"sync"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/store"
)

// maxOnUse is how many event types there may be for publishing to make another. All applications share
// them, and without a bound whoever may publish to one could fill the catalogue of all. Those who set it up
// have no bound; nor is this one exact when several publish at once.
const maxOnUse = 10_000

// censusPage is how many event types are counted at a time: they come with their schemas.
const censusPage = 100

// census knows how many event types there are. They are counted when that is first asked, and again after
// one was expunged.
type census struct {
	mu      sync.Mutex
	counted bool
	n       int
}

// room refuses to make the event type name if there are too many.
func (c *census) room(ctx context.Context, types store.EventTypes, name string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.counted {
		n, err := count(ctx, types)
		if err != nil {
			return err
		}
		c.counted, c.n = true, n
	}
	if c.n < maxOnUse {
		return nil
	}
	return fault.In("eventType", "too_many_event_types",
		"There are %d event types already, so publishing makes no more: create %q first.", maxOnUse, name)
}

func (c *census) added() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
}

func (c *census) removed() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counted = false
}

// count walks the event types, archived ones too, until there are enough of them.
func count(ctx context.Context, types store.EventTypes) (n int, err error) {
	page := store.Page[string]{Limit: censusPage, Ascending: true}
	for {
		list, err := types.ListEventTypes(ctx, true, page)
		if err != nil {
			return 0, err
		}
		n += len(list.Items)
		if list.Done || list.Last == nil || n >= maxOnUse {
			return n, nil
		}
		page.From = list.Last
	}
}
