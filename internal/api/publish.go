package api

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/queryparam"
	"github.com/go-chi/chi/v5"

	"github.com/posthorn/posthorn/internal/auth"
	"github.com/posthorn/posthorn/internal/catalog"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
)

// routePublish adds the operation that everything else is for.
func (a *API) routePublish() {
	a.handle(Route{http.MethodPost, messagesPath, hook.ScopeApplication}, a.strictQuery([]string{"with_content"}, http.HandlerFunc(a.publish)))
	a.documentPublish()
	a.embedded = huma.SchemaFromType(a.huma.OpenAPI().Components.Schemas, reflect.TypeFor[ApplicationIn]())
}

// publish takes a message. It is on the path of every message: no reflection, and the body is held once.
func (a *API) publish(w http.ResponseWriter, r *http.Request) {
	show, err := withContent(r)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	p, err := a.publication(w, r)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	receipt, err := a.Publisher.Publish(r.Context(), p)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	if receipt.Repeated {
		w.Header().Set("Idempotency-Replayed", "true")
	}
	contentType := receipt.Message.Carried.ContentType
	if !show || strict(r.UserAgent()) {
		contentType = ""
	}
	writeMessage(w, receipt.Message, payloadOut(receipt.Message, show), contentType)
}

// longPayload is the length from which on a payload is written by itself instead of being copied into the answer.
const longPayload = 16 << 10

// writeMessage answers a publish. Writing may fail because the caller is gone; the message is stored.
func writeMessage(w http.ResponseWriter, m hook.Message, payload []byte, contentType string) {
	short := payload
	if len(payload) > longPayload {
		short = nil
	}
	answer, at := appendMessage(make([]byte, 0, len(short)+512), m, short, contentType)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(answer)+len(payload)-len(short)))
	w.WriteHeader(http.StatusAccepted)
	if short == nil {
		_, _ = w.Write(answer[:at])
		_, _ = w.Write(payload)
		answer = answer[at:]
	}
	_, _ = w.Write(answer)
}

// publication reads a request.
func (a *API) publication(w http.ResponseWriter, r *http.Request) (Publication, error) {
	body, err := a.takeBody(w, r)
	if err != nil {
		return Publication{}, err
	}
	e, err := readEnvelope(body)
	if err != nil {
		return Publication{}, err
	}
	who := caller(r.Context())
	p := Publication{
		Application: strings.Clone(chi.URLParam(r, "app_id")), // the path is a part of the whole URL
		EventType:   e.eventType, EventID: e.eventID, Channels: e.channels, Tags: e.tags,
		Payload: e.payload, ContentType: e.raw.deliveredAs(), PayloadLife: e.payloadLife(), IdempotencyKey: r.Header.Get("Idempotency-Key"), Tenant: who.ApplicationKey,
	}
	if p.IdempotencyKey != "" {
		p.Body = fingerprint(body, r.URL.RawQuery)
	}
	create, err := a.applicationOf(e.application)
	if err != nil {
		return Publication{}, err
	}
	return p, a.checkPublication(r.Context(), who, &p, create)
}

// checkPublication checks what does not stand in the body.
func (a *API) checkPublication(ctx context.Context, who auth.Identity, p *Publication, create *ApplicationIn) error {
	if !hook.ValidName(p.Application, hook.MaxName) {
		return fault.In("path.app_id", "value_error", "Name an application by its id or uid.")
	}
	if err := checkKey(p.IdempotencyKey); err != nil {
		return err
	}
	if who.Scope != hook.ScopeServer {
		_, err := a.application(ctx, p.Application)
		return err
	}
	if create == nil {
		return nil
	}
	spec, err := create.under(p.Application)
	p.Create = &hook.Application{UID: spec.UID, Name: spec.Name, RateLimit: spec.RateLimit, Metadata: spec.Metadata}
	return err
}

// under returns the application to be made for the name that stands in a path.
func (in ApplicationIn) under(ref string) (catalog.NewApplication, error) {
	spec := in.spec()
	if spec.UID != "" && spec.UID != ref {
		return spec, fault.In("body.application.uid", "value_error", "Use the uid that is in the path.")
	}
	spec.UID = ref
	return spec, nil
}

// applicationOf reads the application that a message brings along, which is rare; nil is none. Mistakes are reported
// as those of a request that creates an application, below body.application.
func (a *API) applicationOf(text string) (*ApplicationIn, error) {
	if text == "" || text == "null" {
		return nil, nil
	}
	var found any
	if err := json.Unmarshal([]byte(text), &found); err != nil {
		return nil, malformed(notJSON)
	}
	var result huma.ValidateResult
	at := huma.NewPathBuffer([]byte("body.application"), len("body.application"))
	huma.Validate(a.huma.OpenAPI().Components.Schemas, a.embedded, at, huma.ModeWriteToServer, found, &result)
	if len(result.Errors) > 0 {
		var model huma.ErrorModel
		for _, mistake := range result.Errors {
			model.Add(mistake)
		}
		return nil, problem{http.StatusUnprocessableEntity, mistakes("", &model)}
	}
	var in ApplicationIn
	return &in, json.Unmarshal([]byte(text), &in)
}

// withContent reports whether the answer is to hold the payload. The libraries ask for it without.
func withContent(r *http.Request) (bool, error) {
	asked := queryparam.Get(r.URL.RawQuery, "with_content")
	if asked == "" {
		return true, nil
	}
	with, err := strconv.ParseBool(asked)
	if err != nil {
		return false, fault.In("query.with_content", "value_error", "Use true or false.")
	}
	return with, nil
}

// appendMessage appends a MessageOut and, as behind every answer, a line break. It returns where the payload stands. All
// other texts in it but the tags and the content type are names, which need no escapes. An empty content type is left out.
func appendMessage(dst []byte, m hook.Message, payload []byte, contentType string) (text []byte, at int) {
	dst = append(dst, `{"id":"`...)
	dst = id.Message.Append(dst, m.ID)
	dst = append(dst, `","eventId":`...)
	if m.EventID == "" {
		dst = append(dst, "null"...)
	} else {
		dst = appendName(dst, m.EventID)
	}
	dst = append(dst, `,"eventType":`...)
	dst = appendName(dst, m.EventType)
	dst = append(dst, `,"channels":`...)
	dst = appendNames(dst, m.Channels)
	dst = append(dst, `,"tags":`...)
	dst = appendTags(dst, m.Tags)
	dst = append(dst, `,"payload":`...)
	at = len(dst)
	dst = append(dst, payload...)
	if contentType != "" {
		dst = append(append(dst, `,"contentType":`...), quoted(contentType)...)
	}
	dst = append(dst, `,"timestamp":"`...)
	dst = m.CreatedAt.Truncate(time.Microsecond).AppendFormat(dst, time.RFC3339Nano)
	return append(dst, '"', '}', '\n'), at
}

func appendName(dst []byte, name string) []byte {
	dst = append(dst, '"')
	dst = append(dst, name...)
	return append(dst, '"')
}

// appendTags appends tags as JSON. A tag may hold a backslash, which JSON escapes.
func appendTags(dst []byte, tags []string) []byte {
	if tags == nil {
		return append(dst, "null"...)
	}
	encoded, err := json.Marshal(tags)
	if err != nil {
		return append(dst, "null"...)
	}
	return append(dst, encoded...)
}

func appendNames(dst []byte, names []string) []byte {
	if names == nil {
		return append(dst, "null"...)
	}
	dst = append(dst, '[')
	for i, name := range names {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendName(dst, name)
	}
	return append(dst, ']')
}
