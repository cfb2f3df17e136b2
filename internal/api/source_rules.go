package api

import (
	"time"

	"github.com/posthorn/posthorn/internal/catalog"
	"github.com/posthorn/posthorn/internal/hook"
)

// SourceRulesBody is what the owner of a source may choose. What is left out is as the provider's declaration says.
type SourceRulesBody struct {
	Methods      []string    `json:"methods,omitempty" nullable:"true" maxItems:"5" doc:"Methods that are taken."`
	ContentTypes []string    `json:"contentTypes,omitempty" nullable:"true" maxItems:"20" doc:"Media types that are taken."`
	MaxBody      int64       `json:"maxBody,omitempty" minimum:"0" doc:"Most bytes of a body; 0 is the server's limit."`
	RateLimit    int         `json:"rateLimit,omitempty" minimum:"0" maximum:"65535" doc:"Most requests a second; 0 is no limit."`
	Answer       AnswerBody  `json:"answer,omitzero" required:"false" doc:"What the sender of a webhook that was taken is told, in place of all that the provider wants to hear."`
	Dedupe       DedupeBody  `json:"dedupe,omitzero" required:"false" doc:"Which webhooks are the same one sent again."`
	Forward      ForwardBody `json:"forward,omitzero" required:"false" doc:"Which webhooks become messages, and what goes with them."`
	Keep         KeepBody    `json:"keep,omitzero" required:"false" doc:"How long webhooks are kept; what is left out is as the server's settings say."`
}

// AnswerBody is an answer to a sender.
type AnswerBody struct {
	Status      int    `json:"status,omitempty" doc:"200 to 299; 200 if left out."`
	ContentType string `json:"contentType,omitempty" doc:"Plain text, JSON or XML."`
	Body        string `json:"body,omitempty" maxLength:"4096" doc:"What it says; nothing with the statuses 204 and 205."`
}

// DedupeBody is a rule about repetitions. The maximum, here and in KeepBody, is the catalog's; it stands here too because
// a number that is multiplied to a duration before it is looked at could wrap to one that is allowed.
type DedupeBody struct {
	By            string `json:"by,omitempty" maxLength:"300" doc:"id, body, none, json: with a path, header:, form: or query: with a name, or form:NAME:json:PATH for JSON in a form field. A webhook without what is named is never a repetition."`
	WindowSeconds int64  `json:"windowSeconds,omitempty" minimum:"0" maximum:"2592000" doc:"How long a webhook is remembered. Left out, it is as the provider's page says, mostly three days. It is never less than requests with the same signature are taken."`
}

// ForwardBody is a rule about what becomes of webhooks.
type ForwardBody struct {
	Off        bool     `json:"off,omitempty" doc:"Whether they are only kept."`
	EventTypes []string `json:"eventTypes,omitempty" nullable:"true" doc:"Only these, as the provider calls them or as the message has them. A batch goes on as it is if one of its events is among them; its message has the type of the first."`
	Prefix     string   `json:"prefix,omitempty" doc:"What is put in front of the event type, such as github. with the full stop."`
	Headers    []string `json:"headers,omitempty" nullable:"true" doc:"Original headers that go along as headers of the request; a star is all. Credentials, cookies, headers of the connection and those that Posthorn sets itself never do."`
	Channels   []string `json:"channels,omitempty" nullable:"true" doc:"Channels of the messages."`
}

// KeepBody is how long webhooks are kept.
type KeepBody struct {
	NewHours    int64 `json:"newHours,omitempty" minimum:"0" maximum:"87600" doc:"Those that were not processed."`
	DoneHours   int64 `json:"doneHours,omitempty" minimum:"0" maximum:"87600" doc:"Those that were."`
	FailedHours int64 `json:"failedHours,omitempty" minimum:"0" maximum:"87600" doc:"Those whose processing failed."`
}

func (in SourceRulesBody) rules() hook.SourceRules {
	return hook.SourceRules{
		Methods: in.Methods, ContentTypes: in.ContentTypes, MaxBody: in.MaxBody, RateLimit: in.RateLimit,
		Answer: hook.Answer(in.Answer), Dedupe: in.Dedupe.rule(), Forward: hook.Forward(in.Forward), Keep: in.Keep.rule(),
	}
}

func (in DedupeBody) rule() hook.Dedupe {
	return hook.Dedupe{By: in.By, Window: time.Duration(in.WindowSeconds) * time.Second}
}

func (in KeepBody) rule() hook.Keep {
	hours := func(n int64) time.Duration { return time.Duration(n) * time.Hour }
	return hook.Keep{New: hours(in.NewHours), Done: hours(in.DoneHours), Failed: hours(in.FailedHours)}
}

func rulesOut(r hook.SourceRules) SourceRulesBody {
	hours := func(d time.Duration) int64 { return int64(d / time.Hour) }
	return SourceRulesBody{
		Methods: r.Methods, ContentTypes: r.ContentTypes, MaxBody: r.MaxBody, RateLimit: r.RateLimit, Answer: AnswerBody(r.Answer),
		Dedupe:  DedupeBody{By: r.Dedupe.By, WindowSeconds: int64(r.Dedupe.Window / time.Second)},
		Forward: ForwardBody(r.Forward),
		Keep:    KeepBody{NewHours: hours(r.Keep.New), DoneHours: hours(r.Keep.Done), FailedHours: hours(r.Keep.Failed)},
	}
}

func (in SourcePatch) patch() catalog.SourcePatch {
	return catalog.SourcePatch{
		UID: in.UID.value, Name: in.Name.value, Options: in.Options.value, Secrets: in.Secrets.value,
		Metadata: in.Metadata.value, Disabled: in.Disabled.value, Rules: in.patchRules,
	}
}

func (in SourcePatch) patchRules(r *hook.SourceRules) {
	put(&r.Methods, in.Methods.value)
	put(&r.ContentTypes, in.ContentTypes.value)
	put(&r.MaxBody, in.MaxBody.value)
	put(&r.RateLimit, in.RateLimit.value)
	if in.Answer.value != nil {
		r.Answer = hook.Answer(*in.Answer.value)
	}
	if in.Dedupe.value != nil {
		r.Dedupe = in.Dedupe.value.rule()
	}
	if in.Forward.value != nil {
		r.Forward = hook.Forward(*in.Forward.value)
	}
	if in.Keep.value != nil {
		r.Keep = in.Keep.value.rule()
	}
}

// put sets a field that a patch mentions.
func put[T any](field *T, value *T) {
	if value != nil {
		*field = *value
	}
}
