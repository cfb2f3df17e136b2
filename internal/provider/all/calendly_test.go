package all_test

func calendlySample() sample {
	return sample{
		provider: "calendly", secret: "signing-key-1", foreign: "signing-key-2",
		body: `{"event":"invitee.created","created_at":"2026-03-01T11:59:58.000000Z","payload":{"uri":"https://api.calendly.com/scheduled_events/A/invitees/B"}}`,
		sign: func(s signing) {
			s.Header.Set("Calendly-Webhook-Signature", "t="+s.stamp+",v1="+hex256(s.secret, s.stamp, ".", s.text()))
		},
		id: "invitee.created 2026-03-01T11:59:58.000000Z https://api.calendly.com/scheduled_events/A/invitees/B", kind: "invitee.created",
	}
}
