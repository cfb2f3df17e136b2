package all_test

func bitbucketSample() sample {
	return sample{
		provider: "bitbucket", secret: "It's a Secret to Everybody", foreign: "It's a Secret to Nobody",
		body: `{"repository":{"name":"r"},"push":{"changes":[]}}`,
		sign: func(s signing) {
			s.Header.Set("X-Event-Key", "repo:push")
			s.Header.Set("X-Request-UUID", "5a6f0a1e-1f1c-4a77-a1ab-3a4f6b8d8c11")
			s.Header.Set("X-Hub-Signature", "sha256="+hex256(s.secret, s.text()))
		},
		id: "5a6f0a1e-1f1c-4a77-a1ab-3a4f6b8d8c11", kind: "repo:push",
	}
}
