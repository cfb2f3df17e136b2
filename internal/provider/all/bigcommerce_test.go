package all_test

import "github.com/posthorn/posthorn/internal/provider"

func bigcommerceSample() sample {
	return sample{
		provider: "bigcommerce", options: provider.Options{"scheme": "header"}, secret: "bc-1", foreign: "bc-2",
		body: `{"store_id":"11111","scope":"store/order/statusUpdated","created_at":1772366398,"hash":"3f9ea420af83450d"}`,
		sign: func(s signing) { s.Header.Set("X-Webhook-Token", s.secret) },
		id:   "3f9ea420af83450d", kind: "store/order/statusUpdated",
	}
}

func bigcommerceSignedSample() sample {
	s := bigcommerceSample()
	s.options = provider.Options{"scheme": "signature"}
	s.sign = func(g signing) {
		g.Header.Set("Webhook-Id", "msg_1")
		g.Header.Set("Webhook-Timestamp", g.stamp)
		g.Header.Set("Webhook-Signature", "v1,"+base256(g.secret, "msg_1.", g.stamp, ".", g.text()))
	}
	return s
}
