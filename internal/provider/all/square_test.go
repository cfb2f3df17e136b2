package all_test

func squareSample() sample {
	return sample{
		provider: "square", secret: "sq-key-1", foreign: "sq-key-2",
		body: `{"event_id":"e-1","type":"payment.updated","created_at":"2026-03-01T11:59:58Z"}`,
		sign: func(s signing) {
			s.Header.Set("X-Square-Hmacsha256-Signature", base256(s.secret, s.URL(), s.text()))
		},
		id: "e-1", kind: "payment.updated",
	}
}
