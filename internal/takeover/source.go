package takeover

import (
	"context"
	"net/url"

	"github.com/posthorn/posthorn/internal/transfer/svix"
)

var _ svix.Source = (*Client)(nil)

// perPage is the most that the API gives at a time.
const perPage = "250"

func pageAt(iterator string, more ...string) url.Values {
	query := url.Values{"limit": {perPage}}
	if iterator != "" {
		query.Set("iterator", iterator)
	}
	for _, name := range more {
		query.Set(name, "true")
	}
	return query
}

// EventTypes implements svix.Source. Archived ones come too, and all with their schemas.
func (c *Client) EventTypes(ctx context.Context, iterator string) (page svix.Page[svix.EventType], err error) {
	err = c.get(ctx, pageAt(iterator, "include_archived", "with_content"), &page, "event-type")
	return page, err
}

// Applications implements svix.Source.
func (c *Client) Applications(ctx context.Context, iterator string) (page svix.Page[svix.Application], err error) {
	err = c.get(ctx, pageAt(iterator), &page, "app")
	return page, err
}

// Endpoints implements svix.Source.
func (c *Client) Endpoints(ctx context.Context, application, iterator string) (page svix.Page[svix.Endpoint], err error) {
	err = c.get(ctx, pageAt(iterator), &page, "app", url.PathEscape(application), "endpoint")
	return page, err
}

// Secret implements svix.Source.
func (c *Client) Secret(ctx context.Context, application, endpoint string) (string, error) {
	var answer struct{ Key string }
	err := c.get(ctx, nil, &answer, "app", url.PathEscape(application), "endpoint", url.PathEscape(endpoint), "secret")
	return answer.Key, err
}

// Headers implements svix.Source.
func (c *Client) Headers(ctx context.Context, application, endpoint string) (headers svix.Headers, err error) {
	err = c.get(ctx, nil, &headers, "app", url.PathEscape(application), "endpoint", url.PathEscape(endpoint), "headers")
	return headers, err
}
