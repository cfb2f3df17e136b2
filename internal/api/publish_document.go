package api

import (
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/posthorn/posthorn/internal/hook"
)

// MessageIn is the body of a publish as the document describes it; readEnvelope is what reads it.
type MessageIn struct {
	EventType              string                  `json:"eventType" minLength:"1" maxLength:"256" pattern:"^[a-zA-Z0-9\\-_.]+$" doc:"Its event type."`
	Payload                object                  `json:"payload" doc:"What is sent, byte for byte, unless there is a rawPayload. Of the envelope's own keys the last one of a name counts; the payload is not looked into."`
	TransformationsParams  nullable[DeliveryIn]    `json:"transformationsParams,omitzero" doc:"How the payload is delivered."`
	EventID                *string                 `json:"eventId,omitempty" nullable:"true" minLength:"1" maxLength:"256" pattern:"^[a-zA-Z0-9\\-_.]+$" doc:"Your own name for it, unique for 24 hours."`
	Channels               distinct                `json:"channels,omitempty" nullable:"true" minItems:"1" maxItems:"10" maxLength:"128" pattern:"^[a-zA-Z0-9\\-_.:+]+$" doc:"Its channels, by which endpoints choose."`
	Tags                   distinct                `json:"tags,omitempty" nullable:"true" maxItems:"5" maxLength:"128" pattern:"^[a-zA-Z0-9\\-_./\\\\#]+$" doc:"Labels by which lists can be filtered."`
	PayloadRetentionPeriod *int                    `json:"payloadRetentionPeriod,omitempty" nullable:"true" minimum:"1" maximum:"90" default:"90" doc:"Days for which the payload is kept."`
	PayloadRetentionHours  *int                    `json:"payloadRetentionHours,omitempty" nullable:"true" minimum:"1" maximum:"2160" doc:"Hours for which the payload is kept, instead of payloadRetentionPeriod."`
	Application            nullable[ApplicationIn] `json:"application,omitzero" doc:"Created first if there is no such application."`
}

// DeliveryIn says how the payload of a message is delivered.
type DeliveryIn struct {
	RawPayload *string                   `json:"rawPayload,omitempty" nullable:"true" minLength:"1" doc:"Text that is delivered byte for byte instead of payload, which is then ignored. It need not be JSON."`
	Headers    nullable[DeliveryHeaders] `json:"headers,omitzero" doc:"Headers that it is delivered with."`
}

// DeliveryHeaders are the headers that a message chooses for its requests.
type DeliveryHeaders struct {
	ContentType *string `json:"content-type,omitempty" nullable:"true" minLength:"1" maxLength:"256" doc:"Content-Type of the requests. Without it, application/json."`
}

// documentPublish adds the operation to the document by hand.
func (a *API) documentPublish() {
	o := operation{method: http.MethodPost, path: messagesPath, scope: hook.ScopeApplication}
	declared := &huma.Operation{
		OperationID: "v1.message.create", Method: o.method, Path: o.path, Tags: []string{tagOf(o.path)},
		Summary:     "Publish a message",
		Description: "202 means that the message and the list of endpoints it goes to are on disk.",
		Security:    security(o.scope), Responses: a.failures(o),
		Parameters: []*huma.Param{
			{Name: "app_id", In: "path", Required: true, Description: "Id or uid of the application.", Schema: &huma.Schema{Type: huma.TypeString}},
			{Name: "with_content", In: "query", Description: "Give the payload in the answer.", Schema: &huma.Schema{Type: huma.TypeBoolean, Default: true}},
			idempotencyKey(),
		},
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			"application/json": {Schema: a.schema(reflect.TypeFor[MessageIn]())},
		}},
	}
	declared.Responses["202"] = &huma.Response{
		Description: http.StatusText(http.StatusAccepted),
		Content:     map[string]*huma.MediaType{"application/json": {Schema: a.schema(reflect.TypeFor[MessageOut]())}},
	}
	a.huma.OpenAPI().AddOperation(declared)
}
