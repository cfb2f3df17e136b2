package all_test

import "github.com/posthorn/posthorn/internal/provider"

func woocommerceSample() sample {
	return sample{
		provider: "woocommerce", secret: "wc-1", foreign: "wc-2", body: `{"id":727,"status":"processing"}`,
		sign: func(s signing) {
			s.Header.Set("X-Wc-Webhook-Topic", "order.updated")
			s.Header.Set("X-Wc-Webhook-Delivery-Id", "a1b2c3")
			s.Header.Set("X-Wc-Webhook-Signature", base256(s.secret, s.text()))
		},
		id: "a1b2c3", kind: "order.updated",
		handshakes: map[string]handshake{
			"ping": {request: func(s sample, _ string) *provider.Check {
				s.contentType, s.body, s.sign = "application/x-www-form-urlencoded", "webhook_id=5", func(signing) {}
				return s.signed("", "")
			}},
		},
	}
}
