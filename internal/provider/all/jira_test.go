package all_test

func jiraSample() sample {
	return sample{
		provider: "jira", secret: "It's a Secret to Everybody", foreign: "It's a Secret to Nobody",
		body: `{"timestamp":1772366398000,"webhookEvent":"jira:issue_updated","issue":{"id":"10002"}}`,
		sign: func(s signing) {
			s.Header.Set("X-Atlassian-Webhook-Identifier", "cf6b0ba2-5b1c")
			s.Header.Set("X-Hub-Signature", "sha256="+hex256(s.secret, s.text()))
		},
		id: "cf6b0ba2-5b1c", kind: "jira:issue_updated",
	}
}
