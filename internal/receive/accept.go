package receive

import (
	"context"
	"errors"
	"net/netip"
	"strings"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/provider"
	"github.com/posthorn/posthorn/internal/store"
)

// Receive judges a request with its body and answers it: a handshake at once, a webhook once it is stored and
// flushed (C42). Its error is a Refusal; then nothing was stored.
func (s *Service) Receive(ctx context.Context, d *Door, r *Request) (Answer, error) {
	now := s.config.Clock.Now()
	check := &provider.Check{
		Request: provider.Request{
			Method: r.Method, PublicURL: r.URL, Query: r.Query, Header: r.Header, Body: r.Body, ReceivedAt: now,
		},
		Secrets: d.live(now), Options: d.options, Keys: s.Keys,
	}
	verdict, err := d.provider.Judge(ctx, check)
	if err != nil {
		return Answer{}, s.refuse(d, r, d.refusalOf(r, err), now)
	}
	if verdict.Reply != nil {
		return s.greet(ctx, d, r, verdict.Reply)
	}
	s.strangers.trust(r.Remote, d.source.Key, now)
	if refusal := d.judgeRate(now); refusal != nil {
		return Answer{}, s.refuse(d, r, refusal, now)
	}
	return s.store(ctx, d, r, check, verdict)
}

func (d *Door) refusalOf(r *Request, err error) *Refusal {
	switch types := d.source.Rules.ContentTypes; {
	case errors.Is(err, provider.WrongMethod):
		return d.noChallenge(r.Method)
	case errors.Is(err, provider.WrongType) && len(types) > 0:
		refusal := refusalOf(err)
		refusal.Detail = "This source accepts " + strings.Join(types, ", ") + " only (contentTypes)."
		refusal.owner = refusal.Detail
		return refusal
	}
	return refusalOf(err)
}

// noChallenge refuses a request whose method is that of challenges only, and names what a challenge must have.
func (d *Door) noChallenge(method string) *Refusal {
	refusal := d.wrongMethod()
	handshakes, _ := d.provider.HandshakesFor(d.options) // malformed ones refuse every request
	for _, h := range handshakes {
		if h.Method == method && len(h.When) > 0 {
			refusal.Detail = "This source accepts " + method + " for challenges only, and this request has no " + h.When[0].At.String() +
				", or another value there."
			break
		}
	}
	return refusal
}

// store keeps the webhook and says yes.
func (s *Service) store(ctx context.Context, d *Door, r *Request, check *provider.Check, v provider.Verdict) (Answer, error) {
	arrival := s.arrival(d, r, check, v)
	size := int64(len(r.Body))
	arrival.Taken = s.queue.reserve(size)
	arrival.Stored = func(stored hook.Received) {
		if arrival.Taken {
			s.queue.push(stored)
		} else {
			s.LookAgain()
		}
	}
	arrived, err := s.Store.Receive(ctx, arrival)
	if arrival.Taken && (err != nil || arrived.Repeated) {
		s.queue.release(size)
	}
	switch {
	case fault.KindOf(err) == fault.NotFound: // deleted a moment ago
		s.table.changed(d.source.Key)
		return Answer{}, unknown()
	case err != nil:
		if missed, ok := s.warnings.Pass("store", s.config.Clock.Steady()); ok {
			s.config.Log.WarnContext(ctx, "storing a webhook failed; the sender is asked to send it again",
				"source", id.Inbound.Text(d.source.ID), "error", err, "not_logged", missed)
		}
		return Answer{}, s.later()
	case arrived.Repeated:
		s.repeated.Add(1)
	default:
		s.received.Add(1)
	}
	return d.answer(check), nil
}

func (s *Service) arrival(d *Door, r *Request, check *provider.Check, v provider.Verdict) store.Arrival {
	now := check.Request.ReceivedAt
	mask := newMask(d, r)
	a := store.Arrival{Received: hook.Received{
		SourceKey: d.source.Key, ApplicationKey: d.source.ApplicationKey, ID: s.IDs.New(now), Method: r.Method,
		Query: mask.query(r.Query), Headers: keepHops(mask.headers(r.Header), r.Header), ContentType: r.first("Content-Type"),
		SourceURL: mask.origin(r), Remote: remoteText(r.Remote), KeyHint: hint(r.Key), Body: r.Body,
		EventID: v.ID, EventType: v.Type, OccurredAt: v.Time, ReceivedAt: now, Status: hook.IntakeNew, DueAt: now, ChangedAt: now,
	}}
	if key := d.sameKey(check, v); key != "" {
		a.Same, a.SameUntil = sameHash(d.source.ID, key), now.Add(d.window)
	}
	return a
}

// hintLength is how much of the address is kept with a webhook: enough to tell an old address from the new one, too
// little to help anybody guess.
const hintLength = 6

func hint(key string) string { return key[:min(len(key), hintLength)] }

func remoteText(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

// answer is what the sender of an accepted webhook is told: what the owner chose, or what the provider wants.
func (d *Door) answer(check *provider.Check) Answer {
	chosen, declared := d.source.Rules.Answer, d.provider.Answer
	if chosen == (hook.Answer{}) {
		chosen = hook.Answer{Status: declared.Status, ContentType: declared.ContentType, Body: declared.Body}
	}
	a := Answer{Status: chosen.Status, Body: []byte(chosen.Body)}
	if a.Status < statusOK || a.Status > 299 {
		a.Status = statusOK
	}
	if len(a.Body) > 0 {
		a.ContentType = safeType(chosen.ContentType)
	}
	if declared.Echo == "" {
		return a
	}
	if value, err := provider.Header(declared.Echo).Read(check); err == nil {
		a.Header = map[string]string{declared.Echo: value}
	}
	return a
}
