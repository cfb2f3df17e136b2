package provider_test

import (
	"slices"
	"testing"

	"github.com/posthorn/posthorn/internal/provider"
)

func TestTypesOfABatchAreThoseOfAllItsEvents(t *testing.T) {
	t.Parallel()
	list := provider.JSONPath("0.event")
	below := provider.Joined(".", provider.JSONPath("object"), provider.JSONPath("events.0.kind"), provider.Optional(provider.JSONPath("events.0.more")))
	for name, c := range map[string]struct {
		at   provider.Piece
		body string
		want []string
	}{
		"a list":              {list, `[{"event":"open"},{"event":"click"},{"event":"open"}]`, []string{"open", "click"}},
		"one without a type":  {list, `[{"event":"open"},{"x":1},{"event":null},{"event":"click"}]`, []string{"open", "click"}},
		"no list":             {list, `{"event":"open"}`, nil},
		"an empty one":        {list, `[]`, nil},
		"no JSON":             {list, `[{"event":"op`, nil},
		"a list in a body":    {below, `{"object":"page","events":[{"kind":"a"},{"kind":"b","more":"c"}]}`, []string{"page.a.", "page.b.c"}},
		"no type of the list": {provider.JSONPath("event"), `{"event":"open"}`, nil},
		"two forms":           {provider.FirstOf(provider.Header("x"), provider.JSONPath("type"), list), `[{"event":"open"},{"event":"click"}]`, []string{"open", "click"}},
		"a number in a name":  {provider.JSONPath("v10.event"), `{"v10":{"event":"open"}}`, nil},
	} {
		if got := (provider.Provider{Type: c.at}).Types([]byte(c.body)); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v", name, got)
		}
	}
}
