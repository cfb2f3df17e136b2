package all_test

func razorpaySample() sample {
	return sample{
		provider: "razorpay", secret: "rzp-1", foreign: "rzp-2", body: `{"event":"payment.captured","created_at":1772366398}`,
		sign: func(s signing) {
			s.Header.Set("X-Razorpay-Event-Id", "ev-1")
			s.Header.Set("X-Razorpay-Signature", hex256(s.secret, s.text()))
		},
		id: "ev-1", kind: "payment.captured",
	}
}
