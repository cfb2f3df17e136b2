package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/posthorn/posthorn/internal/catalog"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
)

// EventTypeUpdate is what a caller says about an event type whose name is in the path.
type EventTypeUpdate struct {
	Description   string            `json:"description" maxLength:"16384" doc:"What happened when a message has this type."`
	Schemas       map[string]object `json:"schemas,omitempty" nullable:"true" doc:"JSON Schemas of the payload, by version. Refused: more than 10,000 objects, loops of references, and schemas that can take more than 100,000 evaluations for one value."`
	EnforceSchema bool              `json:"enforceSchema,omitempty" doc:"Whether payloads must match the newest schema. A payload whose check takes too long is refused with schema_too_complex."`
	GroupName     *string           `json:"groupName,omitempty" nullable:"true" maxLength:"256" pattern:"^[a-zA-Z0-9\\-_.]+$" doc:"What it belongs with where people choose."`
	FeatureFlag   *string           `json:"featureFlag,omitempty" nullable:"true" maxLength:"256" pattern:"^[a-zA-Z0-9\\-_.]+$" doc:"Hides the type from portals without this flag."`
	FeatureFlags  distinct          `json:"featureFlags,omitempty" nullable:"true" maxLength:"256" pattern:"^[a-zA-Z0-9\\-_.]+$" doc:"The feature flag as newer libraries send it: one, or null."`
	Archived      bool              `json:"archived,omitempty" doc:"Whether it is out of use."`
	Deprecated    bool              `json:"deprecated,omitempty" doc:"Whether it should no longer be chosen."`
}

// EventTypeIn is what a caller says about a new event type.
type EventTypeIn struct {
	Name string `json:"name" minLength:"1" maxLength:"256" pattern:"^[a-zA-Z0-9\\-_.]+$" doc:"Its name, which identifies it."`
	EventTypeUpdate
}

// EventTypePatch is what a caller wants changed.
type EventTypePatch struct {
	Description   given[string]                `json:"description,omitzero" maxLength:"16384" doc:"What happened when a message has this type."`
	Schemas       clearable[map[string]object] `json:"schemas,omitzero" doc:"JSON Schemas of the payload, by version. Refused: more than 10,000 objects, loops of references, and schemas that can take more than 100,000 evaluations for one value."`
	EnforceSchema given[bool]                  `json:"enforceSchema,omitzero" doc:"Whether payloads must match the newest schema. A payload whose check takes too long is refused with schema_too_complex."`
	GroupName     clearable[string]            `json:"groupName,omitzero" maxLength:"256" pattern:"^[a-zA-Z0-9\\-_.]+$" doc:"What it belongs with where people choose."`
	FeatureFlag   clearable[string]            `json:"featureFlag,omitzero" maxLength:"256" pattern:"^[a-zA-Z0-9\\-_.]+$" doc:"Hides the type from portals without this flag."`
	FeatureFlags  clearable[distinct]          `json:"featureFlags,omitzero" maxLength:"256" pattern:"^[a-zA-Z0-9\\-_.]+$" doc:"The feature flag as newer libraries send it: one, or null."`
	Archived      given[bool]                  `json:"archived,omitzero" doc:"Whether it is out of use."`
	Deprecated    given[bool]                  `json:"deprecated,omitzero" doc:"Whether it should no longer be chosen."`
}

// EventTypeOut is an event type.
type EventTypeOut struct {
	Name          string    `json:"name" doc:"Its name, which identifies it."`
	Description   string    `json:"description" doc:"What happened when a message has this type."`
	Schemas       object    `json:"schemas" required:"false" nullable:"true" doc:"JSON Schemas of the payload, by version."`
	EnforceSchema bool      `json:"enforceSchema" required:"false" doc:"Whether payloads must match the newest schema."`
	GroupName     *string   `json:"groupName" required:"false" doc:"What it belongs with where people choose."`
	FeatureFlag   *string   `json:"featureFlag" required:"false" doc:"Hides the type from portals without this flag."`
	FeatureFlags  []string  `json:"featureFlags" required:"false" nullable:"true" doc:"The feature flag as newer libraries read it."`
	Archived      bool      `json:"archived" required:"false" doc:"Whether it is out of use."`
	Deprecated    bool      `json:"deprecated" doc:"Whether it should no longer be chosen."`
	CreatedAt     time.Time `json:"createdAt" doc:"When it was created."`
	UpdatedAt     time.Time `json:"updatedAt" doc:"When it last changed."`
}

// EventTypePath names an event type.
type EventTypePath struct {
	Name string `path:"event_type_name" minLength:"1" maxLength:"256" pattern:"^[a-zA-Z0-9\\-_.]+$" doc:"Name of the event type."`
}

const (
	eventTypesPath = "/api/v1/event-type"
	eventTypePath  = eventTypesPath + "/{event_type_name}"
)

func (a *API) routeEventTypes() {
	route(a, operation{
		id: "v1.event-type.list", method: http.MethodGet, path: eventTypesPath, scope: hook.ScopePortal,
		summary: "List event types", about: "Beside those that you created, the list has those that publishing made: a token of an application sees only its own of these.",
	}, a.listEventTypes)
	route(a, operation{
		id: "v1.event-type.create", method: http.MethodPost, path: eventTypesPath, scope: hook.ScopeServer,
		summary: "Create an event type", status: http.StatusCreated, about: "An archived one of this name is brought back as you describe it. One that publishing made is taken over.",
	}, a.createEventType)
	route(a, operation{
		id: "v1.event-type.get", method: http.MethodGet, path: eventTypePath, scope: hook.ScopePortal,
		summary: "Get an event type",
	}, a.getEventType)
	route(a, operation{
		id: "v1.event-type.update", method: http.MethodPut, path: eventTypePath, scope: hook.ScopeServer,
		summary: "Replace or create an event type", status: http.StatusOK, also: []int{http.StatusCreated},
	}, a.putEventType)
	route(a, operation{
		id: "v1.event-type.patch", method: http.MethodPatch, path: eventTypePath, scope: hook.ScopeServer,
		summary: "Change some fields of an event type",
	}, a.patchEventType)
	route(a, operation{
		id: "v1.event-type.delete", method: http.MethodDelete, path: eventTypePath, scope: hook.ScopeServer,
		summary: "Archive or expunge an event type", about: "Archived event types take no new messages and can be brought back; expunged ones are gone.",
	}, a.deleteEventType)
}

func (a *API) listEventTypes(ctx context.Context, in *struct {
	PageQuery
	OrderQuery
	IncludeArchived bool `query:"include_archived" doc:"List archived ones too."`
	WithContent     bool `query:"with_content" doc:"Give the schemas too."`
}) (*answerOf[ListResponse[EventTypeOut]], error) {
	page := store.Page[string]{Limit: in.Limit, Ascending: in.ascending(true), Hold: pageLease(ctx)}
	if name, backward := in.cursor(); name != "" {
		if !hook.ValidName(name, hook.MaxName) {
			return nil, badIterator()
		}
		page.From, page.Backward = &name, backward
	}
	list, err := a.EventTypes.List(ctx, caller(ctx).ApplicationKey, in.IncludeArchived, page)
	list.Items = visible(ctx, list.Items)
	return listed(list, func(name string) string { return name }, eventTypeOut(in.WithContent), err)
}

// visible leaves out what a portal may not show: portal tokens carry no feature flags yet.
func visible(ctx context.Context, types []hook.EventType) []hook.EventType {
	if caller(ctx).Scope != hook.ScopePortal {
		return types
	}
	shown := make([]hook.EventType, 0, len(types))
	for _, t := range types {
		if t.FeatureFlag == "" {
			shown = append(shown, t)
		}
	}
	return shown
}

func (a *API) createEventType(ctx context.Context, in *struct{ Body EventTypeIn }) (*answerOf[EventTypeOut], error) {
	spec, err := in.Body.spec(in.Body.Name)
	if err != nil {
		return nil, err
	}
	created, err := a.EventTypes.Create(ctx, spec)
	return answered(eventTypeOut(true)(created), err)
}

func (a *API) getEventType(ctx context.Context, in *struct{ EventTypePath }) (*answerOf[EventTypeOut], error) {
	found, err := a.EventTypes.Get(ctx, caller(ctx).ApplicationKey, in.Name)
	if err == nil && len(visible(ctx, []hook.EventType{found})) == 0 {
		err = fault.Missing("event type")
	}
	return answered(eventTypeOut(true)(found), err)
}

func (a *API) putEventType(ctx context.Context, in *struct {
	EventTypePath
	Body EventTypeUpdate
}) (*upserted[EventTypeOut], error) {
	spec, err := in.Body.spec(in.Name)
	if err != nil {
		return nil, err
	}
	return upsert(eventTypeOut(true))(a.EventTypes.Put(ctx, spec))
}

func (a *API) patchEventType(ctx context.Context, in *struct {
	EventTypePath
	Body EventTypePatch
}) (*answerOf[EventTypeOut], error) {
	flag, err := flagOf(in.Body.FeatureFlag.value, listOf(in.Body.FeatureFlags.value))
	if err != nil {
		return nil, err
	}
	patch := catalog.EventTypePatch{
		Description: in.Body.Description.value, Group: in.Body.GroupName.value, FeatureFlag: flag,
		Enforced: in.Body.EnforceSchema.value, Archived: in.Body.Archived.value, Deprecated: in.Body.Deprecated.value,
	}
	if in.Body.Schemas.value != nil {
		text, err := schemasText(*in.Body.Schemas.value)
		if err != nil {
			return nil, err
		}
		patch.Schemas = &text
	}
	changed, err := a.EventTypes.Patch(ctx, in.Name, patch)
	return answered(eventTypeOut(true)(changed), err)
}

func (a *API) deleteEventType(ctx context.Context, in *struct {
	EventTypePath
	Expunge bool `query:"expunge" doc:"Remove it for good."`
}) (*nothing, error) {
	if in.Expunge {
		return done(a.EventTypes.Expunge(ctx, in.Name))
	}
	return done(a.EventTypes.Archive(ctx, in.Name))
}

func (in EventTypeUpdate) spec(name string) (catalog.NewEventType, error) {
	flag, err := flagOf(in.FeatureFlag, listOf(&in.FeatureFlags))
	if err != nil {
		return catalog.NewEventType{}, err
	}
	text, err := schemasText(in.Schemas)
	return catalog.NewEventType{
		Name: name, Description: in.Description, Group: orZero(in.GroupName), FeatureFlag: orZero(flag), Schemas: text,
		Enforced: in.EnforceSchema, Archived: in.Archived, Deprecated: in.Deprecated,
	}, err
}

// flagOf returns the feature flag that a caller names in the field for one or in that for several, and nil
// if in neither. An event type has one at most.
func flagOf(one *string, several *[]string) (*string, error) {
	switch {
	case one != nil || several == nil:
		return one, nil
	case len(*several) == 0:
		return new(string), nil
	case len(*several) == 1:
		return &(*several)[0], nil
	}
	return nil, fault.In("featureFlags", "value_error", "Name one feature flag: this version does not offer several.")
}

// flagsOf is how the field for several feature flags shows the one.
func flagsOf(flag string) []string {
	if flag == "" {
		return nil
	}
	return []string{flag}
}

func schemasText(schemas map[string]object) ([]byte, error) {
	if schemas == nil {
		return nil, nil
	}
	return json.Marshal(schemas)
}

// eventTypeOut returns a function that shows event types, with their schemas or without.
func eventTypeOut(withContent bool) func(hook.EventType) EventTypeOut {
	return func(t hook.EventType) EventTypeOut {
		out := EventTypeOut{
			Name: t.Name, Description: t.Description, EnforceSchema: t.Enforced, GroupName: orNull(t.Group),
			FeatureFlag: orNull(t.FeatureFlag), FeatureFlags: flagsOf(t.FeatureFlag),
			Archived: t.Archived, Deprecated: t.Deprecated, CreatedAt: t.CreatedAt, UpdatedAt: t.UpdatedAt,
		}
		if withContent {
			out.Schemas = t.Schemas
		}
		return out
	}
}
