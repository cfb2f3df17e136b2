package clients_test

import (
	"maps"
	"testing"

	svix "github.com/svix/svix-webhooks/go"
)

// allLists returns every list of the API as a function that gets one page of it.
func (j *journey) allLists(app, endpoint, message string) map[string]fetch {
	lists := j.catalogLists(app)
	maps.Copy(lists, j.historyLists(app, endpoint, message))
	return lists
}

func (j *journey) catalogLists(app string) map[string]fetch {
	ctx := j.t.Context()
	return map[string]fetch{
		"applications": func(t *testing.T, iterator *string, limit *int32) page {
			list, err := j.Application.List(ctx, &svix.ApplicationListOptions{Iterator: iterator, Limit: limit})
			return pageOf(t, list, err, (*svix.ApplicationOut).GetId)
		},
		"endpoints": func(t *testing.T, iterator *string, limit *int32) page {
			list, err := j.Endpoint.List(ctx, app, &svix.EndpointListOptions{Iterator: iterator, Limit: limit})
			return pageOf(t, list, err, (*svix.EndpointOut).GetId)
		},
		"event types": func(t *testing.T, iterator *string, limit *int32) page {
			list, err := j.EventType.List(ctx, &svix.EventTypeListOptions{Iterator: iterator, Limit: limit})
			return pageOf(t, list, err, (*svix.EventTypeOut).GetName)
		},
		"messages": func(t *testing.T, iterator *string, limit *int32) page {
			list, err := j.Message.List(ctx, app, &svix.MessageListOptions{Iterator: iterator, Limit: limit})
			return pageOf(t, list, err, (*svix.MessageOut).GetId)
		},
	}
}

func (j *journey) historyLists(app, endpoint, message string) map[string]fetch {
	ctx, attempts := j.t.Context(), j.MessageAttempt
	options := func(iterator *string, limit *int32) *svix.MessageAttemptListOptions {
		return &svix.MessageAttemptListOptions{Iterator: iterator, Limit: limit}
	}
	return map[string]fetch{
		"attempts by message": func(t *testing.T, iterator *string, limit *int32) page {
			list, err := attempts.ListByMsg(ctx, app, message, options(iterator, limit))
			return pageOf(t, list, err, (*svix.MessageAttemptOut).GetId)
		},
		"attempts by endpoint": func(t *testing.T, iterator *string, limit *int32) page {
			list, err := attempts.ListByEndpoint(ctx, app, endpoint, options(iterator, limit))
			return pageOf(t, list, err, (*svix.MessageAttemptOut).GetId)
		},
		"attempted messages": func(t *testing.T, iterator *string, limit *int32) page {
			list, err := attempts.ListAttemptedMessages(ctx, app, endpoint, options(iterator, limit))
			return pageOf(t, list, err, (*svix.EndpointMessageOut).GetId)
		},
		"attempted destinations": func(t *testing.T, iterator *string, limit *int32) page {
			list, err := attempts.ListAttemptedDestinations(ctx, app, message, options(iterator, limit))
			return pageOf(t, list, err, (*svix.MessageEndpointOut).GetId)
		},
	}
}
