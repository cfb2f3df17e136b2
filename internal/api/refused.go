package api

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/provider"
	"github.com/posthorn/posthorn/internal/receive"
	"github.com/posthorn/posthorn/internal/store"
)

// RefusedOut is a request that a source did not take.
type RefusedOut struct {
	ID            string              `json:"id" doc:"Its id."`
	At            time.Time           `json:"at" doc:"When it came."`
	Cause         string              `json:"cause" doc:"Why, for programs."`
	Detail        string              `json:"detail" doc:"Why, for people."`
	Method        string              `json:"method" doc:"Method of the request."`
	ContentType   string              `json:"contentType" doc:"Content type of the body."`
	RemoteAddress string              `json:"remoteAddress" doc:"Address that it came from."`
	Headers       map[string][]string `json:"headers" doc:"Headers, without credentials."`
	Body          *string             `json:"body" required:"false" doc:"The beginning of the body, if it is text."`
	BodyBase64    *string             `json:"bodyBase64" required:"false" doc:"The beginning of the body, if it is no text."`
}

// RefusedCountOut is how many requests were refused.
type RefusedCountOut struct {
	Cause string    `json:"cause" doc:"Why."`
	Hour  time.Time `json:"hour" doc:"The hour that is counted."`
	Count int64     `json:"count" doc:"How many."`
}

// RefusalsOut answers the question why nothing arrives.
type RefusalsOut struct {
	Counts  []RefusedCountOut `json:"counts" nullable:"false" doc:"How many, by cause and hour."`
	Samples []RefusedOut      `json:"samples" nullable:"false" doc:"Some of them, the newest first."`
}

// SourceStatsOut are numbers of a source.
type SourceStatsOut struct {
	Received map[string]int64 `json:"received" doc:"How many webhooks have each status."`
	Refused  map[string]int64 `json:"refused" doc:"How many requests were refused within the last day, by cause."`
}

// IngestLogOut is a refused request as the public interface has it.
type IngestLogOut struct {
	ID         string            `json:"id" doc:"Its id."`
	SourceID   string            `json:"source_id" doc:"Id of the source."`
	StatusCode int               `json:"status_code" doc:"What the sender was answered."`
	ErrorText  string            `json:"error_text" doc:"Why, for people."`
	Headers    map[string]string `json:"headers" doc:"Headers, without credentials."`
	Payload    string            `json:"payload" doc:"The beginning of the body."`
	CreatedAt  time.Time         `json:"created_at" doc:"When it came."`
	UpdatedAt  time.Time         `json:"updated_at" doc:"The same."`
}

const day = 24 * time.Hour

func (a *API) routeRefused() {
	route(a, operation{
		id: "v1.ingest.refused.list", method: http.MethodGet, path: sourcePath + "/refused", scope: hook.ScopeApplication,
		summary: "See what a source refused, and why", about: "They are written down every few seconds: all are counted, some are kept.",
	}, a.listRefused)
	route(a, operation{
		id: "v1.ingest.source.stats", method: http.MethodGet, path: sourcePath + "/stats", scope: hook.ScopeApplication,
		summary: "Count what a source received and refused",
	}, a.sourceStats)
	route(a, operation{
		id: "v1.ingest.log.list", method: http.MethodGet, path: sourcePath + "/log", scope: hook.ScopeApplication,
		summary: "List samples of what a source refused", about: "As the public interface has it; refused says more.",
	}, a.listLog)
}

func (a *API) listRefused(ctx context.Context, in *struct {
	SourcePath
	Since time.Time `query:"since" doc:"Count from this time on; for a day if left out."`
}) (*answerOf[RefusalsOut], error) {
	source, err := a.source(ctx, in.SourceID)
	if err != nil {
		return nil, err
	}
	since := in.Since
	if since.IsZero() {
		since = a.Clock.Now().Add(-day)
	}
	counts, samples, err := a.Inbox.Refusals(ctx, source.Key, since)
	out := RefusalsOut{Counts: make([]RefusedCountOut, 0, len(counts)), Samples: make([]RefusedOut, 0, len(samples))}
	for _, c := range counts {
		out.Counts = append(out.Counts, RefusedCountOut(c))
	}
	for _, r := range samples {
		out.Samples = append(out.Samples, refusedOut(r))
	}
	return answered(out, err)
}

func refusedOut(r hook.Refused) RefusedOut {
	out := RefusedOut{
		ID: id.Refused.Text(r.ID), At: r.At, Cause: r.Cause, Detail: r.Detail, Method: r.Method, ContentType: r.ContentType,
		RemoteAddress: r.Remote, Headers: r.Headers,
	}
	out.Body, out.BodyBase64 = bodyOut(r.Body)
	return out
}

func (a *API) sourceStats(ctx context.Context, in *struct{ SourcePath }) (*answerOf[SourceStatsOut], error) {
	source, err := a.source(ctx, in.SourceID)
	if err != nil {
		return nil, err
	}
	received, err := a.Inbox.StatusCounts(ctx, source.Key)
	if err != nil {
		return nil, err
	}
	counts, _, err := a.Inbox.Refusals(ctx, source.Key, a.Clock.Now().Add(-day))
	out := SourceStatsOut{Received: map[string]int64{}, Refused: map[string]int64{}}
	for _, status := range []hook.Intake{hook.IntakeNew, hook.IntakeProcessing, hook.IntakeFailed, hook.IntakeDone} {
		out.Received[status.String()] = received[status]
	}
	for _, c := range counts {
		out.Refused[c.Cause] += c.Count
	}
	return answered(out, err)
}

func (a *API) listLog(ctx context.Context, in *struct {
	SourcePath
	PageQuery
	OrderQuery
}) (*answerOf[ListResponse[IngestLogOut]], error) {
	page, err := in.byID(ctx, id.Refused, in.Order == "ascending")
	if err != nil {
		return nil, err
	}
	source, err := a.source(ctx, in.SourceID)
	if err != nil {
		return nil, err
	}
	_, samples, err := a.Inbox.Refusals(ctx, source.Key, a.Clock.Now())
	show := func(r hook.Refused) IngestLogOut { return logOut(source, r) }
	return listed(pageOf(samples, page), id.Refused.Text, show, err)
}

// pageOf cuts a page out of the few samples that there are.
func pageOf(samples []hook.Refused, page store.Page[id.ID]) store.List[hook.Refused, id.ID] {
	order := func(a, b hook.Refused) int { return b.ID.Compare(a.ID) }
	if page.Ascending != page.Backward {
		order = func(a, b hook.Refused) int { return a.ID.Compare(b.ID) }
	}
	slices.SortFunc(samples, order)
	if page.From != nil {
		behind := func(r hook.Refused) bool { return order(hook.Refused{ID: *page.From}, r) < 0 }
		samples = slices.DeleteFunc(samples, func(r hook.Refused) bool { return !behind(r) })
	}
	list := store.List[hook.Refused, id.ID]{Items: samples[:min(len(samples), page.Limit)], Done: len(samples) <= page.Limit}
	if page.Backward {
		slices.Reverse(list.Items)
	}
	if n := len(list.Items); n > 0 {
		list.First, list.Last = &list.Items[0].ID, &list.Items[n-1].ID
	}
	return list
}

func logOut(s hook.Source, r hook.Refused) IngestLogOut {
	out := IngestLogOut{
		ID: id.Refused.Text(r.ID), SourceID: id.Inbound.Text(s.ID), StatusCode: statusOfCause(r.Cause), ErrorText: r.Detail,
		Headers: map[string]string{}, Payload: strings.ToValidUTF8(string(r.Body), "\uFFFD"), CreatedAt: r.At, UpdatedAt: r.At,
	}
	for name, values := range r.Headers {
		out.Headers[name] = strings.Join(values, ", ")
	}
	return out
}

// statusOfCause is what a sender was answered, by the cause that is written down. The edge that answered has statuses
// of its own for these.
func statusOfCause(cause string) int {
	switch cause {
	case receive.CauseLoop:
		return http.StatusLoopDetected
	case string(provider.WrongMethod):
		return http.StatusMethodNotAllowed
	case receive.CauseCompression:
		return http.StatusBadRequest
	}
	return statusOf(receive.KindOf(cause))
}
