package all_test

func shopifySample() sample {
	return sample{
		provider: "shopify", secret: "shpss_0123456789abcdef", foreign: "shpss_fedcba9876543210",
		body: `{"id":820982911946154508,"email":"jon@example.com"}`,
		sign: func(s signing) {
			s.Header.Set("X-Shopify-Topic", "orders/create")
			s.Header.Set("X-Shopify-Webhook-Id", "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043")
			s.Header.Set("X-Shopify-Event-Id", "98880550-7158-44d4-b7cd-2c97c8a091b5")
			s.Header.Set("X-Shopify-Hmac-Sha256", base256(s.secret, s.text()))
		},
		id: "98880550-7158-44d4-b7cd-2c97c8a091b5", kind: "orders/create",
	}
}
