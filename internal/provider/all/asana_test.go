package all_test

import "github.com/posthorn/posthorn/internal/provider"

func asanaSample() sample {
	return sample{
		provider: "asana", secret: "b537207f20cbfa02357cf448134da559", foreign: "a537207f20cbfa02357cf448134da559",
		body: `{"events":[{"action":"changed","resource":{"gid":"1337","resource_type":"task"},"created_at":"2026-03-01T11:59:58.000Z"}]}`,
		sign: func(s signing) { s.Header.Set("X-Hook-Signature", hex256(s.secret, s.text())) },
		kind: "task.changed",
		handshakes: map[string]handshake{
			"X-Hook-Secret": {want: "X-Hook-Secret: c-123", request: func(s sample, challenge string) *provider.Check {
				r := s.unsigned()
				r.Body = nil
				r.Header.Set("X-Hook-Secret", challenge)
				return &provider.Check{Request: r}
			}},
		},
	}
}
