package all_test

func veriffSample() sample {
	return sample{
		provider: "veriff", secret: "abcdef12-abcd-abcd-abcd-abcdef012345", foreign: "bbcdef12-abcd-abcd-abcd-abcdef012345",
		body: `{"id":"f04bdb47-d3be-4b28-b028-a652feb060b5","attemptId":"e30122d1-740b-4764-853f-470374a7abf4","feature":"selfid","code":7002,"action":"submitted"}`,
		sign: func(s signing) { s.Header.Set("X-HMAC-Signature", hex256(s.secret, s.text())) },
		kind: "submitted",
	}
}

func veriffDecisionSample() sample {
	s := veriffSample()
	s.body = `{"status":"success","verification":{"id":"12df6045","status":"approved","decisionTime":"2026-03-01T11:59:58.916Z"}}`
	s.sign = func(g signing) { g.Header.Set("VRF-HMAC-Signature", hex256(g.secret, g.text())) }
	s.kind = "approved"
	return s
}
