package api

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

// MessageOut is a message.
type MessageOut struct {
	ID          string    `json:"id" doc:"Its id."`
	EventID     *string   `json:"eventId" required:"false" doc:"Your own name for it."`
	EventType   string    `json:"eventType" doc:"Its event type."`
	Channels    []string  `json:"channels" required:"false" nullable:"true" doc:"Its channels."`
	Tags        []string  `json:"tags" required:"false" nullable:"true" doc:"Its tags."`
	Payload     object    `json:"payload" doc:"What is sent. If that is not a JSON object, an object whose member body is the JSON value, or the text if it is not JSON. {\"expired\":true} once it is dropped and {} if not asked for."`
	ContentType string    `json:"contentType,omitempty" doc:"Content-Type that the payload is sent under; absent for JSON that is sent as application/json."`
	Timestamp   time.Time `json:"timestamp" doc:"When it was published."`
}

// MessagePath names a message.
type MessagePath struct {
	AppPath
	MsgID string `path:"msg_id" minLength:"1" maxLength:"256" pattern:"^[a-zA-Z0-9\\-_.]+$" doc:"Id or eventId of the message."`
}

// ContentQuery asks for content or not.
type ContentQuery struct {
	WithContent bool `query:"with_content" default:"true" doc:"Give payloads and bodies too."`
}

// WhenQuery narrows a list of messages or attempts.
type WhenQuery struct {
	EventTypes []string  `query:"event_types" maxItems:"100" maxLength:"256" pattern:"^[a-zA-Z0-9\\-_.]+$" doc:"Only these event types; joined with commas or repeated."`
	Channel    string    `query:"channel" maxLength:"128" pattern:"^[a-zA-Z0-9\\-_.:+]+$" doc:"Only this channel."`
	Before     time.Time `query:"before" doc:"Only what came before this time."`
	After      time.Time `query:"after" doc:"Only what came at this time or after."`
	Tag        string    `query:"tag" maxLength:"128" pattern:"^[a-zA-Z0-9\\-_./\\\\#]+$" doc:"Only messages with this tag."`
}

const (
	messagesPath = applicationPath + "/msg"
	messagePath  = messagesPath + "/{msg_id}"
)

func (a *API) routeMessages() {
	route(a, operation{
		id: "v1.message.list", method: http.MethodGet, path: messagesPath, scope: hook.ScopePortal,
		summary: "List messages, newest first",
	}, a.listMessages)
	route(a, operation{
		id: "v1.message.get", method: http.MethodGet, path: messagePath, scope: hook.ScopePortal,
		summary: "Get a message",
	}, a.getMessage)
	route(a, operation{
		id: "v1.message.expunge-content", method: http.MethodDelete, path: messagePath + "/content", scope: hook.ScopeApplication,
		summary: "Drop a message's payload for good", about: "The bodies and headers of the answers to it go too. Its open deliveries end unsent, except those that are in memory by then, which are still sent. " +
			"The received webhook that the message was made of loses its content too, if this is the last message that was made of it; messages of its earlier processings " +
			"keep theirs. 409 `still_processing` while that is being processed again.",
	}, a.expungeMessage)
}

func (a *API) listMessages(ctx context.Context, in *struct {
	AppPath
	PageQuery
	ContentQuery
	WhenQuery
}) (*answerOf[ListResponse[MessageOut]], error) {
	page, err := in.byID(ctx, id.Message, false)
	if err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	owner, err := a.application(ctx, in.AppID)
	if err != nil {
		return nil, err
	}
	list, err := a.History.Messages(ctx, owner.Key, store.MessageFilter{
		EventTypes: in.EventTypes, Channel: in.Channel, Tag: in.Tag, Before: in.Before, After: in.After, WithContent: in.WithContent,
	}, page)
	return listed(list, id.Message.Text, messageOut(in.WithContent), err)
}

func (a *API) getMessage(ctx context.Context, in *struct {
	MessagePath
	ContentQuery
}) (*answerOf[MessageOut], error) {
	_, found, err := a.message(ctx, in.AppID, in.MsgID)
	return answered(messageOut(in.WithContent)(found), err)
}

func (a *API) expungeMessage(ctx context.Context, in *struct{ MessagePath }) (*nothing, error) {
	owner, err := a.application(ctx, in.AppID)
	if err != nil {
		return nil, err
	}
	return done(a.History.ExpungeMessage(ctx, owner.Key, store.RefOf(id.Message, in.MsgID)))
}

// check refuses an empty span of time, which is a mistake of the caller's.
func (q WhenQuery) check() error {
	if !q.Before.IsZero() && !q.After.IsZero() && !q.After.Before(q.Before) {
		return fault.In("query.after", "value_error", "Give a time that lies before the parameter before.")
	}
	return nil
}

// messageOut returns a function that shows messages, with their payloads or without.
func messageOut(withContent bool) func(hook.Message) MessageOut {
	return func(m hook.Message) MessageOut {
		return MessageOut{
			ID: id.Message.Text(m.ID), EventID: orNull(m.EventID), EventType: m.EventType, Channels: m.Channels, Tags: m.Tags,
			Payload: payloadOut(m, withContent), ContentType: m.Carried.ContentType, Timestamp: m.CreatedAt.Truncate(time.Microsecond),
		}
	}
}

// payloadOut returns what stands for a payload, which the interface demands to be an object always.
func payloadOut(m hook.Message, withContent bool) object {
	payload := m.Payload
	opened := bytes.HasPrefix(bytes.TrimLeft(payload, space), []byte("{"))
	switch {
	case !withContent:
		return object(`{}`)
	case payload == nil:
		return object(`{"expired":true}`)
	case opened && m.Carried.ContentType == "": // JSON, and so nearly always
		return payload
	case checkJSON(payload) != nil:
		return slices.Concat(object(`{"body":`), quoted(string(payload)), object(`}`))
	case !opened:
		return slices.Concat(object(`{"body":`), payload, object(`}`))
	}
	return payload
}

// quoted returns a text as a JSON string. What is not UTF-8 is replaced.
func quoted(text string) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false) // as in every answer
	if err := encoder.Encode(text); err != nil {
		panic("api: a text did not become JSON: " + err.Error())
	}
	return bytes.TrimRight(out.Bytes(), "\n")
}
