package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

// MessageAttemptOut is an attempt.
type MessageAttemptOut struct {
	ID                 string            `json:"id" doc:"Its id."`
	MsgID              string            `json:"msgId" doc:"The message."`
	EndpointID         string            `json:"endpointId" doc:"The endpoint, which may be deleted; empty if it was deleted longer ago than history is kept."`
	URL                string            `json:"url" doc:"Where the request went."`
	Status             int               `json:"status" enum:"0,1,2,3" doc:"0 success, 2 fail."`
	StatusText         string            `json:"statusText" enum:"success,pending,fail,sending" doc:"The status as a word."`
	Outcome            string            `json:"outcome" required:"false" enum:"succeeded,failed,gone,interrupted" doc:"What became of it: interrupted is one that the server's own end cut off."`
	Cause              string            `json:"cause" required:"false" doc:"Why there was no answer; empty if there was one."`
	Response           string            `json:"response" doc:"Beginning of the answer's body."`
	ResponseTruncated  string            `json:"responseTruncated" required:"false" enum:"no,limit,broken_off" doc:"Whether response is only the beginning of the body: limit if the body is longer than what is kept, broken_off if the connection or the time of the attempt ended before the body did."`
	ResponseStatusCode int               `json:"responseStatusCode" doc:"HTTP status of the answer; 0 if there was none."`
	ResponseDurationMs int64             `json:"responseDurationMs" doc:"How long it took."`
	ResponseHeaders    map[string]string `json:"responseHeaders" required:"false" doc:"Headers of the answer."`
	TriggerType        int               `json:"triggerType" enum:"0,1" doc:"0 on schedule, 1 asked for by somebody."`
	Attempt            int               `json:"attempt" required:"false" doc:"Which of the delivery's schedule it was, from 1."`
	Timestamp          time.Time         `json:"timestamp" doc:"When it began."`
	Msg                *MessageOut       `json:"msg,omitempty" required:"false" doc:"The message, if with_msg asks for it. Its payload is always an empty object."`
}

// AttemptPath names an attempt.
type AttemptPath struct {
	MessagePath
	AttemptID string `path:"attempt_id" minLength:"1" maxLength:"256" doc:"Id of the attempt."`
}

// ExpandedQuery asks for all statuses. Without it canceled shows as fail, since older libraries know no more.
type ExpandedQuery struct {
	ExpandedStatuses bool `query:"expanded_statuses" doc:"Tell canceled (4) from fail (2)."`
}

// shown returns the status that the caller knows.
func (q ExpandedQuery) shown(s store.Status) store.Status {
	if s == store.StatusCanceled && !q.ExpandedStatuses {
		return store.StatusFailed
	}
	return s
}

// StatusQuery narrows a list by status.
type StatusQuery struct {
	ExpandedQuery
	Status statusNumber `query:"status" doc:"Only this status: 0 success, 1 pending, 2 fail, 3 sending, 4 canceled."`
}

// wanted returns the statuses that are, or show as, the one asked for; nil for all.
func (q StatusQuery) wanted() []store.Status {
	var wanted []store.Status
	for s := store.StatusSuccess; s <= store.StatusCanceled && q.Status.set; s++ {
		if int(s) == q.Status.value || int(q.shown(s)) == q.Status.value {
			wanted = append(wanted, s)
		}
	}
	return wanted
}

// ClassQuery narrows a list of attempts by the status of the answer.
type ClassQuery struct {
	StatusCodeClass classNumber `query:"status_code_class" doc:"Only answers of this class; 0 is no answer."`
}

// HistoryQuery asks for a page of what happened at an endpoint or to a message.
type HistoryQuery struct {
	PageQuery
	ContentQuery
	WhenQuery
	StatusQuery
}

// asked returns the filter and the page asked for, newest first.
func (q HistoryQuery) asked(ctx context.Context) (store.AttemptFilter, store.Page[id.ID], error) {
	filter := store.AttemptFilter{
		Statuses: q.wanted(), EventTypes: q.EventTypes, Channel: q.Channel, Tag: q.Tag, Before: q.Before, After: q.After,
		WithContent: q.WithContent,
	}
	page, err := q.byID(ctx, id.Attempt, false)
	if err == nil {
		err = q.check()
	}
	return filter, page, err
}

// AttemptQuery asks for a page of attempts.
type AttemptQuery struct {
	HistoryQuery
	ClassQuery
}

// asked returns the filter and the page asked for, newest first.
func (q AttemptQuery) asked(ctx context.Context) (store.AttemptFilter, store.Page[id.ID], error) {
	filter, page, err := q.HistoryQuery.asked(ctx)
	filter.StatusClass = q.StatusCodeClass.pointer()
	return filter, page, err
}

// statusNumber is a status.
type statusNumber struct{ number }

// Schema lists the statuses.
func (statusNumber) Schema(huma.Registry) *huma.Schema { return oneOf(0, 1, 2, 3, 4) }

// classNumber is a class of HTTP statuses.
type classNumber struct{ number }

// Schema lists the classes.
func (classNumber) Schema(huma.Registry) *huma.Schema { return oneOf(0, 100, 200, 300, 400, 500) }

const attemptPath = messagePath + "/attempt/{attempt_id}"

func (a *API) routeAttempts() {
	route(a, operation{
		id: "v1.message-attempt.list-by-endpoint", method: http.MethodGet, path: applicationPath + "/attempt/endpoint/{endpoint_id}",
		scope: hook.ScopePortal, summary: "List the attempts at an endpoint, newest first",
	}, a.listAttemptsByEndpoint)
	route(a, operation{
		id: "v1.message-attempt.list-by-msg", method: http.MethodGet, path: applicationPath + "/attempt/msg/{msg_id}",
		scope: hook.ScopePortal, summary: "List the attempts of a message, newest first",
	}, a.listAttemptsByMessage)
	route(a, operation{
		id: "v1.message-attempt.list-by-msg-deprecated", method: http.MethodGet, path: messagePath + "/attempt",
		scope: hook.ScopePortal, summary: "List the attempts of a message, newest first (older form)",
		about: "What 1.x libraries call. Use attempt/msg.",
	}, a.listAttemptsByMessage)
	route(a, operation{
		id: "v1.message-attempt.list-by-endpoint-deprecated", method: http.MethodGet, path: messagePath + "/endpoint/{endpoint_id}/attempt",
		scope: hook.ScopePortal, summary: "List the attempts of a message at an endpoint, newest first (older form)",
		about: "What 1.x libraries call. Use attempt/msg with endpoint_id.",
	}, a.listAttemptsByMessageAndEndpoint)
	route(a, operation{
		id: "v1.message-attempt.get", method: http.MethodGet, path: attemptPath, scope: hook.ScopePortal,
		summary: "Get an attempt",
	}, a.getAttempt)
	route(a, operation{
		id: "v1.message-attempt.expunge-content", method: http.MethodDelete, path: attemptPath + "/content", scope: hook.ScopeApplication,
		summary: "Drop an attempt's answer for good",
	}, a.expungeAttempt)
	route(a, operation{
		id: "v1.message-attempt.resend", method: http.MethodPost, path: messagePath + "/endpoint/{endpoint_id}/resend",
		scope: hook.ScopePortal, summary: "Send a message to an endpoint again", status: http.StatusAccepted,
	}, a.resend)
	a.routeDestinations()
}

func (a *API) listAttemptsByEndpoint(ctx context.Context, in *struct {
	EndpointPath
	AttemptQuery
	WithMsg bool `query:"with_msg" doc:"Give the message of each attempt too. Its payload is always an empty object, also with with_content: get the message for its payload."`
}) (*answerOf[ListResponse[MessageAttemptOut]], error) {
	filter, page, err := in.asked(ctx)
	if err != nil {
		return nil, err
	}
	_, e, err := a.endpoint(ctx, in.AppID, in.EndpointID)
	if err != nil {
		return nil, err
	}
	list, err := a.History.AttemptsByEndpoint(ctx, e, filter, page)
	return listed(list, id.Attempt.Text, attemptWithMessage(in.WithContent, in.WithMsg), err)
}

func (a *API) listAttemptsByMessage(ctx context.Context, in *struct {
	MessagePath
	AttemptQuery
	EndpointID string `query:"endpoint_id" maxLength:"256" pattern:"^[a-zA-Z0-9\\-_.]+$" doc:"Only this endpoint."`
}) (*answerOf[ListResponse[MessageAttemptOut]], error) {
	return a.attemptsOf(ctx, in.MessagePath, in.AttemptQuery, in.EndpointID)
}

func (a *API) listAttemptsByMessageAndEndpoint(ctx context.Context, in *struct {
	MessagePath
	AttemptQuery
	EndpointID string `path:"endpoint_id" minLength:"1" maxLength:"256" pattern:"^[a-zA-Z0-9\\-_.]+$" doc:"Id or uid of the endpoint."`
}) (*answerOf[ListResponse[MessageAttemptOut]], error) {
	return a.attemptsOf(ctx, in.MessagePath, in.AttemptQuery, in.EndpointID)
}

// attemptsOf lists the attempts of a message, at all endpoints or, if one is named, at that alone.
func (a *API) attemptsOf(
	ctx context.Context, at MessagePath, q AttemptQuery, endpoint string,
) (*answerOf[ListResponse[MessageAttemptOut]], error) {
	filter, page, err := q.asked(ctx)
	if err != nil {
		return nil, err
	}
	owner, m, err := a.message(ctx, at.AppID, at.MsgID)
	if err != nil {
		return nil, err
	}
	if endpoint != "" {
		e, err := a.Endpoints.Get(ctx, owner.Key, endpoint)
		if err != nil {
			return nil, err
		}
		filter.Endpoint = e.Key
	}
	list, err := a.History.AttemptsByMessage(ctx, m, filter, page)
	return listed(list, id.Attempt.Text, attemptOut(q.WithContent), err)
}

func (a *API) getAttempt(ctx context.Context, in *struct {
	AttemptPath
	ExpandedQuery
}) (*answerOf[MessageAttemptOut], error) {
	m, attempt, err := a.attempt(ctx, in.AttemptPath)
	if err != nil {
		return nil, err
	}
	found, err := a.History.Attempt(ctx, m, attempt)
	if err == nil {
		err = hold(ctx, len(found.Response))
	}
	return answered(attemptOut(true)(found), err)
}

func (a *API) expungeAttempt(ctx context.Context, in *struct{ AttemptPath }) (*nothing, error) {
	m, attempt, err := a.attempt(ctx, in.AttemptPath)
	if err != nil {
		return nil, err
	}
	return done(a.History.ExpungeAttempt(ctx, m, attempt))
}

// attempt returns the message and the attempt's id that a path names.
func (a *API) attempt(ctx context.Context, at AttemptPath) (hook.Message, id.ID, error) {
	_, m, err := a.message(ctx, at.AppID, at.MsgID)
	if err != nil {
		return hook.Message{}, id.ID{}, err
	}
	attempt, err := id.Attempt.Parse(at.AttemptID)
	if err != nil {
		return hook.Message{}, id.ID{}, fault.Missing("attempt")
	}
	return m, attempt, nil
}

// EmptyResponse has nothing in it; the interface wants an object all the same.
type EmptyResponse struct{}

func (a *API) resend(ctx context.Context, in *struct {
	MessagePath
	EndpointID string `path:"endpoint_id" minLength:"1" maxLength:"256" pattern:"^[a-zA-Z0-9\\-_.]+$" doc:"Id or uid of the endpoint."`
}) (*answerOf[EmptyResponse], error) {
	owner, m, err := a.message(ctx, in.AppID, in.MsgID)
	if err != nil {
		return nil, err
	}
	e, err := a.Endpoints.Get(ctx, owner.Key, in.EndpointID)
	if err != nil {
		return nil, err
	}
	return answered(EmptyResponse{}, a.Replayer.Resend(ctx, owner.Key, m, e))
}

// attemptOut returns a function that shows attempts, with the answers or without.
func attemptOut(withContent bool) func(store.AttemptRecord) MessageAttemptOut {
	return func(r store.AttemptRecord) MessageAttemptOut {
		status := store.StatusOf(r.Outcome)
		out := MessageAttemptOut{
			ID: id.Attempt.Text(r.ID), MsgID: id.Message.Text(r.Message.ID), URL: r.URL,
			Status: int(status), StatusText: statusText(status), Outcome: outcomeText(r.Outcome), Cause: r.Cause,
			ResponseStatusCode: r.Attempt.Status, ResponseDurationMs: r.Duration.Milliseconds(),
			TriggerType: int(r.Trigger), Attempt: r.Number, Timestamp: r.StartedAt, ResponseHeaders: map[string]string{},
			ResponseTruncated: truncationText(r.Truncated),
		}
		if !r.EndpointID.IsZero() {
			out.EndpointID = id.Endpoint.Text(r.EndpointID)
		}
		if withContent {
			out.Response, out.ResponseHeaders = string(r.Response), orEmpty(r.Headers)
		}
		return out
	}
}

// attemptWithMessage is attemptOut, with the message of each attempt if it is asked for.
func attemptWithMessage(withContent, withMessage bool) func(store.AttemptRecord) MessageAttemptOut {
	show := attemptOut(withContent)
	if !withMessage {
		return show
	}
	return func(r store.AttemptRecord) MessageAttemptOut {
		out, message := show(r), messageOut(false)(r.Message)
		out.Msg = &message
		return out
	}
}

func statusText(s store.Status) string {
	return [...]string{"success", "pending", "fail", "sending", "canceled"}[s]
}

func truncationText(t hook.Truncation) string {
	return [...]string{"no", "limit", "broken_off"}[t]
}

func outcomeText(o hook.OutcomeKind) string {
	return [...]string{"succeeded", "failed", "gone", "interrupted"}[o]
}
