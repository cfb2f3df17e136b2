package all_test

func tailscaleSample() sample {
	return sample{
		provider: "tailscale", secret: "tskey-webhook-1", foreign: "tskey-webhook-2",
		body: `[{"timestamp":"2026-03-01T11:59:58Z","version":1,"type":"nodeCreated","tailnet":"example.com","message":"Node created","data":{}}]`,
		sign: func(s signing) {
			s.Header.Set("Tailscale-Webhook-Signature", "t="+s.stamp+",v1="+hex256(s.secret, s.stamp, ".", s.text()))
		},
		kind: "nodeCreated",
	}
}
