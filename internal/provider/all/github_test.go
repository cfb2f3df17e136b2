package all_test

func githubSample() sample {
	return sample{
		provider: "github", secret: "It's a Secret to Everybody", foreign: "It's a Secret to Nobody",
		body: `{"action":"opened","issue":{"number":1,"title":"Größe"}}`,
		sign: func(s signing) {
			s.Header.Set("X-Github-Event", "issues")
			s.Header.Set("X-Github-Delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958")
			s.Header.Set("X-Hub-Signature", "sha1="+hex1(s.secret, s.text()))
			s.Header.Set("X-Hub-Signature-256", "sha256="+hex256(s.secret, s.text()))
		},
		id: "72d3162e-cc78-11e3-81ab-4c9367dc0958", kind: "issues",
	}
}
