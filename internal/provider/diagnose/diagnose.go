// Package diagnose says why a webhook does not verify. It exists because "signature mismatch" is all that a receiver can
// know and nothing that a person can act on: the same three words stand for a wrong secret, a body that a framework
// has parsed and written again, a clock, a proxy that renames headers, and the wrong provider.
//
// It works by trial. A request that is refused is changed in one of the ways in which requests are known to be changed
// on their way, backwards, and judged again; the change under which it is accepted is what happened. Nothing here weakens
// any verification: the outcome is a text for the person who holds the secret anyway. No text contains a secret, a
// signature that would be right, or any part of the body.
package diagnose

import (
	"context"
	"errors"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/provider"
)

// Case is a captured request, and what it should have been accepted by.
type Case struct {
	Catalog  provider.Catalog
	Provider string // empty if that has to be found out
	Check    provider.Check
	Missing  int64 // bytes of the body that the capture announces and does not have
	Untyped  bool  // nobody said what the content type was, so it is no reason for a refusal
}

// Report is what was found.
type Report struct {
	Provider  string          `json:"provider,omitempty"` // that it was judged as
	Also      []string        `json:"also,omitempty"`     // providers that would take it too, where none was named
	Verified  bool            `json:"verified"`
	Handshake string          `json:"handshake,omitempty"` // it is this question and no event
	Secret    int             `json:"secret,omitempty"`    // which of the secrets matched, from 1
	ID        string          `json:"id,omitempty"`
	Type      string          `json:"type,omitempty"`
	SignedAt  *time.Time      `json:"signedAt,omitempty"`
	Reason    provider.Reason `json:"reason,omitempty"`
	Refusal   string          `json:"refusal,omitempty"` // the reason as a sentence, with the place
	Findings  []Finding       `json:"findings,omitempty"`
	Looks     []Look          `json:"looks,omitempty"` // whose headers these are
}

// Finding is something that is wrong, or that is worth knowing.
type Finding struct {
	Part   Part   `json:"part"`
	Code   string `json:"code"` // stable, for programs
	Text   string `json:"text"`
	Proven bool   `json:"proven"` // with this undone the request verifies; otherwise it is a hint
}

// Part is the part of a request, or of what it is judged by, that a finding is about.
type Part string

// The parts.
const (
	Body     Part = "body"
	Clock    Part = "clock"
	Secret   Part = "secret"
	Header   Part = "header"
	URL      Part = "url"
	Method   Part = "method"
	Option   Part = "option"
	Provider Part = "provider"
)

// Run judges a case, and explains the judgement if it is a refusal.
func Run(ctx context.Context, c Case) (Report, error) {
	if c.Provider == "" {
		return c.guess(ctx), nil
	}
	p, err := c.Catalog.ByName(c.Provider)
	if err != nil {
		return Report{}, err
	}
	return c.as(ctx, p), nil
}

// as judges a case as one provider's.
func (c Case) as(ctx context.Context, p provider.Provider) Report {
	c.Check = c.checkOf(p)
	base := judge(ctx, p, &c.Check)
	r := base.report(p)
	if r.Verified {
		return r
	}
	r.Looks = looks(c.Catalog, c.Check.Request.Header)
	r.Findings = c.findings(ctx, p, base)
	return r
}

// findings are what is proven if anything is, and otherwise what may be.
func (c Case) findings(ctx context.Context, p provider.Provider, base outcome) []Finding {
	if base.late { // all is right but the time
		return []Finding{tooLate(p, &c.Check, base)}
	}
	found := proven(ctx, p, &c.Check)
	if len(found) == 0 {
		found = c.otherProviders(ctx, p)
	}
	return append(found, c.hints(ctx, p, len(found) > 0, base)...)
}

// outcome is one judgement.
type outcome struct {
	verdict provider.Verdict
	err     error
	late    bool      // it would have been accepted at the time that it claims
	claimed time.Time // that time
}

// accepted reports whether nothing but the time is wrong.
func (o outcome) accepted() bool { return o.err == nil || o.late }

// judge judges a request now, and if that is too late or too early, at the time that it claims.
func judge(ctx context.Context, p provider.Provider, c *provider.Check) outcome {
	v, err := p.Judge(ctx, c)
	o := outcome{verdict: v, err: err}
	if !errors.Is(err, provider.TooOld) && !errors.Is(err, provider.TooNew) && !errors.Is(err, provider.Expired) {
		return o
	}
	for _, at := range claims(p, c) {
		then := *c
		then.Request.ReceivedAt = at
		if v, err := p.Judge(ctx, &then); err == nil {
			return outcome{verdict: v, err: o.err, late: true, claimed: at}
		}
	}
	return o
}

func (o outcome) report(p provider.Provider) Report {
	r := Report{Provider: p.Name, Verified: o.err == nil}
	if o.err != nil {
		var refusal *provider.Refusal
		if errors.As(o.err, &refusal) {
			r.Reason = refusal.Reason
		}
		r.Refusal = o.err.Error()
	}
	if o.accepted() {
		r.ID, r.Type, r.Secret = o.verdict.ID, o.verdict.Type, o.verdict.Secret+1
		if at := hook.TimeInRange(o.verdict.Stamp); !at.IsZero() {
			r.SignedAt = &at
		}
		if o.verdict.Reply != nil {
			r.Handshake, r.Secret = o.verdict.Reply.Handshake, 0
		}
	}
	return r
}
