package api

import (
	"context"
	"encoding/base64"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

// Inbox is what sources received, as the API looks at it.
type Inbox interface {
	ReceivedList(ctx context.Context, source hook.Key, f store.ReceivedFilter, page store.Page[id.ID]) (store.List[hook.Received, id.ID], error)
	ReceivedOne(ctx context.Context, source hook.Key, received id.ID) (hook.Received, error)
	ReceivedAs(ctx context.Context, application hook.Key, message id.ID) (hook.Received, error)
	Reprocess(ctx context.Context, source hook.Key, received id.ID, now time.Time) error
	ExpungeReceived(ctx context.Context, source hook.Key, received id.ID) error
	DeleteReceived(ctx context.Context, source hook.Key, received id.ID) error
	StatusCounts(ctx context.Context, source hook.Key) (map[hook.Intake]int64, error)
	Refusals(ctx context.Context, source hook.Key, since time.Time) ([]store.RefusalCount, []hook.Refused, error)
}

// ReceivedOut is a webhook that a source received.
type ReceivedOut struct {
	ID            string              `json:"id" doc:"Its id."`
	Status        string              `json:"status" enum:"new,processing,failed,done" doc:"Where its processing stands."`
	Reason        *string             `json:"reason" required:"false" doc:"Why the last processing did not go well, or made no message."`
	Attempts      int                 `json:"attempts" doc:"How often processing was begun."`
	DueAt         *time.Time          `json:"dueAt" required:"false" doc:"When it is processed next, if it is new."`
	MessageID     *string             `json:"messageId" required:"false" doc:"The message that was made of it."`
	EventID       *string             `json:"eventId" required:"false" doc:"The event's id at the provider."`
	EventType     *string             `json:"eventType" required:"false" doc:"What the provider calls it."`
	OccurredAt    *time.Time          `json:"occurredAt" required:"false" doc:"When it happened, as the provider says."`
	ReceivedAt    time.Time           `json:"receivedAt" doc:"When it arrived."`
	ChangedAt     time.Time           `json:"changedAt" doc:"When its status last changed."`
	Method        string              `json:"method" doc:"Method of the request."`
	Query         string              `json:"query" doc:"Query of the request; credentials in it are masked."`
	ContentType   string              `json:"contentType" doc:"Content type of the body."`
	SourceURL     *string             `json:"sourceUrl" required:"false" doc:"Where it says that it comes from."`
	RemoteAddress string              `json:"remoteAddress" doc:"Address that it came from."`
	URLHint       string              `json:"urlHint" doc:"The first characters of the address that was used, to tell a former one from the present."`
	Headers       map[string][]string `json:"headers" required:"false" nullable:"true" doc:"Headers, without credentials; null in lists unless asked for."`
	Body          *string             `json:"body" required:"false" doc:"The body, if it is text; null in lists unless asked for, and once it was erased."`
	BodyBase64    *string             `json:"bodyBase64" required:"false" doc:"The body, if it is no text."`
	ExpungedAt    *time.Time          `json:"expungedAt" required:"false" doc:"When body, headers, query and source URL were erased; null while they are kept."`
}

// ReceivedPath names a received webhook.
type ReceivedPath struct {
	SourcePath
	ReceivedID string `path:"received_id" minLength:"1" maxLength:"256" pattern:"^[a-zA-Z0-9\\-_.]+$" doc:"Id of the received webhook."`
}

// rawBody is a body as it came, in a form that no browser makes anything of.
type rawBody struct {
	ContentType        string `header:"Content-Type"`
	ContentDisposition string `header:"Content-Disposition"`
	Policy             string `header:"Content-Security-Policy"`
	Body               []byte
}

const (
	receivedListPath = sourcePath + "/received"
	receivedPath     = receivedListPath + "/{received_id}"
)

func (a *API) routeReceived() {
	route(a, operation{
		id: "v1.ingest.received.list", method: http.MethodGet, path: receivedListPath, scope: hook.ScopeApplication,
		summary: "List what a source received", about: "Newest first.",
	}, a.listReceived)
	route(a, operation{
		id: "v1.ingest.received.get", method: http.MethodGet, path: receivedPath, scope: hook.ScopeApplication, summary: "Get a received webhook",
	}, a.getReceived)
	route(a, operation{
		id: "v1.ingest.received.raw", method: http.MethodGet, path: receivedPath + "/raw", scope: hook.ScopeApplication,
		summary: "Get the body of a received webhook", about: "Exactly the bytes that came.",
	}, a.getRaw)
	a.documentRaw()
	route(a, operation{
		id: "v1.ingest.received.reprocess", method: http.MethodPost, path: receivedPath + "/reprocess", scope: hook.ScopeApplication,
		summary: "Process a received webhook once more", status: http.StatusNoContent,
		about: "One that became a message becomes another one. `messageId` is then the id of the new message, and the id of the former one is not " +
			"kept: note it first if its content may have to be erased later.",
	}, a.reprocess)
	a.routeErasure()
	route(a, operation{
		id: "v1.message.received", method: http.MethodGet, path: messagePath + "/received", scope: hook.ScopeApplication,
		summary: "Get the received webhook that a message was made of",
	}, a.getReceivedAs)
}

const (
	erasureOfProcessing = "409 `still_processing` while it is being processed: try again once that has ended."
	erasureOfLast       = "A webhook that was reprocessed keeps the id of its last message only: messages of earlier processings keep their content until it is erased by their own ids."
	erasureOfRepeated   = "The sender's repetitions of the webhook are still recognised and dropped."
)

func (a *API) routeErasure() {
	route(a, operation{
		id: "v1.ingest.received.expunge-content", method: http.MethodDelete, path: receivedPath + "/content", scope: hook.ScopeApplication,
		summary: "Erase the content of a received webhook", status: http.StatusNoContent,
		about: "Erases body, headers, query and source URL for good; `expungedAt` says when. A webhook that is new becomes `failed` and is not " +
			"processed. The message that was made of it stays: erase its content with `v1.message.expunge-content`, which erases that of the " +
			"received webhook too. " + erasureOfLast + " " + erasureOfRepeated + " " + erasureOfProcessing,
	}, a.expungeReceived)
	route(a, operation{
		id: "v1.ingest.received.delete", method: http.MethodDelete, path: receivedPath, scope: hook.ScopeApplication,
		summary: "Delete a received webhook", status: http.StatusNoContent,
		about: "A webhook that is new is not processed. The message that was made of it stays. " + erasureOfRepeated + " " + erasureOfProcessing,
	}, a.deleteReceived)
}

// documentRaw says that the answer with a body as it came is no JSON, which the framework takes for granted.
func (a *API) documentRaw() {
	answer := a.huma.OpenAPI().Paths[receivedPath+"/raw"].Get.Responses["200"]
	answer.Content = map[string]*huma.MediaType{
		"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
	}
}

func (a *API) listReceived(ctx context.Context, in *struct {
	SourcePath
	PageQuery
	WhenQuery
	Status      []string `query:"status" enum:"new,processing,failed,done" doc:"Of these statuses only."`
	EventTypes  []string `query:"event_types" maxItems:"100" doc:"Of these types only, as the provider calls them."`
	WithContent bool     `query:"with_content" doc:"Give headers and bodies too."`
}) (*answerOf[ListResponse[ReceivedOut]], error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	page, err := in.byID(ctx, id.Received, false)
	if err != nil {
		return nil, err
	}
	source, err := a.source(ctx, in.SourceID)
	if err != nil {
		return nil, err
	}
	f := store.ReceivedFilter{EventTypes: in.EventTypes, Before: in.Before, After: in.After, WithContent: in.WithContent}
	for _, status := range in.Status {
		f.Statuses = append(f.Statuses, intakeOf(status))
	}
	list, err := a.Inbox.ReceivedList(ctx, source.Key, f, page)
	return listed(list, id.Received.Text, receivedOut(in.WithContent), err)
}

// intakeOf returns the status of a name that the framework has checked.
func intakeOf(name string) hook.Intake {
	for _, i := range []hook.Intake{hook.IntakeProcessing, hook.IntakeFailed, hook.IntakeDone} {
		if i.String() == name {
			return i
		}
	}
	return hook.IntakeNew
}

// received returns a received webhook with its source.
func (a *API) received(ctx context.Context, in ReceivedPath) (hook.Source, hook.Received, error) {
	source, err := a.source(ctx, in.SourceID)
	if err != nil {
		return source, hook.Received{}, err
	}
	at, err := id.Received.Parse(in.ReceivedID)
	if err != nil {
		return source, hook.Received{}, fault.Missing("received webhook")
	}
	found, err := a.Inbox.ReceivedOne(ctx, source.Key, at)
	if err == nil {
		err = hold(ctx, len(found.Body))
	}
	return source, found, err
}

func (a *API) getReceived(ctx context.Context, in *struct{ ReceivedPath }) (*answerOf[ReceivedOut], error) {
	_, found, err := a.received(ctx, in.ReceivedPath)
	return answered(receivedOut(true)(found), err)
}

func (a *API) getRaw(ctx context.Context, in *struct{ ReceivedPath }) (*rawBody, error) {
	_, found, err := a.received(ctx, in.ReceivedPath)
	if err != nil {
		return nil, err
	}
	if found.Body == nil {
		return nil, fault.New(fault.NotFound, "body_gone", "The body of this webhook was erased.")
	}
	return &rawBody{
		ContentType: "application/octet-stream", ContentDisposition: `attachment; filename="` + in.ReceivedID + `"`,
		Policy: "sandbox; default-src 'none'", Body: found.Body,
	}, nil
}

func (a *API) reprocess(ctx context.Context, in *struct{ ReceivedPath }) (*nothing, error) {
	source, found, err := a.received(ctx, in.ReceivedPath)
	if err != nil {
		return nil, err
	}
	return done(a.Inbox.Reprocess(ctx, source.Key, found.ID, a.Clock.Now()))
}

func (a *API) expungeReceived(ctx context.Context, in *struct{ ReceivedPath }) (*nothing, error) {
	return a.erase(ctx, in.ReceivedPath, a.Inbox.ExpungeReceived)
}

func (a *API) deleteReceived(ctx context.Context, in *struct{ ReceivedPath }) (*nothing, error) {
	return a.erase(ctx, in.ReceivedPath, a.Inbox.DeleteReceived)
}

// erase does what is given with the received webhook of a path.
func (a *API) erase(ctx context.Context, in ReceivedPath, do func(context.Context, hook.Key, id.ID) error) (*nothing, error) {
	source, err := a.source(ctx, in.SourceID)
	if err != nil {
		return nil, err
	}
	at, err := id.Received.Parse(in.ReceivedID)
	if err != nil {
		return nil, fault.Missing("received webhook")
	}
	return done(do(ctx, source.Key, at))
}

func (a *API) getReceivedAs(ctx context.Context, in *struct{ MessagePath }) (*answerOf[ReceivedOut], error) {
	owner, m, err := a.message(ctx, in.AppID, in.MsgID)
	if err != nil {
		return nil, err
	}
	found, err := a.Inbox.ReceivedAs(ctx, owner.Key, m.ID)
	if err == nil {
		err = hold(ctx, len(found.Body))
	}
	return answered(receivedOut(true)(found), err)
}

// receivedOut returns a function that shows received webhooks, with their content or without.
func receivedOut(withContent bool) func(hook.Received) ReceivedOut {
	return func(r hook.Received) ReceivedOut {
		out := ReceivedOut{
			ID: id.Received.Text(r.ID), Status: r.Status.String(), Reason: orNull(r.Reason), Attempts: r.Attempts,
			EventID: orNull(r.EventID), EventType: orNull(r.EventType), OccurredAt: orNull(r.OccurredAt), ReceivedAt: r.ReceivedAt,
			ChangedAt: r.ChangedAt, Method: r.Method, Query: r.Query, ContentType: r.ContentType, SourceURL: orNull(r.SourceURL),
			RemoteAddress: r.Remote, URLHint: r.KeyHint, ExpungedAt: orNull(r.ExpungedAt),
		}
		if r.Status == hook.IntakeNew {
			out.DueAt = orNull(r.DueAt)
		}
		if !r.Message.IsZero() {
			out.MessageID = orNull(id.Message.Text(r.Message))
		}
		if withContent {
			out.Headers = r.Headers
			out.Body, out.BodyBase64 = bodyOut(r.Body)
		}
		return out
	}
}

// bodyOut returns a body as text if it is one, or else in base64.
func bodyOut(body []byte) (text, coded *string) {
	if body == nil {
		return nil, nil
	}
	whole := string(body)
	if utf8.Valid(body) {
		return &whole, nil
	}
	whole = base64.StdEncoding.EncodeToString(body)
	return nil, &whole
}
