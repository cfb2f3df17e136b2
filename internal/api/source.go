package api

import (
	"context"
	"net/http"
	"time"

	"github.com/posthorn/posthorn/internal/catalog"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
)

// SourceIn is what a caller says about a source. Client libraries name a type and its config; provider, options and
// secrets say the same for every provider there is.
type SourceIn struct {
	Name     string            `json:"name" minLength:"1" maxLength:"256" doc:"What it is called."`
	UID      *string           `json:"uid,omitempty" nullable:"true" minLength:"1" maxLength:"256" pattern:"^[a-zA-Z0-9\\-_.]+$" doc:"Your own name for it, unique within its application."`
	Metadata map[string]string `json:"metadata,omitempty" doc:"Your own notes."`
	Type     string            `json:"type,omitempty" maxLength:"64" doc:"Who sends, as client libraries call it. Name this or a provider."`
	Config   map[string]any    `json:"config,omitempty" nullable:"true" doc:"What belongs to the type, such as its secret."`

	Provider    string            `json:"provider,omitempty" maxLength:"64" doc:"Who sends: the name of a provider, see docs/reference/providers."`
	Options     map[string]string `json:"options,omitempty" doc:"What the provider needs to know beside its secret."`
	Secrets     []string          `json:"secrets,omitempty" nullable:"true" maxItems:"10" doc:"What requests are verified with, the newest first, at most 10. Without any, nothing is taken. When a source is replaced and these are left out, they stay."`
	Application string            `json:"application,omitempty" maxLength:"256" doc:"Id or uid of the application whose endpoints get what arrives. If left out, the source gets one of its own; with a token of an application it belongs to that, and no other may be named. It cannot be changed."`
	Disabled    bool              `json:"disabled,omitempty" doc:"Whether it takes nothing for now."`
	SourceRulesBody
}

// SourcePatch is what a caller wants changed. An object in it replaces the whole of what was there.
type SourcePatch struct {
	Name     given[string]            `json:"name,omitzero" minLength:"1" maxLength:"256" doc:"What it is called."`
	UID      clearable[string]        `json:"uid,omitzero" minLength:"1" maxLength:"256" pattern:"^[a-zA-Z0-9\\-_.]+$" doc:"Your own name for it, unique within its application."`
	Metadata given[map[string]string] `json:"metadata,omitzero" doc:"Your own notes; all of them are replaced."`
	Options  given[map[string]string] `json:"options,omitzero" doc:"What the provider needs to know; all of them are replaced."`
	Secrets  given[[]string]          `json:"secrets,omitzero" maxItems:"10" doc:"What requests are verified with, the newest first; all of them are replaced."`
	Disabled given[bool]              `json:"disabled,omitzero" doc:"Whether it takes nothing for now."`

	Methods      clearable[[]string]    `json:"methods,omitzero" doc:"Methods that are taken; null is the provider's."`
	ContentTypes clearable[[]string]    `json:"contentTypes,omitzero" doc:"Media types that are taken; null is the provider's."`
	MaxBody      clearable[int64]       `json:"maxBody,omitzero" doc:"Most bytes of a body; null is the server's limit."`
	RateLimit    clearable[int]         `json:"rateLimit,omitzero" doc:"Most requests a second; null is no limit."`
	Answer       clearable[AnswerBody]  `json:"answer,omitzero" doc:"What the sender is told; null is what the provider wants to hear."`
	Dedupe       clearable[DedupeBody]  `json:"dedupe,omitzero" doc:"Which webhooks are the same one sent again; null is the provider's rule, for three days."`
	Forward      clearable[ForwardBody] `json:"forward,omitzero" doc:"Which webhooks become messages; null is all, as they are."`
	Keep         clearable[KeepBody]    `json:"keep,omitzero" doc:"How long webhooks are kept; null is as the server's settings say."`

	Provider    mentioned `json:"provider,omitzero" hidden:"true"`
	Type        mentioned `json:"type,omitzero" hidden:"true"`
	Config      mentioned `json:"config,omitzero" hidden:"true"`
	Application mentioned `json:"application,omitzero" hidden:"true"`
}

// SourceOut is a source.
type SourceOut struct {
	ID        string            `json:"id" doc:"Its id."`
	UID       *string           `json:"uid" required:"false" doc:"Your own name for it, unique within its application."`
	Name      string            `json:"name" doc:"What it is called."`
	Type      string            `json:"type" doc:"Who sends, as client libraries call it; generic-webhook if they know no name for it."`
	Config    map[string]any    `json:"config,omitzero" doc:"What belongs to the type and is not secret. Absent for generic-webhook, which has none."`
	IngestURL *string           `json:"ingestUrl" required:"false" doc:"The address to enter at the provider. Whoever knows it can send what the provider's signature does not keep out."`
	Metadata  map[string]string `json:"metadata" doc:"Your own notes."`
	CreatedAt time.Time         `json:"createdAt" doc:"When it was created."`
	UpdatedAt time.Time         `json:"updatedAt" doc:"When it last changed."`

	Provider      string            `json:"provider" doc:"Name of the provider."`
	Options       map[string]string `json:"options" doc:"What the provider needs to know beside its secret."`
	SecretCount   int               `json:"secretCount" doc:"How many secrets count now. With none, nothing is taken unless the provider needs none."`
	PublicKey     string            `json:"publicKey,omitempty" doc:"The provider's public key, where webhooks are verified by one."`
	Problem       string            `json:"problem,omitempty" doc:"What is missing or wrong, so that the source cannot do its work yet; absent if nothing is known to be."`
	LearnedSecret *string           `json:"learnedSecret,omitempty" doc:"The secret that the provider told, for an hour, where one source is read: some want it pasted back."`
	Application   string            `json:"application" doc:"Id of the application whose endpoints get what arrives."`
	Disabled      bool              `json:"disabled" doc:"Whether it takes nothing for now."`
	FormerURLs    int               `json:"formerUrls" doc:"How many former addresses are still good."`
	SourceRulesBody
}

// RotateTokenOut is a new address.
type RotateTokenOut struct {
	IngestURL string `json:"ingestUrl" doc:"The new address. The former one is good for 48 hours."`
}

// SourceSecretIn is a new secret.
type SourceSecretIn struct {
	Secret             string `json:"secret" minLength:"1" maxLength:"8192" doc:"The new secret, as the provider shows it."`
	GracePeriodSeconds *int   `json:"gracePeriodSeconds,omitempty" nullable:"true" minimum:"0" maximum:"604800" doc:"How long the others count beside it; a day if left out."`
}

// SourcePath names a source.
type SourcePath struct {
	SourceID string `path:"source_id" minLength:"1" maxLength:"256" pattern:"^[a-zA-Z0-9\\-_.]+$" doc:"Id or uid of the source."`
}

const (
	sourcesPath = "/ingest/api/v1/source"
	sourcePath  = sourcesPath + "/{source_id}"
)

func (a *API) routeSources() {
	route(a, operation{
		id: "v1.ingest.source.list", method: http.MethodGet, path: sourcesPath, scope: hook.ScopeApplication, summary: "List sources",
		about: "A token of an application sees those of its own, here and below; all others are not there for it.",
	}, a.listSources)
	route(a, operation{
		id: "v1.ingest.source.create", method: http.MethodPost, path: sourcesPath, scope: hook.ScopeApplication,
		summary: "Create a source", status: http.StatusCreated,
		about: "The answer has the address to enter at the provider, and under problem what is missing before anything is taken. With a token of an application it belongs to that.",
	}, a.createSource)
	route(a, operation{
		id: "v1.ingest.source.get", method: http.MethodGet, path: sourcePath, scope: hook.ScopeApplication, summary: "Get a source",
		about: "A uid that sources of several applications have names, for a token of the server, the one whose application was made for it; without such a one it is a conflict (ambiguous_uid), and the id is needed.",
	}, a.getSource)
	route(a, operation{
		id: "v1.ingest.source.upsert", method: http.MethodPut, path: sourcePath, scope: hook.ScopeApplication,
		summary: "Replace or create a source", status: http.StatusOK, also: []int{http.StatusCreated},
		about: "The address stays as it is, and so do the secrets if there are none in the body. A uid is unique within its application. A token of the server names by it the source of the application in the body, or without one a source whose application was made for it.",
	}, a.putSource)
	route(a, operation{
		id: "v1.ingest.source.patch", method: http.MethodPatch, path: sourcePath, scope: hook.ScopeApplication,
		summary: "Change some fields of a source", about: "A rule that is null is again as if it had never been given. The provider and the application cannot be changed so.",
	}, a.patchSource)
	route(a, operation{
		id: "v1.ingest.source.delete", method: http.MethodDelete, path: sourcePath, scope: hook.ScopeApplication,
		summary: "Delete a source", about: "Its secrets are wiped. The application that was made for it goes too, with its endpoints; a token of that application may not do this.",
	}, a.deleteSource)
	route(a, operation{
		id: "v1.ingest.source.rotate-token", method: http.MethodPost, path: sourcePath + "/token/rotate", scope: hook.ScopeApplication,
		summary: "Give a source a new address", status: http.StatusOK, about: "The former one is good for 48 hours. At most three times within them.",
	}, a.rotateSource)
	route(a, operation{
		id: "v1.ingest.source.rotate-secret", method: http.MethodPost, path: sourcePath + "/secret/rotate", scope: hook.ScopeApplication,
		summary: "Give a source another secret", status: http.StatusNoContent, about: "The others count beside it for the time of grace. At most 10 do: the oldest goes first.",
	}, a.rotateSourceSecret)
}

func (a *API) listSources(ctx context.Context, in *struct {
	PageQuery
	OrderQuery
	Application string `query:"application" maxLength:"256" doc:"Of the application with this id or uid only."`
}) (*answerOf[ListResponse[SourceOut]], error) {
	page, err := in.byID(ctx, id.Inbound, in.ascending(true))
	if err != nil {
		return nil, err
	}
	of, err := a.whoseSources(ctx, in.Application)
	if err != nil {
		return nil, err
	}
	list, err := a.Sources.List(ctx, of, page)
	if err != nil {
		return nil, err
	}
	shown, err := a.showAll(ctx, list.Items)
	if err != nil {
		return nil, err
	}
	answer, err := listed(list, id.Inbound.Text, func(s hook.Source) SourceOut { return SourceOut{} }, nil)
	answer.Body.Data = shown
	return answer, err
}

func (a *API) createSource(ctx context.Context, in *struct{ Body SourceIn }) (*answerOf[SourceOut], error) {
	n, err := a.newSource(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	created, err := a.Sources.Create(ctx, n)
	return a.showOne(ctx)(created, in.Body.asSaid(err))
}

func (a *API) getSource(ctx context.Context, in *struct{ SourcePath }) (*answerOf[SourceOut], error) {
	found, err := a.source(ctx, in.SourceID)
	if err != nil {
		return nil, err
	}
	learned, err := a.Sources.Learned(found)
	if err != nil {
		return nil, err
	}
	out, err := a.show(ctx, found)
	out.LearnedSecret = orNull(learned) // here only: answers to a POST are stored, and a list shows more than was asked for
	return answered(out, err)
}

func (a *API) putSource(ctx context.Context, in *struct {
	SourcePath
	Body SourceIn
}) (*upserted[SourceOut], error) {
	n, err := a.newSource(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	source, created, err := a.putOwnSource(ctx, in.SourceID, n)
	if err != nil {
		return nil, in.Body.asSaid(err)
	}
	out, err := a.show(ctx, source)
	return upsert(func(SourceOut) SourceOut { return out })(out, created, err)
}

func (a *API) patchSource(ctx context.Context, in *struct {
	SourcePath
	Body SourcePatch
}) (*answerOf[SourceOut], error) {
	found, err := a.source(ctx, in.SourceID)
	if err != nil {
		return nil, err
	}
	return a.showOne(ctx)(a.Sources.Patch(ctx, id.Inbound.Text(found.ID), in.Body.patch()))
}

func (a *API) deleteSource(ctx context.Context, in *struct{ SourcePath }) (*nothing, error) {
	found, err := a.source(ctx, in.SourceID)
	if err != nil {
		return nil, err
	}
	if err := a.mayDelete(ctx, found); err != nil {
		return nil, err
	}
	return done(a.Sources.Delete(ctx, id.Inbound.Text(found.ID)))
}

func (a *API) rotateSource(ctx context.Context, in *struct{ SourcePath }) (*answerOf[RotateTokenOut], error) {
	found, err := a.source(ctx, in.SourceID)
	if err != nil {
		return nil, err
	}
	source, err := a.Sources.Readdress(ctx, id.Inbound.Text(found.ID))
	if err != nil {
		return nil, err
	}
	address, err := a.addressOf(source)
	return answered(RotateTokenOut{address}, err)
}

func (a *API) rotateSourceSecret(ctx context.Context, in *struct {
	SourcePath
	Body SourceSecretIn
}) (*nothing, error) {
	found, err := a.source(ctx, in.SourceID)
	if err != nil {
		return nil, err
	}
	grace := catalog.DefaultGrace
	if in.Body.GracePeriodSeconds != nil {
		grace = time.Duration(*in.Body.GracePeriodSeconds) * time.Second
	}
	err = a.Sources.RotateSecret(ctx, id.Inbound.Text(found.ID), in.Body.Secret, grace)
	return done(renamed(err, "secrets", "secret"))
}

// showOne returns a function that shows a source.
func (a *API) showOne(ctx context.Context) func(hook.Source, error) (*answerOf[SourceOut], error) {
	return func(s hook.Source, err error) (*answerOf[SourceOut], error) {
		if err != nil {
			return nil, err
		}
		return answered(a.show(ctx, s))
	}
}

func (a *API) showAll(ctx context.Context, sources []hook.Source) ([]SourceOut, error) {
	all := make([]SourceOut, 0, len(sources))
	for _, s := range sources {
		out, err := a.show(ctx, s)
		if err != nil {
			return nil, err
		}
		all = append(all, out)
	}
	return all, nil
}

// show returns a source as its owner sees it.
func (a *API) show(ctx context.Context, s hook.Source) (SourceOut, error) {
	owner, err := a.Applications.ByKey(ctx, s.ApplicationKey)
	if err != nil {
		return SourceOut{}, err
	}
	address, err := a.addressOf(s)
	if err != nil {
		return SourceOut{}, err
	}
	public, err := a.Sources.Public(s)
	if err != nil {
		return SourceOut{}, err
	}
	now := a.Clock.Now()
	out := SourceOut{
		ID: id.Inbound.Text(s.ID), UID: orNull(s.UID), Name: s.Name, Type: typeOf(s), Config: configOf(s, public), PublicKey: public, IngestURL: &address,
		Metadata: orEmpty(s.Metadata), CreatedAt: s.CreatedAt, UpdatedAt: s.UpdatedAt, Provider: s.Provider, Options: orEmpty(s.Options),
		SecretCount: len(s.LiveSecrets(now)), Application: id.Application.Text(owner.ID), Disabled: s.Disabled,
		Problem: a.Sources.Problem(s), SourceRulesBody: rulesOut(s.Rules),
	}
	for _, former := range s.Rules.Former {
		if former.ExpiresAt.After(now) {
			out.FormerURLs++
		}
	}
	return out, nil
}

// addressOf returns the address to enter at the provider.
func (a *API) addressOf(s hook.Source) (string, error) {
	key, err := a.Sources.AddressKey(s)
	return a.InboundURL + key, err
}
