package all_test

func gocardlessSample() sample {
	return sample{
		provider: "gocardless", secret: "gc-1", foreign: "gc-2",
		body: `{"events":[{"id":"EV1","created_at":"2026-03-01T11:59:58.000Z","resource_type":"payments","action":"confirmed"},{"id":"EV2"}]}`,
		sign: func(s signing) { s.Header.Set("Webhook-Signature", hex256(s.secret, s.text())) },
		id:   `["EV1","EV2"]`, kind: "payments.confirmed",
	}
}
