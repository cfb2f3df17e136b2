package all_test

func intercomSample() sample {
	return sample{
		provider: "intercom", secret: "9a1b2c3d-client", foreign: "0a1b2c3d-client",
		body: `{"type":"notification_event","id":"notif_78c122d0-23ba","topic":"user.created","created_at":1772366398,"delivery_attempts":1}`,
		sign: func(s signing) { s.Header.Set("X-Hub-Signature", "sha1="+hex1(s.secret, s.text())) },
		id:   "notif_78c122d0-23ba", kind: "user.created",
	}
}
