package all_test

import (
	"net/http"
	"net/url"

	"github.com/posthorn/posthorn/internal/provider"
)

func dropboxSample() sample {
	return sample{
		provider: "dropbox", secret: "app-secret-1", foreign: "app-secret-2",
		body: `{"list_folder":{"accounts":["dbid:AAH4f99T0taONIb"]},"delta":{"users":[12345678]}}`,
		sign: func(s signing) { s.Header.Set("X-Dropbox-Signature", hex256(s.secret, s.text())) },
		kind: "list_folder",
		handshakes: map[string]handshake{
			"verification request": {want: "c-123", request: func(s sample, challenge string) *provider.Check {
				r := s.unsigned()
				r.Method, r.Body, r.Query = http.MethodGet, nil, "challenge="+url.QueryEscape(challenge)
				return &provider.Check{Request: r}
			}},
		},
	}
}
