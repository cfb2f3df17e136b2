package all_test

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/posthorn/posthorn/internal/provider"
)

// clone returns a copy of a check whose request can be changed.
func clone(c *provider.Check) *provider.Check {
	copied := *c
	copied.Request.Header = c.Request.Header.Clone()
	copied.Request.Body = bytes.Clone(c.Request.Body)
	return &copied
}

// get returns what stands at a place.
func (p place) get(r *provider.Request) (string, bool) {
	switch p.kind {
	case "header":
		values := r.Header[http.CanonicalHeaderKey(p.name)]
		return first(values)
	case "query parameter":
		return first(parse(r.Query)[p.name])
	case "form field":
		return first(parse(string(r.Body))[p.name])
	case "body":
		return string(r.Body), true
	}
	found := gjson.GetBytes(r.Body, p.name)
	return found.String(), found.Exists()
}

func first(values []string) (string, bool) {
	if len(values) == 0 {
		return "", false
	}
	return values[0], true
}

func parse(encoded string) url.Values {
	values, err := url.ParseQuery(encoded)
	if err != nil {
		return nil
	}
	return values
}

// set puts values at a place; none removes what stands there.
func (p place) set(r *provider.Request, values ...string) {
	switch p.kind {
	case "header":
		if r.Header[http.CanonicalHeaderKey(p.name)] = values; len(values) == 0 {
			r.Header.Del(p.name)
		}
	case "query parameter":
		r.Query = replaced(r.Query, p.name, values)
	case "form field":
		r.Body = []byte(replaced(string(r.Body), p.name, values))
	case "body":
		r.Body = []byte(strings.Join(values, ""))
	default:
		p.setJSON(r, values)
	}
}

func replaced(encoded, name string, values []string) string {
	form := parse(encoded)
	if form[name] = values; len(values) == 0 {
		form.Del(name)
	}
	return form.Encode()
}

// setJSON replaces the text of a value where it stands. Without values its name goes.
func (p place) setJSON(r *provider.Request, values []string) {
	found := gjson.GetBytes(r.Body, p.name)
	if !found.Exists() || found.Index == 0 {
		return
	}
	text := `null`
	if len(values) > 0 {
		text = `"` + values[0] + `"`
	}
	end := found.Index + len(found.Raw)
	r.Body = bytes.Join([][]byte{r.Body[:found.Index], []byte(text), r.Body[end:]}, nil)
}

// edit returns a copy of a check in which every place of a piece that is there holds what change makes of it.
func edit(c *provider.Check, at provider.Piece, change func(string) []string) *provider.Check {
	copied := clone(c)
	for _, p := range places(at) {
		if value, ok := p.get(&copied.Request); ok {
			p.set(&copied.Request, change(value)...)
		}
	}
	return copied
}
