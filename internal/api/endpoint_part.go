package api

import (
	"context"
	"net/http"
	"time"

	"github.com/posthorn/posthorn/internal/catalog"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
)

// EndpointSecretOut is what a receiver verifies requests with.
type EndpointSecretOut struct {
	Key string `json:"key" doc:"The shared secret (whsec_), or the public half of a key pair (whpk_)."`
}

// EndpointSecretRotateIn asks for a new signing key.
type EndpointSecretRotateIn struct {
	Key                *string `json:"key,omitempty" nullable:"true" maxLength:"110" doc:"The new key; one is made if left out."`
	GracePeriodSeconds *int    `json:"gracePeriodSeconds,omitempty" nullable:"true" minimum:"0" maximum:"604800" doc:"How long the old keys sign beside the new one; a day if left out."`
}

// EndpointHeadersIn replaces headers.
type EndpointHeadersIn struct {
	Headers map[string]string `json:"headers" doc:"Names and values."`
}

// EndpointHeadersPatchIn changes headers.
type EndpointHeadersPatchIn struct {
	Headers       map[string]*string `json:"headers" doc:"Names and new values; null takes a header away."`
	DeleteHeaders []string           `json:"deleteHeaders,omitempty" nullable:"true" maxItems:"100" doc:"Names of headers to take away."`
}

// EndpointHeadersOut shows headers.
type EndpointHeadersOut struct {
	Headers   map[string]string `json:"headers" doc:"Names and values of those that may be shown."`
	Sensitive []string          `json:"sensitive" nullable:"false" doc:"Names of those whose values are kept secret."`
}

// RecoverIn asks for what failed to be sent again.
type RecoverIn struct {
	Since time.Time  `json:"since" doc:"From messages published at this time on."`
	Until *time.Time `json:"until,omitempty" nullable:"true" doc:"Up to messages published before this time; now if left out."`
}

// RecoverOut is the task that does it.
type RecoverOut struct {
	ID        string    `json:"id" doc:"Id of the task."`
	Status    string    `json:"status" enum:"running" doc:"Where the task stands."`
	Task      string    `json:"task" enum:"endpoint.recover" doc:"What the task does."`
	UpdatedAt time.Time `json:"updatedAt" doc:"When it last changed."`
}

// EventExampleIn asks for an example.
type EventExampleIn struct {
	EventType    string `json:"eventType" maxLength:"256" pattern:"^[a-zA-Z0-9\\-_.]+$" doc:"Event type of the example."`
	ExampleIndex int    `json:"exampleIndex,omitempty" minimum:"0" maximum:"10000" doc:"Which of the examples of the schema to send, from 0. Ignored if the schema has no list of examples."`
}

// EndpointStats are numbers of deliveries.
type EndpointStats struct {
	Success  int64 `json:"success" doc:"Deliveries that succeeded."`
	Pending  int64 `json:"pending" doc:"Deliveries that wait now."`
	Sending  int64 `json:"sending" doc:"Deliveries that are under way now."`
	Fail     int64 `json:"fail" doc:"Deliveries that failed for good."`
	Canceled int64 `json:"canceled" doc:"Deliveries that ended by a decision."`
}

func (a *API) routeEndpointParts() {
	route(a, operation{
		id: "v1.endpoint.get-secret", method: http.MethodGet, path: endpointPath + "/secret", scope: hook.ScopePortal,
		summary: "Get the key that verifies an endpoint's requests",
	}, a.getSecret)
	route(a, operation{
		id: "v1.endpoint.rotate-secret", method: http.MethodPost, path: endpointPath + "/secret/rotate", scope: hook.ScopePortal,
		summary: "Replace an endpoint's signing key", about: "Requests carry the signatures of the old keys too until their time is over.",
	}, a.rotateSecret)
	route(a, operation{
		id: "v1.endpoint.get-headers", method: http.MethodGet, path: endpointPath + "/headers", scope: hook.ScopePortal,
		summary: "Get an endpoint's own headers",
	}, a.getHeaders)
	route(a, operation{
		id: "v1.endpoint.update-headers", method: http.MethodPut, path: endpointPath + "/headers", scope: hook.ScopePortal,
		summary: "Replace an endpoint's own headers",
	}, a.putHeaders)
	route(a, operation{
		id: "v1.endpoint.patch-headers", method: http.MethodPatch, path: endpointPath + "/headers", scope: hook.ScopePortal,
		summary: "Change some of an endpoint's own headers",
	}, a.patchHeaders)
	route(a, operation{
		id: "v1.endpoint.recover", method: http.MethodPost, path: endpointPath + "/recover", scope: hook.ScopePortal,
		summary: "Send again what failed", status: http.StatusAccepted,
	}, a.recoverFailed)
	route(a, operation{
		id: "v1.endpoint.send-example", method: http.MethodPost, path: endpointPath + "/send-example", scope: hook.ScopePortal,
		summary: "Send a made-up message to one endpoint", status: http.StatusOK,
	}, a.sendExample)
	route(a, operation{
		id: "v1.endpoint.get-stats", method: http.MethodGet, path: endpointPath + "/stats", scope: hook.ScopePortal,
		summary: "Count an endpoint's deliveries", about: "Ended deliveries are counted by the hour, for the last 28 days unless you say otherwise; open ones if the time asked for reaches up to now.",
	}, a.getStats)
}

func (a *API) getSecret(ctx context.Context, in *struct{ EndpointPath }) (*answerOf[EndpointSecretOut], error) {
	owner, err := a.application(ctx, in.AppID)
	if err != nil {
		return nil, err
	}
	key, err := a.Endpoints.Secret(ctx, owner.Key, in.EndpointID)
	return answered(EndpointSecretOut{Key: key}, err)
}

func (a *API) rotateSecret(ctx context.Context, in *struct {
	EndpointPath
	Body EndpointSecretRotateIn
}) (*nothing, error) {
	owner, err := a.application(ctx, in.AppID)
	if err != nil {
		return nil, err
	}
	grace := catalog.DefaultGrace
	if in.Body.GracePeriodSeconds != nil {
		grace = time.Duration(*in.Body.GracePeriodSeconds) * time.Second
	}
	return done(a.Endpoints.Rotate(ctx, owner.Key, in.EndpointID, orZero(in.Body.Key), grace))
}

func (a *API) getHeaders(ctx context.Context, in *struct{ EndpointPath }) (*answerOf[EndpointHeadersOut], error) {
	owner, err := a.application(ctx, in.AppID)
	if err != nil {
		return nil, err
	}
	shown, hidden, err := a.Endpoints.Headers(ctx, owner.Key, in.EndpointID)
	return answered(EndpointHeadersOut{Headers: shown, Sensitive: hidden}, err)
}

func (a *API) putHeaders(ctx context.Context, in *struct {
	EndpointPath
	Body EndpointHeadersIn
}) (*nothing, error) {
	owner, err := a.application(ctx, in.AppID)
	if err != nil {
		return nil, err
	}
	return done(a.Endpoints.PutHeaders(ctx, owner.Key, in.EndpointID, in.Body.Headers))
}

func (a *API) patchHeaders(ctx context.Context, in *struct {
	EndpointPath
	Body EndpointHeadersPatchIn
}) (*nothing, error) {
	owner, err := a.application(ctx, in.AppID)
	if err != nil {
		return nil, err
	}
	patch := map[string]*string{}
	for _, name := range in.Body.DeleteHeaders {
		patch[name] = nil
	}
	for name, value := range in.Body.Headers {
		patch[name] = value
	}
	return done(a.Endpoints.PatchHeaders(ctx, owner.Key, in.EndpointID, patch))
}

func (a *API) recoverFailed(ctx context.Context, in *struct {
	EndpointPath
	Body RecoverIn
}) (*answerOf[RecoverOut], error) {
	_, e, err := a.endpoint(ctx, in.AppID, in.EndpointID)
	if err != nil {
		return nil, err
	}
	now := a.Clock.Now()
	until := now
	if in.Body.Until != nil {
		until = *in.Body.Until
	}
	if !in.Body.Since.Before(until) {
		return nil, fault.In("since", "value_error", "Give a time before until, or before now.")
	}
	task, err := a.Replayer.Recover(ctx, e, in.Body.Since, until)
	return answered(RecoverOut{ID: id.Task.Text(task), Status: "running", Task: "endpoint.recover", UpdatedAt: now}, err)
}

func (a *API) sendExample(ctx context.Context, in *struct {
	EndpointPath
	Body EventExampleIn
}) (*answerOf[MessageOut], error) {
	owner, e, err := a.endpoint(ctx, in.AppID, in.EndpointID)
	if err != nil {
		return nil, err
	}
	sent, err := a.Replayer.SendExample(ctx, owner, e, in.Body.EventType, in.Body.ExampleIndex)
	return answered(messageOut(true)(sent), err)
}

// statsSpan is the longest time of which deliveries are counted, and what is counted unless the caller says.
const statsSpan = 28 * 24 * time.Hour

func (a *API) getStats(ctx context.Context, in *struct {
	EndpointPath
	Since time.Time `query:"since" doc:"From this time on."`
	Until time.Time `query:"until" doc:"Up to this time."`
}) (*answerOf[EndpointStats], error) {
	_, e, err := a.endpoint(ctx, in.AppID, in.EndpointID)
	if err != nil {
		return nil, err
	}
	now := a.Clock.Now()
	until, since := in.Until, in.Since
	if until.IsZero() {
		until = now
	}
	if since.IsZero() {
		since = until.Add(-statsSpan)
	}
	if !since.Before(until) || until.Sub(since) > statsSpan {
		return nil, fault.In("query.since", "value_error", "Give a since that lies before until, by at most %d days.", statsSpan/(24*time.Hour))
	}
	counts, err := a.History.Counts(ctx, e.Key, since, until)
	if until.Before(now) {
		counts.Pending, counts.Sending = 0, 0 // they are open now, which is not asked for
	}
	return answered(EndpointStats{
		Success: counts.Success, Pending: counts.Pending, Sending: counts.Sending, Fail: counts.Failed, Canceled: counts.Canceled,
	}, err)
}
