package diagnose

import (
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strings"

	"github.com/posthorn/posthorn/internal/provider"
)

// headerChanges look for the signature where it should not be, and for what happened to it where it should.
func headerChanges(p provider.Provider, c *provider.Check) []change {
	list := []change{
		{Header, "header_names", "The signature matches if the headers get their names back: they are written as environment variables " +
			"(HTTP_X_NAME) or with underscores.", renamed(fromVariable)},
		{Header, "header_prefix", "The signature matches if X-Forwarded-, X-Original- or X-Amzn-Remapped- is taken from the names of the headers: a gateway renamed them.",
			renamed(fromGateway)},
	}
	facts, err := p.FactsOf(c.Options)
	if err != nil {
		return list
	}
	for _, want := range facts.Signature.Headers() {
		list = append(list, valueChanges(want, facts.Prefix)...)
		list = append(list, moved(want, c.Request.Header)...)
	}
	return list
}

// moved tries every other header in the place of the expected one.
func moved(want string, h http.Header) []change {
	const most = 64
	var list []change
	for _, name := range names(h)[:min(len(h), most)] {
		if strings.EqualFold(name, want) || len(h[name]) != 1 {
			continue
		}
		value := h[name][0]
		list = append(list, change{
			Header, "header_renamed", "Header " + name + " carries what is expected in header " + want + ": something between renamed it, or the provider is set up differently.",
			func(c *provider.Check) bool { return setHeader(c, want, value) },
		})
	}
	return list
}

func names(h http.Header) []string {
	list := make([]string, 0, len(h))
	for name := range h {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

// valueChanges mend the value of the header in which the signature stands.
func valueChanges(name, prefix string) []change {
	on := func(code, text string, mend func(values []string) string) change {
		return change{Header, code, "The signature matches if header " + name + " " + text + ".", func(c *provider.Check) bool {
			values := c.Request.Header.Values(name)
			if len(values) == 0 {
				return false
			}
			value := mend(values)
			return value != "" && setHeader(c, name, value)
		}}
	}
	first := func(f func(string) string) func([]string) string {
		return func(values []string) string { return f(values[0]) }
	}
	return []change{
		on("header_repeated", "counts once: it stands there more than once", func(v []string) string { return v[0] }),
		on("header_repeated_last", "counts once, the last time: it stands there more than once", func(v []string) string { return v[len(v)-1] }),
		on("header_list", "ends before its first comma: two headers were joined", first(func(v string) string { before, _, _ := strings.Cut(v, ","); return before })),
		on("header_quoted", "is taken without the quotation marks and white space around it", first(func(v string) string { return strings.Trim(v, "\"' \t") })),
		on("header_prefix_missing", "begins with "+prefix+": something between cut that off", first(func(v string) string { return prefix + v })),
		on("header_pluses", "has plus signs where it has spaces: something between decoded it as a form", first(func(v string) string { return strings.ReplaceAll(v, " ", "+") })),
		on("header_escaped", "is taken without its URL escapes", first(func(v string) string {
			plain, err := url.PathUnescape(v)
			if err != nil {
				return ""
			}
			return plain
		})),
	}
}

// renamed gives all headers other names, where those are not taken.
func renamed(f func(string) string) func(*provider.Check) bool {
	return func(c *provider.Check) bool {
		h, changed := c.Request.Header.Clone(), false
		for name, values := range c.Request.Header {
			other := textproto.CanonicalMIMEHeaderKey(f(name))
			if _, taken := h[other]; !taken {
				h[other], changed = values, true
			}
		}
		c.Request.Header = h
		return changed
	}
}

func fromVariable(name string) string {
	name = strings.ReplaceAll(name, "_", "-")
	if rest, ok := cutFold(name, "HTTP-"); ok {
		return rest
	}
	return name
}

func fromGateway(name string) string {
	for _, prefix := range []string{"X-Forwarded-", "X-Original-", "X-Amzn-Remapped-"} {
		if rest, ok := cutFold(name, prefix); ok {
			return rest
		}
	}
	return name
}

func cutFold(s, prefix string) (string, bool) {
	if len(s) > len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):], true
	}
	return s, false
}
