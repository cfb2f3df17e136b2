package api

import (
	"context"
	"net/http"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

// DeliveryFields say where a delivery stands.
type DeliveryFields struct {
	Status      int        `json:"status" enum:"0,1,2,3,4" doc:"0 success, 1 pending, 2 fail, 3 sending; 4 canceled if expanded statuses are asked for."`
	StatusText  string     `json:"statusText" enum:"success,pending,fail,sending,canceled" doc:"The status as a word."`
	State       string     `json:"state" required:"false" enum:"waiting,sending,delivered,exhausted,canceled" doc:"Where the delivery stands, finer than the status."`
	Reason      *string    `json:"reason" required:"false" doc:"Why it was canceled."`
	NextAttempt *time.Time `json:"nextAttempt" required:"false" doc:"When it is tried next, if it waits."`
}

// MessageEndpointOut is an endpoint that a message goes to.
type MessageEndpointOut struct {
	EndpointFields
	DeliveryFields
	Deleted bool `json:"deleted" required:"false" doc:"Whether the endpoint was deleted since; its settings are not kept, and updatedAt is the time of the deletion."`
}

// EndpointMessageOut is a message as one endpoint got it.
type EndpointMessageOut struct {
	MessageOut
	DeliveryFields
}

func (a *API) routeDestinations() {
	route(a, operation{
		id: "v1.message-attempt.list-attempted-destinations", method: http.MethodGet, path: messagePath + "/endpoint",
		scope: hook.ScopePortal, summary: "List the endpoints that a message goes to", about: "Oldest endpoint first, endpoints that were deleted since included.",
	}, a.listDestinations)
	route(a, operation{
		id: "v1.message-attempt.list-attempted-messages", method: http.MethodGet, path: endpointPath + "/msg",
		scope: hook.ScopePortal, summary: "List the messages that were tried at an endpoint",
	}, a.listEndpointMessages)
}

func (a *API) listDestinations(ctx context.Context, in *struct {
	MessagePath
	PageQuery
	ExpandedQuery
}) (*answerOf[ListResponse[MessageEndpointOut]], error) {
	page, err := in.byID(ctx, id.Endpoint, true)
	if err != nil {
		return nil, err
	}
	_, m, err := a.message(ctx, in.AppID, in.MsgID)
	if err != nil {
		return nil, err
	}
	list, err := a.History.Destinations(ctx, m, page)
	return listed(list, id.Endpoint.Text, func(d store.Destination) MessageEndpointOut {
		return MessageEndpointOut{endpointFields(d.Endpoint), deliveryFields(d.Delivery, in.shown(d.Status)), !d.DeletedAt.IsZero()}
	}, err)
}

func (a *API) listEndpointMessages(ctx context.Context, in *struct {
	EndpointPath
	HistoryQuery
}) (*answerOf[ListResponse[EndpointMessageOut]], error) {
	filter, page, err := in.asked(ctx)
	if err != nil {
		return nil, err
	}
	_, e, err := a.endpoint(ctx, in.AppID, in.EndpointID)
	if err != nil {
		return nil, err
	}
	list, err := a.History.MessagesByEndpoint(ctx, e, filter, page)
	show := messageOut(in.WithContent)
	return listed(list, id.Attempt.Text, func(m store.EndpointMessage) EndpointMessageOut {
		return EndpointMessageOut{show(m.Message), deliveryFields(m.Delivery, in.shown(m.Status))}
	}, err)
}

func deliveryFields(d hook.Delivery, s store.Status) DeliveryFields {
	out := DeliveryFields{Status: int(s), StatusText: statusText(s), State: d.State.String(), Reason: orNull(d.Reason)}
	if d.State == hook.Waiting {
		out.NextAttempt = orNull(d.DueAt)
	}
	return out
}
