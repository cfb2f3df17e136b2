package deliver

import (
	"context"
	"strings"
	"time"

	"github.com/posthorn/posthorn/internal/dialect"
	"github.com/posthorn/posthorn/internal/directory"
	"github.com/posthorn/posthorn/internal/egress"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/secret"
)

// deliver brings one job to its next state: it sends it, or ends it because there is nobody to send it
// to any more.
func (e *Engine) deliver(ctx context.Context, j *job) {
	snapshot, route, err := e.route(ctx, j)
	reason := ""
	switch {
	case err != nil && fault.KindOf(err) == fault.NotFound:
		reason = hook.ReasonDeleted
	case err != nil:
		e.schedule.skipped(j) // it stays open in the store, and the next run takes it up
		return
	case route.Endpoint.Disabled:
		reason = hook.ReasonDisabled
	case j.parcel.message.Payload == nil:
		reason = hook.ReasonExpunged
	}
	e.schedule.learn(j, limitsOf(snapshot, route), e.config.Clock.Now())
	if reason != "" {
		e.schedule.skipped(j)
		e.settle(ctx, j, verdict{delivery: j.delivery.Cancel(reason)})
		return
	}
	parts, err := route.Open()
	if err != nil {
		e.schedule.skipped(j)
		e.settle(ctx, j, verdict{delivery: j.delivery.Postpone(e.unsendable(j.lane, route, err))})
		return
	}
	if e.parts.Lease != nil {
		switch waited, err := e.parts.Lease.Await(ctx); {
		case err != nil:
			e.schedule.skipped(j) // others may have it by now
			return
		case waited: // the endpoint may have been disabled meanwhile
			e.deliver(ctx, j)
			return
		}
	}
	t, o := e.attempt(ctx, j, told{snapshot: snapshot, route: route, message: j.parcel.message}, parts)
	if o.Kind == hook.Gone { // it wants nothing more: its place stays taken until the endpoint is off
		e.conclude(ctx, j, t, o)
		e.schedule.answered(j, false, e.config.Clock.Now())
		return
	}
	e.schedule.answered(j, o.Kind == hook.Succeeded, e.config.Clock.Now())
	e.conclude(ctx, j, t, o)
}

// limitsOf returns the rate limits in force; what is gone has none.
func limitsOf(s *directory.Snapshot, r *directory.Route) limits {
	l := limits{known: true}
	if s != nil {
		l.application = s.Application.RateLimit
	}
	if r != nil {
		l.endpoint = r.Endpoint.RateLimit
	}
	return l
}

// route finds the endpoint. A store that does not answer is asked again until ctx ends.
func (e *Engine) route(ctx context.Context, j *job) (*directory.Snapshot, *directory.Route, error) {
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		snapshot, route, err := e.parts.Directory.Route(ctx, j.lane.application, j.lane.endpoint)
		if err == nil || fault.KindOf(err) == fault.NotFound {
			return snapshot, route, err
		}
		e.warn("cannot read an endpoint; trying again", err)
		if sleep(ctx, pause) != nil {
			return nil, nil, err
		}
	}
}

// warn logs, at most once a second, what many workers find at the same time while the store is away.
func (e *Engine) warn(message string, err error) {
	if missed, ok := e.warnings.Pass(message, e.config.Clock.Steady()); ok {
		e.config.Log.Error(message, "error", err, "not_logged", missed) //nolint:sloglint // callers pass constants
	}
}

// ourPause is how long an endpoint waits that we cannot send to for a reason of our own.
const ourPause = time.Minute

// unsendable says in the log that nothing can be sent to the endpoint, such as because its secret does not
// open, and returns when to look again. It is our failure: it uses up no retry, says nothing about the endpoint's
// health, and is no attempt, since nothing left.
func (e *Engine) unsendable(l *lane, r *directory.Route, problem error) time.Time {
	now := e.config.Clock.Now()
	if e.schedule.complains(l, now) {
		e.config.Log.Error("an endpoint cannot be sent to; its deliveries wait",
			"endpoint", id.Endpoint.Text(r.Endpoint.ID), "error", problem)
	}
	return now.Add(ourPause)
}

// complains reports whether the lane is to be complained about: not for every delivery that it holds.
func (s *schedule) complains(l *lane, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if age := now.Sub(l.complained); !l.complained.IsZero() && age >= 0 && age < ourPause {
		return false
	}
	l.complained = now
	return true
}

// attempt makes an attempt within the time that one may take, and adds it to t. A request that a kept connection lost
// is repeated at once on a new one: otherwise the delivery would wait for its schedule because a receiver closed an
// idle connection. Receivers drop the repetition by its id if both arrived.
func (e *Engine) attempt(ctx context.Context, j *job, t told, p *directory.Parts) (told, hook.Outcome) {
	ctx, cancel := context.WithTimeout(ctx, e.config.Timeout)
	defer cancel()
	first, response := e.try(ctx, j, t.route.Endpoint.URL, p, false)
	t.attempt = first
	if !response.Stale || ctx.Err() != nil {
		return t, outcomeOf(response)
	}
	snapshot, route, err := e.parts.Directory.Route(ctx, j.lane.application, j.lane.endpoint)
	if err != nil || route.Endpoint.Disabled {
		return t, outcomeOf(response)
	}
	if p, err = route.Open(); err != nil {
		return t, outcomeOf(response)
	}
	first.Response = []byte(repeated)
	t.snapshot, t.route, t.earlier = snapshot, route, first
	t.attempt, response = e.try(ctx, j, route.Endpoint.URL, p, true)
	return t, outcomeOf(response)
}

const repeated = "The endpoint closed a kept connection before it answered; the request was repeated at once on a new connection."

// try makes one request and returns what is to be recorded about it.
func (e *Engine) try(ctx context.Context, j *job, url string, p *directory.Parts, fresh bool) (*hook.Attempt, egress.Response) {
	now := e.config.Clock.Now()
	a := &hook.Attempt{
		ID: e.parts.IDs.New(now), StartedAt: now, ApplicationKey: j.delivery.ApplicationKey, MessageKey: j.delivery.MessageKey,
		EndpointKey: j.delivery.EndpointKey, Trigger: j.delivery.Trigger.OfAttempt(), Number: j.delivery.Attempts + 1, URL: url,
	}
	header := e.header(j, p, now)
	response := e.parts.Sender.Do(ctx, egress.Request{Target: p.Target, Header: header, Body: j.parcel.message.Payload, Fresh: fresh})
	o := outcomeOf(response)
	a.Outcome, a.Status, a.Duration = o.Kind, response.Status, response.Timing.Total
	a.Response, a.Truncated = response.Body, response.Truncated
	if o.Kind != hook.Succeeded {
		a.Headers = response.Headers()
	}
	if len(a.Response) >= secret.MinRedacted || len(a.Headers) > 0 {
		redact(a, p.Echo.And(secret.RedactHeader(signaturesOf(header)...)))
	}
	if response.Outcome != egress.Answered {
		a.Cause, a.Response = string(response.Outcome), []byte(response.Detail)
	}
	return a, response
}

// redact takes out of the answer what the request carried and is secret: the owner of the endpoint may be another
// one than those who may read its attempts.
func redact(a *hook.Attempt, r secret.Redactor) {
	a.Response = r.Bytes(a.Response)
	for name, value := range a.Headers {
		a.Headers[name] = r.String(value)
	}
}

// signaturesOf returns the signatures in the headers of a request.
func signaturesOf(header map[string][]string) (signatures []string) {
	for name, values := range header {
		if strings.Contains(name, "Signature") {
			signatures = append(signatures, values...)
		}
	}
	return signatures
}

func (e *Engine) header(j *job, p *directory.Parts, now time.Time) map[string][]string {
	m := &j.parcel.message
	return dialect.Standard(dialect.Envelope{
		MessageID: j.parcel.text, Body: m.Payload, Sent: now, Keys: p.Keys(now), Own: p.Header, Carried: m.Carried, Names: e.config.Names,
	})
}

// outcomeOf judges an answer. A request that we cut off ourselves says nothing about the endpoint.
func outcomeOf(r egress.Response) hook.Outcome {
	if r.Outcome == egress.Interrupted {
		return hook.Outcome{Kind: hook.Interrupted}
	}
	return hook.Judge(r.Status, r.RetryAfter)
}
