package all_test

import "github.com/posthorn/posthorn/internal/provider"

func zoomSample() sample {
	return sample{
		provider: "zoom", secret: "zoom-token-1", foreign: "zoom-token-2",
		body: `{"event":"meeting.started","event_ts":1772366398000,"payload":{"object":{"id":"1"}}}`,
		sign: signZoom,
		kind: "meeting.started",
		handshakes: map[string]handshake{
			"endpoint.url_validation": {want: `"plainToken":"c-123"`, request: func(s sample, challenge string) *provider.Check {
				s.body = `{"event":"endpoint.url_validation","payload":{"plainToken":` + quote(challenge) + `}}`
				return s.signed(s.secret, "1772366400")
			}},
		},
	}
}

func signZoom(s signing) {
	s.Header.Set("X-Zm-Request-Timestamp", s.stamp)
	s.Header.Set("X-Zm-Signature", "v0="+hex256(s.secret, "v0:", s.stamp, ":", s.text()))
}
