package diagnose

import (
	"net/url"
	"strings"

	"github.com/posthorn/posthorn/internal/provider"
)

// addressChanges try other spellings of the address, where it is signed. What a proxy does to it is the usual reason.
func addressChanges(p provider.Provider, c *provider.Check) []change {
	facts, err := p.FactsOf(c.Options)
	if err != nil || !facts.Covers(provider.Address()) {
		return nil
	}
	on := func(code, text string, f func(u *url.URL)) change {
		return change{URL, code, "The signature matches if the address " + text + ": the provider signs the one that was entered there.", func(c *provider.Check) bool {
			u, err := url.Parse(c.Request.PublicURL)
			if err != nil {
				return false
			}
			f(u)
			changed := u.String() != c.Request.PublicURL
			c.Request.PublicURL = u.String()
			return changed
		}}
	}
	list := []change{
		on("url_https", "begins with https", func(u *url.URL) { u.Scheme = "https" }),
		on("url_http", "begins with http", func(u *url.URL) { u.Scheme = "http" }),
		on("url_slash_added", "ends without a slash", func(u *url.URL) { u.Path = strings.TrimRight(u.Path, "/") }),
		on("url_slash_missing", "ends with a slash", func(u *url.URL) { u.Path = strings.TrimRight(u.Path, "/") + "/" }),
		on("url_port", "has no port", func(u *url.URL) { u.Host = u.Hostname() }),
		on("url_port_443", "has the port 443 written out", func(u *url.URL) { u.Host = u.Hostname() + ":443" }),
		on("url_www", "has www. in front", func(u *url.URL) { u.Host = "www." + u.Host }),
	}
	for _, name := range []string{"Host", "X-Forwarded-Host", "X-Original-Host"} {
		if host := c.Request.Header.Get(name); host != "" {
			list = append(list, on("url_host", "has the host of header "+name, func(u *url.URL) { u.Host = host }))
		}
	}
	return append(list, queryChanges()...)
}

func queryChanges() []change {
	on := func(code, text string, f func(query string) string) change {
		return change{URL, code, "The signature matches if the query " + text + ".", func(c *provider.Check) bool {
			query := f(c.Request.Query)
			changed := query != c.Request.Query
			c.Request.Query = query
			return changed
		}}
	}
	return []change{
		on("query_added", "is left out: something between added it", func(string) string { return "" }),
		on("query_reencoded", "is sorted and escaped as most libraries do it: something between wrote it again", func(q string) string {
			values, err := url.ParseQuery(q)
			if err != nil {
				return q
			}
			return values.Encode()
		}),
		on("query_spaces", "has %20 where it has +: something between wrote it again", func(q string) string { return strings.ReplaceAll(q, "+", "%20") }),
	}
}

// optionChanges try the other values of the provider's options.
func optionChanges(p provider.Provider, c *provider.Check) []change {
	var list []change
	for _, o := range p.Options {
		for _, value := range o.Values {
			list = append(list, change{
				Option, "option_" + o.Name, "The request verifies with the option " + o.Name + "=" + value + ".",
				func(c *provider.Check) bool { return setOption(c, o, value) },
			})
		}
	}
	return list
}

func setOption(c *provider.Check, o provider.Option, value string) bool {
	old := c.Options[o.Name]
	if old == "" {
		old = o.Default
	}
	options := provider.Options{o.Name: value}
	for name, v := range c.Options {
		if name != o.Name {
			options[name] = v
		}
	}
	c.Options = options
	return old != value
}
