package diagnose

import (
	"context"
	"net/http"
	"slices"

	"github.com/posthorn/posthorn/internal/provider"
)

// change undoes one thing that may have happened.
type change struct {
	part Part
	code string
	text string // "The signature matches if ..."
	// undo changes c, whose parts may be shared: it replaces and never writes into them. It reports whether anything is
	// different now.
	undo func(c *provider.Check) bool
}

// changes returns all changes that are worth a trial, the likely ones first.
func changes(p provider.Provider, c *provider.Check) []change {
	list := admission(p)
	list = append(list, bodyChanges()...)
	list = append(list, secretChanges()...)
	list = append(list, headerChanges(p, c)...)
	list = append(list, addressChanges(p, c)...)
	return append(list, optionChanges(p, c)...)
}

// Bounds on what a diagnosis may cost: a person waits for it.
const (
	mostPairs    = 6_000
	largestPairs = 64 << 10 // bytes of a body that is tried with two changes at once
)

// proven returns the changes under which the request is accepted: single ones, or else one pair.
func proven(ctx context.Context, p provider.Provider, c *provider.Check) []Finding {
	list := changes(p, c)
	var found []Finding
	for _, one := range list {
		if o, ok := try(ctx, p, c, one); ok && !has(found, one.part) {
			found = append(found, one.finding())
			found = appendLate(found, p, c, o)
		}
	}
	if len(found) > 0 || len(c.Request.Body) > largestPairs {
		return found
	}
	return provenPair(ctx, p, c, list)
}

// provenPair tries two changes at once. Two of the body may be needed in either order, so all orders are tried.
func provenPair(ctx context.Context, p provider.Provider, c *provider.Check, list []change) []Finding {
	tried := 0
	for i, a := range list {
		for j, b := range list {
			if i == j || a.part != b.part && j < i || a.part == b.part && a.part != Body {
				continue
			}
			if tried++; tried > mostPairs || ctx.Err() != nil {
				return nil
			}
			if o, ok := try(ctx, p, c, a, b); ok {
				return appendLate([]Finding{a.finding(), b.finding()}, p, c, o)
			}
		}
	}
	return nil
}

// try judges the request with changes undone.
func try(ctx context.Context, p provider.Provider, c *provider.Check, undone ...change) (outcome, bool) {
	changed := *c
	for _, one := range undone {
		if !one.undo(&changed) {
			return outcome{}, false
		}
	}
	o := judge(ctx, p, &changed)
	return o, o.accepted() && o.verdict.Reply == nil // a change must not make a handshake of an event
}

func (c change) finding() Finding { return Finding{c.part, c.code, c.text, true} }

func has(found []Finding, part Part) bool {
	return slices.ContainsFunc(found, func(f Finding) bool { return f.Part == part })
}

// appendLate adds that the time is wrong as well.
func appendLate(found []Finding, p provider.Provider, c *provider.Check, o outcome) []Finding {
	if !o.late || has(found, Clock) {
		return found
	}
	return append(found, tooLate(p, c, o))
}

// admission lets pass what is refused before its signature is looked at.
func admission(p provider.Provider) []change {
	method := http.MethodPost
	if len(p.Methods) > 0 {
		method = p.Methods[0]
	}
	list := []change{{
		Method, "method", "The request is accepted if its method is " + method + ": something between changed it, or it was captured wrongly.",
		func(c *provider.Check) bool {
			changed := c.Request.Method != method
			c.Request.Method = method
			return changed
		},
	}}
	for _, kind := range p.ContentTypes {
		list = append(list, change{
			Header, "content_type", "The request is accepted if its content type is " + kind + ": the provider sends that, so something between " +
				"changed it, or the provider is set up to send another.",
			func(c *provider.Check) bool { return setHeader(c, "Content-Type", kind) },
		})
	}
	return list
}

// setHeader gives c headers of its own with one value in one of them.
func setHeader(c *provider.Check, name string, value string) bool {
	name = http.CanonicalHeaderKey(name)
	if old := c.Request.Header[name]; len(old) == 1 && old[0] == value {
		return false
	}
	c.Request.Header = c.Request.Header.Clone()
	if c.Request.Header == nil {
		c.Request.Header = http.Header{}
	}
	c.Request.Header[name] = []string{value}
	return true
}
