package all_test

import "github.com/posthorn/posthorn/internal/provider"

func lineSample() sample {
	sign := func(s signing) { s.Header.Set("X-Line-Signature", base256(s.secret, s.text())) }
	return sample{
		provider: "line", secret: "8c570fa6dd201bb328f1c1eac23a96d8", foreign: "0c570fa6dd201bb328f1c1eac23a96d8",
		body: `{"destination":"U1","events":[{"type":"message","webhookEventId":"01H","timestamp":1772366398000}]}`,
		sign: sign,
		id:   `["01H"]`, kind: "message",
		handshakes: map[string]handshake{
			"verify": {request: func(s sample, _ string) *provider.Check {
				s.body = `{"destination":"U1","events":[]}`
				return s.signed(s.secret, "")
			}},
		},
	}
}
