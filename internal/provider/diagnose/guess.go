package diagnose

import (
	"context"

	"github.com/posthorn/posthorn/internal/provider"
)

// guess finds out whose request it is: by the secret if it fits one, and otherwise by the headers.
func (c Case) guess(ctx context.Context) Report {
	order := looks(c.Catalog, c.Check.Request.Header)
	var taken []string
	for _, p := range c.candidates(order) {
		if o, options := c.asAny(ctx, p); o.accepted() && options != nil {
			taken = append(taken, p.Name)
		}
	}
	if len(taken) > 0 {
		r := c.chosen(ctx, taken[0])
		r.Also = taken[1:]
		return r
	}
	if len(order) == 0 {
		return Report{Reason: provider.UnknownProvider, Refusal: "No provider known here signs with any of these headers, and none takes the request with this secret."}
	}
	return c.closest(ctx, order)
}

// chosen judges as the provider that was found to take it, with the options that it takes it with.
func (c Case) chosen(ctx context.Context, name string) Report {
	p, err := c.Catalog.ByName(name)
	if err != nil {
		return Report{Refusal: err.Error()}
	}
	_, options := c.asAny(ctx, p)
	c.Check.Options = options
	return c.as(ctx, p)
}

// closest explains as the most similar providers would, the first one that can.
func (c Case) closest(ctx context.Context, order []Look) Report {
	var first *Report
	for _, look := range order {
		if len(look.Headers) < len(order[0].Headers) {
			break
		}
		p, err := c.Catalog.ByName(look.Provider)
		if err != nil {
			continue
		}
		r := c.as(ctx, p)
		if first == nil {
			first = &r
		}
		for _, f := range r.Findings {
			if f.Proven {
				return r
			}
		}
	}
	return *first
}

// candidates returns all providers, those with the right headers first.
func (c Case) candidates(order []Look) []provider.Provider {
	var first, rest []provider.Provider
	for _, look := range order {
		if p, err := c.Catalog.ByName(look.Provider); err == nil {
			first = append(first, p)
		}
	}
	for _, p := range c.Catalog.All() {
		if len(present(p, c.Check.Request.Header)) == 0 {
			rest = append(rest, p)
		}
	}
	return append(first, rest...)
}

// asAny judges with the options that were given, and with the other ones that the provider knows. It returns those
// under which the request is accepted, or nil. What proves nothing is no proof.
func (c Case) asAny(ctx context.Context, p provider.Provider) (outcome, provider.Options) {
	var o outcome
	for _, options := range append([]provider.Options{c.Check.Options}, p.Variants()...) {
		changed := c.checkOf(p)
		changed.Options = provider.Options{}
		for _, known := range p.Options {
			for _, from := range []provider.Options{c.Check.Options, options} {
				if value, ok := from[known.Name]; ok {
					changed.Options[known.Name] = value
				}
			}
		}
		o = judge(ctx, p, &changed)
		if o.accepted() && proves(p, changed.Options) && (o.verdict.Reply == nil || o.verdict.Reply.Learned == "") {
			return o, changed.Options
		}
	}
	return o, nil
}

// proves reports whether a provider asks for anything at all.
func proves(p provider.Provider, o provider.Options) bool {
	facts, err := p.FactsOf(o)
	return err == nil && !facts.Signature.None()
}

// otherProviders tries the secret with everybody else.
func (c Case) otherProviders(ctx context.Context, not provider.Provider) []Finding {
	if len(c.Check.Secrets) == 0 {
		return nil
	}
	for _, p := range c.candidates(looks(c.Catalog, c.Check.Request.Header)) {
		if p.Name == not.Name {
			continue
		}
		o, options := c.asAny(ctx, p)
		if options == nil || o.verdict.Reply != nil {
			continue
		}
		return []Finding{{Provider, "other_provider", "The request verifies as " + p.Name + ", not as " + not.Name + ".", true}}
	}
	return nil
}
