package all_test

func paddleSample() sample {
	return sample{
		provider: "paddle", secret: "pdl_ntfset_01_abc", foreign: "pdl_ntfset_01_def",
		body: `{"event_id":"evt_01","event_type":"transaction.completed","occurred_at":"2026-03-01T11:59:58.123456Z"}`,
		sign: func(s signing) {
			s.Header.Set("Paddle-Signature", "ts="+s.stamp+";h1="+hex256(s.secret, s.stamp, ":", s.text()))
		},
		id: "evt_01", kind: "transaction.completed",
	}
}
