package all_test

import "net/http"

func trelloSample() sample {
	return sample{
		provider: "trello", secret: "oauth-secret-1", foreign: "oauth-secret-2", query: "memberID=14",
		body: `{"model":{"id":"597f3c85"},"action":{"id":"59bc8e2ddbd7","type":"updateCard","date":"2026-03-01T11:59:58.000Z"}}`,
		sign: func(s signing) { s.Header.Set("X-Trello-Webhook", base1(s.secret, s.text(), s.URL())) },
		id:   "59bc8e2ddbd7", kind: "updateCard",
		handshakes: probes(map[string]string{"check of the callback URL": http.MethodHead}),
	}
}
