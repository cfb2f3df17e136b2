// Package svix takes over what somebody has set up at a server that speaks the Svix API: applications, endpoints
// with their signing keys and headers, and event types, with their ids kept, so that neither the customers nor the
// program that publishes notice the move.
package svix

import (
	"context"
	"encoding/json"
	"time"
)

// Source is the server that is left behind. It is read page by page, in no particular order.
type Source interface {
	EventTypes(ctx context.Context, iterator string) (Page[EventType], error)
	Applications(ctx context.Context, iterator string) (Page[Application], error)
	Endpoints(ctx context.Context, application, iterator string) (Page[Endpoint], error)
	Secret(ctx context.Context, application, endpoint string) (string, error)
	Headers(ctx context.Context, application, endpoint string) (Headers, error)
}

// Page is a part of a list. The names of the fields in this file are those of the public interface.
type Page[T any] struct {
	Data     []T    `json:"data"`
	Iterator string `json:"iterator"` // where the next page begins
	Done     bool   `json:"done"`
}

// EventType is an event type as the source shows it.
type EventType struct {
	Name         string          `json:"name"`
	Description  string          `json:"description"`
	GroupName    string          `json:"groupName"`
	FeatureFlag  string          `json:"featureFlag"`
	FeatureFlags []string        `json:"featureFlags"`
	Schemas      json.RawMessage `json:"schemas"`
	Archived     bool            `json:"archived"`
	Deprecated   bool            `json:"deprecated"`
	CreatedAt    time.Time       `json:"createdAt"`
	UpdatedAt    time.Time       `json:"updatedAt"`
}

// Application is an application as the source shows it. Its rate has two names, by the age of the source.
type Application struct {
	ID           string            `json:"id"`
	UID          string            `json:"uid"`
	Name         string            `json:"name"`
	RateLimit    int               `json:"rateLimit"`
	ThrottleRate int               `json:"throttleRate"`
	Metadata     map[string]string `json:"metadata"`
	CreatedAt    time.Time         `json:"createdAt"`
	UpdatedAt    time.Time         `json:"updatedAt"`
}

// Endpoint is an endpoint as the source shows it. Its rate and its filter have two names each.
type Endpoint struct {
	ID           string            `json:"id"`
	UID          string            `json:"uid"`
	URL          string            `json:"url"`
	Description  string            `json:"description"`
	FilterTypes  []string          `json:"filterTypes"`
	EventTypes   []string          `json:"eventTypes"`
	Channels     []string          `json:"channels"`
	RateLimit    int               `json:"rateLimit"`
	ThrottleRate int               `json:"throttleRate"`
	Metadata     map[string]string `json:"metadata"`
	Disabled     bool              `json:"disabled"`
	CreatedAt    time.Time         `json:"createdAt"`
	UpdatedAt    time.Time         `json:"updatedAt"`
}

// Headers are the caller's own headers of an endpoint. Of those that are sensitive the source shows the
// names only.
type Headers struct {
	Headers   map[string]string `json:"headers"`
	Sensitive []string          `json:"sensitive"`
}
