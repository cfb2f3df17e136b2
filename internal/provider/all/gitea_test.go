package all_test

func giteaSample() sample {
	return sample{
		provider: "gitea", secret: "gitea-1", foreign: "gitea-2", body: `{"ref":"refs/heads/main"}`,
		sign: func(s signing) {
			s.Header.Set("X-Gitea-Event", "push")
			s.Header.Set("X-Gitea-Delivery", "f6266f16-1bf3-46a5-9ea4-602e06ead473")
			s.Header.Set("X-Gitea-Signature", hex256(s.secret, s.text()))
		},
		id: "f6266f16-1bf3-46a5-9ea4-602e06ead473", kind: "push",
	}
}
