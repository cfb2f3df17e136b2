package crash

import (
	"context"
	"encoding/json"
	"fmt"
)

// mostAsked bounds the deliveries that are asked for one by one.
const mostAsked = 2000

// inquire asks the API for its side of the story and adds it to h.
func inquire(ctx context.Context, a *api, h *History) error {
	apps := map[string]bool{}
	for _, e := range h.Endpoints {
		if !apps[e.App] {
			apps[e.App] = true
			if err := listMessages(ctx, a, e.App, h); err != nil {
				return err
			}
		}
		if err := listAttempts(ctx, a, e, h); err != nil {
			return err
		}
		if err := listAttempted(ctx, a, e, h); err != nil {
			return err
		}
	}
	return askMissing(ctx, a, h)
}

// listMessages adds all messages of an application.
func listMessages(ctx context.Context, a *api, app string, h *History) error {
	return list(ctx, a, "/api/v1/app/"+app+"/msg?limit=250", func(m struct {
		ID      string `json:"id"`
		Payload struct {
			Key string `json:"key"`
		} `json:"payload"`
	}) {
		h.Messages = append(h.Messages, Message{App: app, ID: m.ID, Key: m.Payload.Key})
	})
}

// listAttempts adds all attempts at an endpoint.
func listAttempts(ctx context.Context, a *api, e Endpoint, h *History) error {
	path := "/api/v1/app/" + e.App + "/attempt/endpoint/" + e.ID + "?limit=250&with_content=false"
	return list(ctx, a, path, func(t struct {
		ID      string `json:"id"`
		Message string `json:"msgId"`
		Status  int    `json:"status"`
		Outcome string `json:"outcome"`
	}) {
		h.Attempts = append(h.Attempts, Attempt{
			ID: t.ID, Message: t.Message, Endpoint: e.ID, Status: t.Status, Outcome: t.Outcome,
		})
	})
}

// listAttempted adds the state of every delivery to an endpoint that has been attempted.
func listAttempted(ctx context.Context, a *api, e Endpoint, h *History) error {
	path := "/api/v1/app/" + e.App + "/endpoint/" + e.ID + "/msg?limit=250&with_content=false"
	return list(ctx, a, path, func(m struct {
		ID     string `json:"id"`
		Status int    `json:"status"`
	}) {
		h.Destinations = append(h.Destinations, Destination{Message: m.ID, Endpoint: e.ID, Status: m.Status})
	})
}

// askMissing asks for the destinations of every acknowledged message of which a delivery is neither
// listed nor received: it may be waiting for its first attempt.
func askMissing(ctx context.Context, a *api, h *History) error {
	missing := undelivered(*h)
	asked := map[string]bool{}
	for d, app := range missing {
		if asked[d.message] || len(asked) >= mostAsked {
			continue
		}
		asked[d.message] = true
		path := "/api/v1/app/" + app + "/msg/" + d.message + "/endpoint?limit=250"
		err := list(ctx, a, path, func(e struct {
			ID     string `json:"id"`
			Status int    `json:"status"`
		}) {
			h.Destinations = append(h.Destinations, Destination{Message: d.message, Endpoint: e.ID, Status: e.Status})
		})
		if err != nil && ctx.Err() != nil {
			return err
		}
		// Any other failure is an answer: the message is not known, and the checker will say so.
	}
	return nil
}

// Open returns how many deliveries of acknowledged messages no receiver has accepted yet.
func Open(h History) int { return len(undelivered(h)) }

// undelivered returns the deliveries of acknowledged messages that no receiver has accepted yet, with
// their applications.
func undelivered(h History) map[pair]string {
	targets := map[string][]string{}
	for _, e := range h.Endpoints {
		targets[e.App] = append(targets[e.App], e.ID)
	}
	missing := map[pair]string{}
	for _, p := range h.Publishes {
		if p.Acknowledged() {
			for _, e := range targets[p.App] {
				missing[pair{p.Message, e}] = p.App
			}
		}
	}
	for _, a := range h.Arrivals {
		if a.Delivered() {
			delete(missing, pair{a.Message, a.Endpoint})
		}
	}
	return missing
}

// list reads every page of a list and calls take for each item.
func list[T any](ctx context.Context, a *api, path string, take func(T)) error {
	next := path
	for {
		var page struct {
			Data     []json.RawMessage `json:"data"`
			Iterator *string           `json:"iterator"`
			Done     bool              `json:"done"`
		}
		if err := a.get(ctx, next, &page); err != nil {
			return err
		}
		for _, raw := range page.Data {
			var item T
			if err := json.Unmarshal(raw, &item); err != nil {
				return fmt.Errorf("read an item of %s: %w", path, err)
			}
			take(item)
		}
		if page.Done || page.Iterator == nil {
			return nil
		}
		next = path + "&iterator=" + *page.Iterator
	}
}
