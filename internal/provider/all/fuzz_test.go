package all_test

import (
	"testing"

	"github.com/posthorn/posthorn/internal/provider"
	"github.com/posthorn/posthorn/internal/provider/all"
)

// genuine is a signed request and whom it is for; signing for every input would be slow.
type genuine struct {
	name     string
	provider provider.Provider
	facts    provider.Facts
	check    *provider.Check
}

func genuines(f *testing.F) []genuine {
	f.Helper()
	list := []genuine{}
	catalog := all.Catalog()
	for _, s := range samples() {
		p, err := catalog.ByName(s.provider)
		if err != nil {
			f.Fatal(err)
		}
		facts, err := p.FactsOf(s.options)
		if err != nil {
			f.Fatal(err)
		}
		if !facts.Signature.None() {
			list = append(list, genuine{s.name(), p, facts, s.signed(s.secret, stampIn(facts.Stamp.Unit, noon()))})
		}
	}
	return list
}

// FuzzForgedProofs puts a proof of its own into a genuine request of every provider. No seed is genuine, so none of
// them may be accepted.
func FuzzForgedProofs(f *testing.F) {
	f.Add("sha256=0000000000000000000000000000000000000000000000000000000000000000", "{}")
	f.Add("t=1772366400,v1=00,v1=", "a=1&b=2")
	f.Add("v1,AAAA v1a,AAAA", "")
	f.Add("Bearer eyJhbGciOiJub25lIn0.e30.", `{"a":`)
	list := genuines(f)
	f.Fuzz(func(t *testing.T, proof, body string) {
		for _, g := range list {
			g.refuses(t, edit(g.check, g.facts.Signature, func(string) []string { return []string{proof} }))
			if other := clone(g.check); g.facts.Covers(provider.Digest()) {
				other.Request.Body = []byte(body)
				g.refuses(t, other)
			}
		}
	})
}

func (g genuine) refuses(t *testing.T, c *provider.Check) {
	t.Helper()
	if got, err := g.provider.Judge(t.Context(), c); err == nil && got.Reply == nil {
		t.Errorf("%s accepts a forged request: %+v", g.name, got)
	}
}

// FuzzBodies reads id, type and time of bodies that were never meant to be read, as if they had been verified.
func FuzzBodies(f *testing.F) {
	f.Add(`{"id":[[[{}]]],"events":{"0":1},"type":1e999}`, "application/json", "a=b")
	f.Add("bt_payload=PD94&bt_signature=a|00&", "application/x-www-form-urlencoded", "")
	f.Add("a.eyJkYXRhIjoie30ifQ.b", "text/plain", "%zz")
	list := all.Catalog().All()
	f.Fuzz(func(t *testing.T, body, kind, query string) {
		for _, p := range list {
			p.Scheme, p.Choose, p.ContentTypes = provider.Nothing{}, nil, nil
			c := &provider.Check{Request: sample{method: "POST", body: body, contentType: kind, query: query}.unsigned()}
			if len(p.Methods) > 0 {
				c.Request.Method = p.Methods[0]
			}
			got, err := p.Judge(t.Context(), c)
			if err == nil && (len(got.ID) > 200 || len(got.Type) > 128 || len(got.Key) > 400) {
				t.Errorf("%s: %+v", p.Name, got)
			}
		}
	})
}
