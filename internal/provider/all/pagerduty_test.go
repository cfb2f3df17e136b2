package all_test

func pagerDutySample() sample {
	return sample{
		provider: "pagerduty", secret: "lDQHScfUeXUKaQRNF+8XIiDKZ7XX3itB", foreign: "00QHScfUeXUKaQRNF+8XIiDKZ7XX3itB",
		body: `{"event":{"id":"01BRB6ZP4M6T8ZG4X6BP63ZB9O","event_type":"service.updated","occurred_at":"2026-03-01T11:59:58.682Z"}}`,
		sign: func(s signing) {
			s.Header.Set("X-PagerDuty-Signature", "v1="+hex256("another secret", s.text())+",v1="+hex256(s.secret, s.text()))
		},
		id: "01BRB6ZP4M6T8ZG4X6BP63ZB9O", kind: "service.updated",
	}
}
