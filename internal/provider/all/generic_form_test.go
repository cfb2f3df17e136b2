package all_test

import (
	"net/http"
	"testing"

	"github.com/posthorn/posthorn/internal/provider"
	"github.com/posthorn/posthorn/internal/provider/all"
)

func TestGenericSourcesReadIDAndTypeFromFormFields(t *testing.T) {
	t.Parallel()
	const multi = "--b\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\npaid\r\n--b\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\ne-1\r\n--b--\r\n"
	for name, c := range map[string]struct {
		options   provider.Options
		kind      string
		body      string
		id, event string
	}{
		"fields":          {provider.Options{"id_field": "n", "type_field": "kind"}, "", "kind=paid&n=e-1", "e-1", "paid"},
		"multipart":       {provider.Options{"id_field": "n", "type_field": "kind"}, "multipart/form-data; boundary=b", multi, "e-1", "paid"},
		"JSON in a field": {provider.Options{"id_field": "payload", "id_path": "event.id", "type_field": "payload", "type_path": "event.kind"}, "", `payload=%7B"event":{"id":7,"kind":"paid"}}`, "7", "paid"},
		"null":            {provider.Options{"id_field": "n", "type_field": "kind"}, "", "kind=paid&n=null", "", "paid"},
		"null in JSON":    {provider.Options{"id_field": "payload", "id_path": "id"}, "", `payload={"id":null}`, "", ""},
		"no such field":   {provider.Options{"id_field": "other", "type_field": "other", "type_path": "a"}, "", "kind=paid", "", ""},
	} {
		p, err := all.Catalog().ByName("none")
		if err != nil {
			t.Fatal(err)
		}
		if c.kind == "" {
			c.kind = "application/x-www-form-urlencoded"
		}

		got, err := p.Judge(t.Context(), &provider.Check{Options: c.options, Request: provider.Request{
			Method: http.MethodPost, PublicURL: publicURL, Body: []byte(c.body), Header: http.Header{"Content-Type": {c.kind}}, ReceivedAt: noon(),
		}})

		if err != nil || got.ID != c.id || got.Type != c.event {
			t.Errorf("%s: got %q and %q, %v", name, got.ID, got.Type, err)
		}
	}
}
