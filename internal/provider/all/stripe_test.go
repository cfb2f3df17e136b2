package all_test

func stripeSample() sample {
	return sample{
		provider: "stripe", secret: "whsec_test_secret", foreign: "whsec_other_secret",
		body: `{"id":"evt_1","object":"event","type":"charge.succeeded","created":1772366398}`,
		sign: func(s signing) {
			s.Header.Set("Stripe-Signature", "t="+s.stamp+",v0=6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb039989a39"+
				",v1="+hex256(s.secret, s.stamp, ".", s.text()))
		},
		id: "evt_1", kind: "charge.succeeded",
	}
}
