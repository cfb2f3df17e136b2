package all_test

import "github.com/posthorn/posthorn/internal/provider"

func gitlabSample() sample {
	return sample{
		provider: "gitlab", options: provider.Options{"scheme": "token"}, secret: "gl-token-1", foreign: "gl-token-2",
		body: `{"object_kind":"push","ref":"refs/heads/main"}`,
		sign: func(s signing) {
			s.Header.Set("X-Gitlab-Event", "Push Hook")
			s.Header.Set("Idempotency-Key", "f5e5f430-f57b-4e6e-9fac-d9128cd7232f")
			s.Header.Set("X-Gitlab-Token", s.secret)
		},
		id: "f5e5f430-f57b-4e6e-9fac-d9128cd7232f", kind: "Push Hook",
	}
}

func gitlabSignedSample() sample {
	s := standardWebhooksSample()
	s.provider, s.options = "gitlab", provider.Options{"scheme": "signature"}
	sign := s.sign
	s.sign = func(g signing) {
		sign(g)
		g.Header.Set("X-Gitlab-Event", "Push Hook")
		g.Header.Set("Idempotency-Key", "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W")
	}
	s.kind = "Push Hook"
	return s
}
