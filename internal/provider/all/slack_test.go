package all_test

import "github.com/posthorn/posthorn/internal/provider"

func slackSample() sample {
	return sample{
		provider: "slack", secret: "8f742231b10e8888abcd99yyyzzz85a5", foreign: "00742231b10e8888abcd99yyyzzz85a5",
		body: `{"type":"event_callback","event_id":"Ev08MFMKH6","event_time":1772366398,"event":{"type":"app_mention"}}`,
		sign: signSlack,
		id:   "Ev08MFMKH6", kind: "app_mention",
		handshakes: map[string]handshake{
			"url_verification": {want: "c-123", request: func(s sample, challenge string) *provider.Check {
				s.body = `{"type":"url_verification","challenge":` + quote(challenge) + `}`
				return s.signed(s.secret, "1772366400")
			}},
		},
	}
}

func signSlack(s signing) {
	s.Header.Set("X-Slack-Request-Timestamp", s.stamp)
	s.Header.Set("X-Slack-Signature", "v0="+hex256(s.secret, "v0:", s.stamp, ":", s.text()))
}
